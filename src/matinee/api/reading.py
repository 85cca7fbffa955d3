"""Data by path, by name or as tables."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from matinee.api.given_tables import tables_of
from matinee.dataset import Dataset
from matinee.errors import InputError
from matinee.intake import read as read_paths
from matinee.intake.download import PUBLIC, get
from matinee.intake.files import is_there
from matinee.schema import RatingScale, Tables
from matinee.settings import Settings, read_settings
from matinee.simulation import starter
from matinee.store.opening import open_store
from matinee.store.workspace import Workspace
from matinee.training.from_events import DATABASE, tables_of_signals

STARTER = "starter"
Source: TypeAlias = str | Path
Data: TypeAlias = Dataset | Tables | Source


def read(
    *sources: Source,
    ratings: Any = None,
    movies: Any = None,
    scale: RatingScale | None = None,
    mapping: Mapping[str, str] | None = None,
    strict: bool = False,
    progress: Callable[[int, int], None] | None = None,
    settings: Settings | None = None,
) -> Tables:
    """Checked tables of paths or names, joined; or of Polars or pandas tables.

    A source is a path, "starter" (the simulated world), "database" (the films of the
    live service's database and what its events say), something imported before, or a public data
    set (looked for in MATINEE_DATA, else downloaded). Tables need the columns user_id, item_id,
    rating (and timestamp), and item_id, title; `mapping` renames {ours: theirs}.
    """
    if not isinstance(mapping or {}, Mapping):
        raise InputError(f"mapping: expected {{ours: theirs}}, got {mapping!r}")
    if ratings is not None or movies is not None:
        if sources:
            raise InputError("read: expected paths or tables, got both")
        return tables_of(ratings, movies, scale, mapping or {})
    for source in sources:
        if not isinstance(source, str | Path) or not str(source):
            raise InputError(f"data: expected a path or a name, got {source!r}")
    settings = settings or read_settings()
    if not sources:
        return Workspace(settings.home).load()
    if len(sources) == 1 and not is_there(Path(sources[0])):
        name = str(sources[0])
        if name == STARTER:
            return starter()
        if name == DATABASE:
            return _of_database(settings)
        if name in Workspace(settings.home).names():
            return Workspace(settings.home).load(name)
    paths = [_path(source, settings, progress) for source in sources]
    return read_paths(paths, mapping=mapping, strict=strict)


def as_dataset(data: Data) -> Dataset:
    """The data set of tables, of a path or of a name; a data set is itself."""
    if isinstance(data, Dataset):
        return data
    return Dataset.from_tables(data if isinstance(data, Tables) else read(data))


def _of_database(settings: Settings) -> Tables:
    """Its films, and what viewers think of those they know; InputError where there are none."""
    store = open_store(settings)
    try:
        return tables_of_signals(store.database)
    finally:
        store.database.close()


def _path(source: Source, settings: Settings, progress: Callable[[int, int], None] | None) -> Path:
    if is_there(Path(source)):
        return Path(source)
    name = str(source)
    if name in PUBLIC:
        return get(name, settings.home / "downloads", settings.data, progress)
    if name in (STARTER, DATABASE) or name in Workspace(settings.home).names():
        raise InputError(f"{name}: expected it alone, or files to join; it cannot be joined itself")
    known = [STARTER, DATABASE, *Workspace(settings.home).names(), *PUBLIC]
    raise InputError(
        f"{name}: expected a file, a folder or one of {', '.join(dict.fromkeys(known))}; "
        "found none of that name"
    )
