"""What every catalogue reader does to its films: fill up columns, drop repeats, clean zeros."""

from collections.abc import Mapping, Sequence

import polars as pl

from matinee.intake.account import Account
from matinee.schema import MOVIES, RATINGS, RatingScale, Tables, check, empty

# Who has no ratings needs no scale; TMDB's own votes run from 0.5 to 10.
_NO_RATINGS = RatingScale(0.5, 10, 0.5)


def as_movies(table: pl.DataFrame) -> pl.DataFrame:
    """As `schema.MOVIES`: what is missing is null; but item_id is the TMDB id, year the date's."""
    missing = [name for name in MOVIES if name not in table.columns]
    table = table.with_columns(pl.lit(None, MOVIES[name]).alias(name) for name in missing)
    if "item_id" in missing:
        table = table.with_columns(item_id=pl.col("tmdb_id").cast(pl.String))
    if "year" in missing:
        table = table.with_columns(year=pl.col("release_date").dt.year())
    casts = [
        pl.col(name).cast(kind)
        for name, kind in MOVIES.items()
        if table.schema[name] != kind and name != "item_id"
    ]
    return check(table.with_columns(casts), MOVIES, "movies")


def once_each(
    table: pl.DataFrame, account: Account, name: str = "movies", key: str = "tmdb_id"
) -> pl.DataFrame:
    """The first row of each film; the others are counted."""
    kept = table.unique(key, keep="first", maintain_order=True)
    account.change(name, key, "repeated row dropped", table.height - kept.height)
    return kept


def zeros_unknown(table: pl.DataFrame, account: Account, columns: Sequence[str]) -> pl.DataFrame:
    """TMDB writes 0 where it does not know: null."""
    for column in columns:
        zeros = int((table[column] == 0).sum())
        account.change("movies", column, "zero is unknown", zeros)
    return table.with_columns(
        pl.when(pl.col(column) != 0).then(pl.col(column)) for column in columns
    )


def no_ratings(name: str, movies: pl.DataFrame, published: Mapping[str, pl.DataFrame]) -> Tables:
    """The tables of a source that brings films alone."""
    return Tables(name, movies, empty(RATINGS), _NO_RATINGS, published=published)
