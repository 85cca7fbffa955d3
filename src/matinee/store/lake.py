"""The lake: a Parquet copy of the event log that grows step by step, each event in it once.

A folder of files and `manifest.json`, which says which files count and up to which number the log
is in them. A step writes its file first and the manifest last, by one rename: killed before it, the
step has not happened, and the next one sweeps the file away; killed after it, it has. Viewers stand
in it under pseudonyms, and sessions do not stand in it.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import polars as pl

from matinee.errors import StoreError
from matinee.schema import EVENTS, Schema
from matinee.store.choices import refusing
from matinee.store.erasures import erasures_on_record
from matinee.store.events import EventLog, viewers_with_events
from matinee.store.folders import flush
from matinee.store.retention import last_expiry
from matinee.store.sequence import settled

COLUMNS: Schema = {name: dtype for name, dtype in EVENTS.items() if name != "session_id"}
_MANIFEST, _LOCK = "manifest.json", ".lock"
_FORMAT, _VERSION = "matinee lake", 1
_ROWS_A_FILE = 200_000


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    rows: int


@dataclass(frozen=True, slots=True)
class _Manifest:
    until: int = 0  # every event up to this number of the log is in the files, or was erased
    parts: tuple[_Part, ...] = ()
    before: int = 0  # no event of before this moment is kept
    erased: tuple[int, int] = (0, 0)  # the erasures that were followed: how many, the last


def snapshot(log: EventLog, folder: Path, rows_a_file: int = _ROWS_A_FILE) -> int:
    """Bring the lake up to the log as it stands; how many events that added.

    What has expired or was erased since goes (`follow`).
    Viewers who do not want models to learn from them are left out, and taken out of what there is;
    should they allow it again, what they do from then on is added. One program at a time; another
    waits. 0 while a writer of the log does not end (`settled`).
    StoreError where the folder is no lake, or the disk refuses.
    """
    with _changing(folder) as found:
        refused = refusing(log.database, "improvement")
        followed, _ = _followed(log, folder, found)
        manifest, _ = _without(folder, followed, {log.key.pseudonym(id_) for id_ in refused})
        until, added = settled(log.database), 0
        while until is not None and manifest.until < until:
            table = log.between(manifest.until, until, rows_a_file)
            full = table.height == rows_a_file
            reached = int(table["seq"][-1]) if full else until
            table = table.filter(~pl.col("user_id").is_in(list(refused)))
            parts = manifest.parts
            if table.height:
                parts = (*parts, _write_part(folder, _pseudonymous(log, table)))
            manifest = replace(manifest, until=reached, parts=parts)
            _write_manifest(folder, manifest)
            added += table.height
    return added


def read_lake(folder: Path) -> pl.LazyFrame:
    """The events of the lake, in the order of the log, as EVENTS without session_id."""
    parts = _read_manifest(folder).parts
    if not parts:
        return pl.LazyFrame(schema=COLUMNS)
    return pl.scan_parquet([folder / part.name for part in parts])


def forget(log: EventLog, folder: Path, user_id: str) -> int:
    """Take a viewer's events out of the lake's files; how many there were.

    Files with none are left as they are; the others are written anew and the old ones removed. A
    program that has begun to read the old ones may have to begin again.
    """
    with _changing(folder) as manifest:
        return _without(folder, manifest, {log.key.pseudonym(user_id)})[1]


def follow(log: EventLog, folder: Path) -> int:
    """Take out what has expired or was erased from the database since, by whichever program.

    How many events that were; 0 where there is no lake. `snapshot` does it too.
    """
    if not (folder / _MANIFEST).exists():
        return 0
    with _changing(folder) as manifest:
        return _followed(log, folder, manifest)[1]


def _followed(log: EventLog, folder: Path, found: _Manifest) -> tuple[_Manifest, int]:
    manifest, expired, erased = found, 0, 0
    before, erasures = last_expiry(log.database).events_before, erasures_on_record(log.database)
    if before > found.before:
        wanted = _not_expired(folder, before)
        manifest, expired = _filtered(folder, manifest, wanted)
        manifest = replace(manifest, before=before)
    if erasures != found.erased:
        # Tombstones cannot be turned into pseudonyms: who is in the database may stay.
        names = [log.key.pseudonym(id_) for id_ in viewers_with_events(log.database)]
        manifest, erased = _filtered(folder, manifest, pl.col("user_id").is_in(names))
        manifest = replace(manifest, erased=erasures)
    if manifest != found:
        _write_manifest(folder, manifest)
    return manifest, expired + erased


def _not_expired(folder: Path, before: int) -> pl.Expr:
    """As `store.retention` has it: what takes back a younger event stays as long as that."""
    lake = read_lake(folder)
    old = lake.filter(pl.col("timestamp") < before)
    young = lake.filter(pl.col("timestamp") >= before).select("event_id")
    holding = old.join(young, left_on="retracts", right_on="event_id", how="semi")
    kept = holding.select("event_id").collect()["event_id"].to_list()
    return (pl.col("timestamp") >= before) | pl.col("event_id").is_in(kept)


def _without(folder: Path, manifest: _Manifest, pseudonyms: set[str]) -> tuple[_Manifest, int]:
    """The lake without these viewers, and how many events that removed."""
    if not pseudonyms:
        return manifest, 0
    return _filtered(folder, manifest, ~pl.col("user_id").is_in(list(pseudonyms)))


def _filtered(folder: Path, manifest: _Manifest, wanted: pl.Expr) -> tuple[_Manifest, int]:
    """The lake with the events that are wanted alone, and how many others there were."""
    parts, removed = list[_Part](), 0
    for part in manifest.parts:
        table = pl.read_parquet(folder / part.name)
        kept = table.filter(wanted)
        removed += table.height - kept.height
        if kept.height == table.height:
            parts.append(part)
        elif kept.height:
            parts.append(_write_part(folder, kept))
    if not removed:
        return manifest, 0
    changed = replace(manifest, parts=tuple(parts))
    _write_manifest(folder, changed)
    _sweep(folder, {part.name for part in parts})
    return changed, removed


def _pseudonymous(log: EventLog, table: pl.DataFrame) -> pl.DataFrame:
    ids = table["user_id"].unique()
    names = pl.Series([log.key.pseudonym(id_) for id_ in ids], dtype=pl.String)
    return table.with_columns(pl.col("user_id").replace_strict(ids, names)).select(list(COLUMNS))


@contextmanager
def _changing(folder: Path) -> Iterator[_Manifest]:
    """The manifest, for the one program that may change the lake; the system ends the lock."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / _LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            manifest = _read_manifest(folder)
            _sweep(folder, {part.name for part in manifest.parts})
            yield manifest
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise StoreError(f"lake {folder}: expected to change it, got {reason}") from error


