"""Tables that a person has already, Polars or pandas, as checked tables."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from matinee.errors import InputError, few
from matinee.intake.cells import LATEST, shown
from matinee.schema import MOVIES, RATINGS, RatingScale, Schema, Tables, empty


def tables_of(
    ratings: Any, movies: Any, scale: RatingScale | None, mapping: Mapping[str, str]
) -> Tables:
    """What a person gives: ratings, films or both, in our columns or mapped to them.

    InputError where an id is missing, a rating is off the scale, a time is no time in seconds, or
    a film stands twice: nobody but the caller can say which of two rows is meant.
    """
    if scale is not None and not isinstance(scale, RatingScale):
        raise InputError(f"scale: expected RatingScale(minimum, maximum, step), got {scale!r}")
    interactions = _typed(ratings, RATINGS, mapping, "ratings", ["user_id", "item_id", "rating"])
    catalogue = _typed(movies, MOVIES, mapping, "movies", ["item_id", "title"])
    if scale is None and interactions.height:
        scale = _narrowest_scale(interactions["rating"])
    scale = scale or RatingScale(0.5, 5, 0.5)
    _check_ratings(interactions, scale)
    _check_movies(catalogue)
    tables = Tables("tables", catalogue, interactions, scale)
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
    frame = _polars(table, name)
    names = {theirs: ours for ours, theirs in mapping.items() if theirs in frame.columns}
    taken = [ours for theirs, ours in names.items() if ours in frame.columns and theirs != ours]
    frame = frame.drop(taken, strict=False).rename(names, strict=False)
    if missing := [column for column in needed if column not in frame.columns]:
        raise InputError(f"{name}: expected columns {missing}, got {frame.columns}")
    if isinstance(frame.schema.get("timestamp"), pl.Datetime | pl.Date):
        frame = frame.with_columns(pl.col("timestamp").cast(pl.Datetime("us")).dt.epoch("s"))
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


def _polars(table: Any, name: str) -> pl.DataFrame:
    if isinstance(table, pl.DataFrame):
        return table
    if isinstance(table, pl.LazyFrame):
        return table.collect()
    try:
        frame = pl.from_pandas(table)
    except (TypeError, ValueError, pl.exceptions.PolarsError) as error:
        found = f"{type(table).__name__} ({str(error).splitlines()[0]})"
        raise InputError(f"{name}: expected a Polars or pandas table, got {found}") from None
    if not isinstance(frame, pl.DataFrame):
        raise InputError(f"{name}: expected a Polars or pandas table, got one column of it")
    return frame


def _check_ratings(ratings: pl.DataFrame, scale: RatingScale) -> None:
    for name in ("user_id", "item_id"):
        _refuse(ratings, ratings[name].is_null() | (ratings[name] == ""), name, "an id")
    rated = ratings["rating"]
    inside = rated.is_between(scale.minimum, scale.maximum) & rated.is_finite()
    wanted = f"a rating of {shown(scale)}, or null"
    _refuse(ratings, ~inside & rated.is_not_null(), "rating", wanted)
    outside = ~ratings["timestamp"].is_between(0, LATEST)
    _refuse(ratings, outside, "timestamp", "a time in UTC seconds, or null")


def _check_movies(movies: pl.DataFrame) -> None:
    ids = movies["item_id"]
    _refuse(movies, ids.is_null() | (ids == ""), "item_id", "an id")
    _refuse(movies, ids.is_duplicated(), "item_id", "each film once")


def _refuse(table: pl.DataFrame, wrong: pl.Series, column: str, wanted: str) -> None:
    """InputError with the first row that is wrong, as Python counts rows."""
    rows = wrong.fill_null(False).arg_true()
    if len(rows):
        name = "ratings" if "rating" in table.columns else "movies"
        found = table[column][int(rows[0])]
        raise InputError(
            f"{name} row {rows[0]}, {column}: expected {wanted}, got {found!r} ({len(rows):,} of "
            f"{table.height:,} rows)"
        )
