"""Data by path, by name or as tables."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import polars as pl

from matinee.dataset import Dataset
from matinee.errors import InputError, few
from matinee.intake import read as read_paths
from matinee.intake.download import PUBLIC, get
from matinee.schema import MOVIES, RATINGS, RatingScale, Schema, Tables, empty
from matinee.settings import Settings, read_settings
from matinee.simulation import starter
from matinee.store.workspace import Workspace

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

    A source is a path, "starter" (the simulated world), something imported before, or a public
    data set (looked for in MATINEE_DATA, else downloaded). Tables need the columns user_id,
    item_id, rating (and timestamp), and item_id, title; `mapping` renames {ours: theirs}.
    """
    if ratings is not None or movies is not None:
        if sources:
            raise InputError("read: expected paths or tables, got both")
        return _tables(ratings, movies, scale, mapping or {})
    settings = settings or read_settings()
    if not sources:
        return Workspace(settings.home).load()
    if len(sources) == 1 and not Path(sources[0]).exists():
        name = str(sources[0])
        if name == STARTER:
            return starter()
        if name in Workspace(settings.home).names():
            return Workspace(settings.home).load(name)
    paths = [_path(source, settings, progress) for source in sources]
    return read_paths(paths, mapping=mapping, strict=strict)


def as_dataset(data: Data) -> Dataset:
    """The data set of tables, of a path or of a name; a data set is itself."""
    if isinstance(data, Dataset):
        return data
    return Dataset.from_tables(data if isinstance(data, Tables) else read(data))


def _path(source: Source, settings: Settings, progress: Callable[[int, int], None] | None) -> Path:
    if Path(source).exists():
        return Path(source)
    name = str(source)
    if name in PUBLIC:
        return get(name, settings.home / "downloads", settings.data, progress)
    if name == STARTER or name in Workspace(settings.home).names():
        raise InputError(f"{name}: expected it alone, or files to join; it cannot be joined itself")
    known = [STARTER, *Workspace(settings.home).names(), *PUBLIC]
    raise InputError(
        f"{name}: expected a file, a folder or one of {', '.join(dict.fromkeys(known))}; "
        "found none of that name"
    )


def _tables(
    ratings: Any, movies: Any, scale: RatingScale | None, mapping: Mapping[str, str]
) -> Tables:
    interactions = _typed(ratings, RATINGS, mapping, "ratings", ["user_id", "item_id", "rating"])
    catalogue = _typed(movies, MOVIES, mapping, "movies", ["item_id", "title"])
    if scale is None and interactions.height:
        scale = _narrowest_scale(interactions["rating"])
    tables = Tables("tables", catalogue, interactions, scale or RatingScale(0.5, 5, 0.5))
    if not catalogue.height:
        ids = interactions.select(pl.col("item_id").unique(maintain_order=True))
        tables = replace(tables, movies=_typed(ids, MOVIES, {}, "movies", ["item_id"]))
    return tables


# Scales in use, from the narrowest; the first that holds every rating is taken.
_SCALES = (
    RatingScale(1, 5, 1),
    RatingScale(0.5, 5, 0.5),
    RatingScale(1, 10, 1),
    RatingScale(0, 10, 1),
    RatingScale(0.5, 10, 0.5),
    RatingScale(0, 100, 1),
)


def _narrowest_scale(ratings: pl.Series) -> RatingScale:
    values = ratings.drop_nulls().unique()
    for scale in _SCALES:
        steps = (values - scale.minimum) / scale.step
        if values.is_between(scale.minimum, scale.maximum).all() and (steps % 1 == 0).all():
            return scale
    raise InputError(
        f"ratings: expected a known scale (1-5, 0.5-5, 1-10, 0-10, 0-100), got "
        f"{few(values.sort())}; give scale=RatingScale(minimum, maximum, step)"
    )


def _typed(
    table: Any, schema: Schema, mapping: Mapping[str, str], name: str, needed: list[str]
) -> pl.DataFrame:
    """A Polars table with every column of the schema; those that are not given are unknown."""
    if table is None:
        return empty(schema)
    frame = table if isinstance(table, pl.DataFrame) else pl.from_pandas(table)
    frame = frame.rename({theirs: ours for ours, theirs in mapping.items() if theirs in frame})
    if missing := [column for column in needed if column not in frame.columns]:
        raise InputError(f"{name}: expected columns {missing}, got {frame.columns}")
    try:
        return frame.select(
            (pl.col(column) if column in frame.columns else pl.lit(None)).cast(dtype).alias(column)
            for column, dtype in schema.items()
        )
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"{name}: expected columns as in the documentation, got {reason}"
        ) from None
