"""The workspace folder: what was imported, models, reports, numba's cache."""

import hashlib
import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from matinee.errors import InputError
from matinee.schema import (
    CHANGES,
    LINKS,
    MOVIES,
    QUARANTINE,
    RATINGS,
    TAGS,
    RatingScale,
    Tables,
    check,
)
from matinee.store.changes import Change, change, finish
from matinee.store.folders import current, replaced

_INDEX = "tables.json"
_QUARANTINE = "quarantine.csv"
_SCHEMAS = {
    "movies": MOVIES,
    "ratings": RATINGS,
    "tags": TAGS,
    "links": LINKS,
    "changes": CHANGES,
    "quarantine": QUARANTINE,
}
_TABLES = ("users", "doubtful")  # their columns are the source's
_DAMAGED = (
    OSError,
    KeyError,
    TypeError,
    AttributeError,
    ValueError,
    InputError,
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,  # Polars panics on some damaged bytes
)


@dataclass(frozen=True, slots=True)
class Workspace:
    """`home`, by default .matinee in the working directory; made when first written to."""

    home: Path

    def __post_init__(self) -> None:
        finish(self.home)

    def save(self, tables: Tables) -> Path:
        """Keep imported tables under their name, in place of what had it; where they are.

        Parquet for each table, tables.json for the rest, and quarantine.csv for people.
        """
        folder = self.data_folder(tables.name)
        with self.change() as change:  # a change that has begun is of what was imported before
            self._write(tables, change.folder(folder), time.time_ns())
        return folder

    def rewrite(self, tables: Tables, folder: Path) -> None:
        """Write tables of which a version is kept into a folder of a change."""
        self._write(tables, folder, int(self._indexes()[tables.name]["imported_ns"]))

    def _write(self, tables: Tables, folder: Path, imported_ns: int) -> None:
        with self._writing(), replaced(folder) as temporary:
            for name in (*_SCHEMAS, *_TABLES):
                _write_table(getattr(tables, name), temporary / f"{name}.parquet")
            published = {name: f"published-{k}" for k, name in enumerate(tables.published)}
            for name, file in published.items():
                _write_table(tables.published[name], temporary / f"{file}.parquet")
            tables.quarantine.write_csv(temporary / _QUARANTINE)
            index = {
                "name": tables.name,
                "scale": asdict(tables.scale),
                "simulated": tables.simulated,
                "published": published,
                "imported_ns": imported_ns,
            }
            text = json.dumps(index, indent=1, ensure_ascii=False)
            (temporary / _INDEX).write_text(text, encoding="utf-8")

    def load(self, name: str | None = None) -> Tables:
        """The tables imported under a name, by default the last; InputError lists the names."""
        indexes = self._indexes()
        if not indexes:
            raise InputError(
                f"workspace {self.home}: expected imported data, got none; import some with "
                "'matinee import PATH', or use the built-in data with --data starter"
            )
        name = self.last() if name is None else name
        if name not in indexes:
            raise InputError(
                f"workspace {self.home}: expected one of {', '.join(indexes)}, got {name!r}; "
                "import it with 'matinee import PATH'"
            )
        while True:  # a change meanwhile must not give tables of before beside those of after
            version = self.version(name)
            indexes |= self._indexes()
            try:
                tables = self._read(name, indexes[name])
            except InputError:
                if self.version(name) == version:
                    raise
            else:
                if self.version(name) == version:
                    return tables

    def version(self, name: str) -> tuple[int, int] | None:
        """Another one after each change of what was imported under a name; None if nothing is."""
        try:
            found = (current(self.data_folder(name)) / _INDEX).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns

    def _read(self, name: str, index: Mapping[str, Any]) -> Tables:
        folder = current(self.data_folder(name))
        try:
            return Tables(
                name=name,
                scale=RatingScale(**index["scale"]),
                simulated=bool(index["simulated"]),
                strength=None,
                published={
                    table: _read_table(folder / f"{file}.parquet")
                    for table, file in index["published"].items()
                },
                **{table: _read_table(folder / f"{table}.parquet") for table in _TABLES},
                **{
                    table: check(_read_table(folder / f"{table}.parquet"), schema, table)
                    for table, schema in _SCHEMAS.items()
                },
            )
        except _DAMAGED as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise InputError(
                f"{folder}: expected what 'matinee import' wrote, got {reason}; import {name} again"
            ) from None

    def last(self) -> str | None:
        """The name of what was imported last, if anything was."""
        indexes = self._indexes()
        return max(indexes, key=lambda name: int(indexes[name]["imported_ns"]), default=None)

    def names(self) -> list[str]:
        """The names of what was imported, in text order."""
        return list(self._indexes())

    def quarantine_file(self, name: str) -> Path:
        """The CSV file with the rows that were set aside when `name` was imported."""
        return self.data_folder(name) / _QUARANTINE

    def model_folder(self, data_name: str, model: str) -> Path:
        """Where the artefact of a model of that data is, or would be."""
        return self.home / "models" / _file_name(data_name) / _file_name(model)

    def model_folders(self, data_name: str) -> list[Path]:
        """The artefacts of models that are kept of that data."""
        return _folders(self.home / "models" / _file_name(data_name))

    def policy_folder(self, data_name: str, policy: str) -> Path:
        """Where a policy that was fitted on that data is, or would be."""
        return self.home / "policies" / _file_name(data_name) / _file_name(policy)

    def policy_folders(self, data_name: str) -> list[Path]:
        """The policies that are kept of that data."""
        return _folders(self.home / "policies" / _file_name(data_name))

    def statistic_folder(self, data_name: str, key: str) -> Path:
        """Where the sums over that data's viewers are, or would be."""
        return self.home / "statistics" / _file_name(data_name) / _file_name(key)

    def statistic_folders(self, data_name: str) -> list[Path]:
        """The sums that are kept of that data."""
        return _folders(self.home / "statistics" / _file_name(data_name))

    @contextmanager
    def change(self) -> Iterator[Change]:
        """Several folders that change together; see `store.changes`."""
        with self._writing(), change(self.home) as made:
            yield made

    def study_file(self, data_name: str, study: str) -> Path:
        """Where a search for settings of that data keeps its trials; its folder is made."""
        return self._made("tuning", _file_name(data_name)) / f"{_file_name(study)}.jsonl"

    def keep_tuned(self, data_name: str, document: Mapping[str, Any]) -> Path:
        """Keep what searches found for a data set, in place of what was known; where it is."""
        self._made("tuned")
        return self._written(self.tuned_file(data_name), document)

    def tuned_file(self, data_name: str) -> Path:
        """Where `keep_tuned` keeps it."""
        return self.home / "tuned" / f"{_file_name(data_name)}.json"

    def keep_measured(self, data_name: str, kind: str, document: Mapping[str, Any]) -> Path:
        """Keep what was measured on a data set, in place of the last of its kind; where it is."""
        self._made("measured", _file_name(data_name))
        return self._written(self.measured_file(data_name, kind), document)

    def measured_file(self, data_name: str, kind: str) -> Path:
        """Where `keep_measured` keeps it."""
        return self.home / "measured" / _file_name(data_name) / f"{_file_name(kind)}.json"

    def reports_folder(self) -> Path:
        """Where reports go; made if it is not there."""
        return self._made("reports")

    def numba_folder(self) -> Path:
        """Where numba may cache what it compiled; made if it is not there."""
        return self._made("numba")

    def data_folder(self, name: str) -> Path:
        """Where what was imported under a name is, or would be."""
        return self.home / "data" / _file_name(name)

    def _made(self, *names: str) -> Path:
        folder = self.home.joinpath(*names)
        with self._writing():
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _written(self, path: Path, document: Mapping[str, Any]) -> Path:
        """JSON in place of what is there: a reader sees the old or the new."""
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.partial")
        with self._writing():
            text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
            temporary.write_text(text, encoding="utf-8")
            temporary.replace(path)
        return path

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Turn what the disk refuses into a message about the setting behind it."""
        try:
            yield
        except (OSError, pl.exceptions.PolarsError) as error:  # Polars': a disk full half-way
            reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
            raise InputError(
                f"MATINEE_HOME: expected a folder that can be written to, got {self.home}: {reason}"
            ) from error

    def _indexes(self) -> dict[str, dict[str, Any]]:
        """tables.json of each import, by name; a folder without one that can be read is none."""
        found = {}
        for path in (self.home / "data").glob(f"*/{_INDEX}"):
            try:
                index = json.loads(path.read_bytes())
                name, _ = index["name"], int(index["imported_ns"])
                own = current(self.data_folder(name)) == path.parent
            except (OSError, ValueError, KeyError, TypeError):
                continue
            if own:
                found[name] = index
        return dict(sorted(found.items()))


def _file_name(name: str) -> str:
    """A file name for any text; one that had to be changed gets a digest, so that none collide."""
    safe = re.sub(r"[^A-Za-z0-9_+.-]", "_", name).lstrip(".")[:80] or "_"
    if safe == name:
        return safe
    return f"{safe}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _folders(parent: Path) -> list[Path]:
    """In text order; one that a writer left hidden when it died is under its own name."""
    if not parent.is_dir():
        return []
    hidden = (path.name for path in parent.iterdir())
    names = {re.sub(r"^\.(.*)\.previous$", r"\1", name) for name in hidden}
    return [parent / name for name in sorted(names) if not name.startswith(".")]


def _write_table(table: pl.DataFrame, path: Path) -> None:
    if table.width:  # a table of no columns is no file
        table.write_parquet(path, compression="zstd")


def _read_table(path: Path) -> pl.DataFrame:
    return pl.read_parquet(path) if path.exists() else pl.DataFrame()