def _sweep(folder: Path, counted: set[str]) -> None:
    """Remove what a program that died left, and what a viewer was taken out of."""
    for path in folder.iterdir():
        stray = path.suffix == ".parquet" and path.name.startswith("events-")
        if path.suffix == ".partial" or (stray and path.name not in counted):
            path.unlink()


def _write_part(folder: Path, table: pl.DataFrame) -> _Part:
    name = f"events-{secrets.token_hex(8)}.parquet"
    temporary = folder / f".{name}.partial"
    table.write_parquet(temporary, compression="zstd")
    _put(temporary, folder / name)
    return _Part(name, table.height)


def _write_manifest(folder: Path, manifest: _Manifest) -> None:
    document = {"format": _FORMAT, "version": _VERSION} | asdict(manifest)
    temporary = folder / f".{_MANIFEST}.partial"
    temporary.write_text(json.dumps(document, indent=1), encoding="utf-8")
    _put(temporary, folder / _MANIFEST)


def _put(temporary: Path, path: Path) -> None:
    flush(temporary)
    os.replace(temporary, path)
    flush(path.parent)


def _read_manifest(folder: Path) -> _Manifest:
    path = folder / _MANIFEST
    try:
        document = json.loads(path.read_bytes())
        if (document["format"], document["version"]) != (_FORMAT, _VERSION):
            raise ValueError(f"{document['format']!r} version {document['version']}")
        parts = tuple(_Part(str(part["name"]), int(part["rows"])) for part in document["parts"])
        count, moment = document.get("erased", (0, 0))
        before = int(document.get("before", 0))
        return _Manifest(int(document["until"]), parts, before, (int(count), int(moment)))
    except FileNotFoundError:
        return _Manifest()
    except (ValueError, LookupError, TypeError) as error:
        raise StoreError(
            f"{path}: expected the manifest of a lake, got {error}; remove the folder to have it "
            "made anew from the database"
        ) from error
