"""Imported tables without a viewer, or with new ratings."""

from dataclasses import replace

import numpy as np
import polars as pl

from matinee.errors import InputError, MissingData, UnknownId
from matinee.schema import MOVIES, RATINGS, Tables

_OF_VIEWERS = ("ratings", "tags", "users")  # published tables whose first column is the viewer


def without(tables: Tables, user: str) -> Tables:
    """The tables as if the viewer had never been in them; UnknownId if nothing is known of them.

    Ratings, tags, profile, the tables as published, and rows set aside that name the viewer.
    """
    known = tables.ratings["user_id"].cast(pl.String)
    if not (known == user).any() and user not in tables.tags["user_id"].cast(pl.String):
        some = known.unique(maintain_order=True).head(3).to_list()
        raise UnknownId(
            f"user: expected one of {known.n_unique():,} viewers of {tables.name} "
            f"({', '.join(some)}, ...), got {user!r}"
        )
    published = {
        name: _without(table, table.columns[0], user)
        if name.partition(" ")[0] in _OF_VIEWERS and table.width
        else table
        for name, table in tables.published.items()
    }
    quarantine = tables.quarantine.filter(
        ~pl.col("text")
        .fill_null("")
        .map_elements(lambda text: user in _cells(text), return_dtype=pl.Boolean)
    )
    return replace(
        tables,
        ratings=_without(tables.ratings, "user_id", user),
        tags=_without(tables.tags, "user_id", user),
        users=_without(tables.users, "user_id", user) if tables.users.width else tables.users,
        published=published,
        quarantine=quarantine,
    )


def with_ratings(tables: Tables, added: Tables) -> Tables:
    """The tables with more ratings; of one viewer and film the later in time stays.

    Of two at one time the new one stays; one without a time is taken as of now. Viewers and films
    are the same by id. A film that is not in the catalogue comes in as the added tables know it.
    InputError if ratings lie off the scale.
    """
    if not added.ratings.height:
        raise MissingData(f"{added.name}: expected ratings to add, got none")
    rating, scale = added.ratings["rating"].drop_nulls().to_numpy(), tables.scale
    low, high = (rating.min(), rating.max()) if len(rating) else (scale.minimum, scale.maximum)
    if not scale.minimum <= low <= high <= scale.maximum:
        raise InputError(
            f"{added.name}: expected ratings from {scale.minimum:g} to {scale.maximum:g} as in "
            f"{tables.name}, got {low:g} to {high:g}"
        )
    ratings = _latest(_as_text(tables.ratings), _as_text(added.ratings))
    unknown = ~pl.col("item_id").is_in(tables.movies["item_id"].implode())
    known = added.movies.filter(unknown)
    if not tables.movies.height:  # data of ratings alone: it needs no catalogue
        known = added.movies
    movies = pl.concat([tables.movies.select(list(MOVIES)), known.select(list(MOVIES))])
    return replace(
        tables,
        movies=movies,
        ratings=ratings.with_columns(_enum(ratings["user_id"]), _enum(ratings["item_id"])),
    )


def _without(table: pl.DataFrame, column: str, user: str) -> pl.DataFrame:
    """The rows of others.

    The categories of an Enum are stored too: the viewer goes from them, and films of nobody else.
    """
    left = table.filter(table[column].cast(pl.String).fill_null("") != user)
    shrunk = []
    for name, kind in left.schema.items():
        if isinstance(kind, pl.Enum):
            there = np.bincount(
                left[name].drop_nulls().to_physical(), minlength=len(kind.categories)
            )
            used = kind.categories.filter(pl.Series(there > 0))
            shrunk.append(left[name].cast(pl.String).cast(pl.Enum(used)))
    return left.with_columns(shrunk)


def _cells(text: str) -> list[str]:
    """What stands in a broken row, whatever separates it."""
    for separator in ("\t", ";", ",", "|"):
        text = text.replace(separator, ":")
    return [cell.strip(" \"'") for cell in text.split(":")]


def _latest(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Both, with one row for each viewer and film, in the order given."""
    first, last = pl.Int64.min(), pl.Int64.max()
    both = pl.concat(
        [
            old.with_columns(moment=pl.col("timestamp").fill_null(first)),
            new.with_columns(moment=pl.col("timestamp").fill_null(last)),
        ]
    ).with_row_index("place")
    latest = both.sort("moment", "place").unique(["user_id", "item_id"], keep="last")
    return latest.sort("place").select(list(RATINGS))


def _as_text(ratings: pl.DataFrame) -> pl.DataFrame:
    return ratings.select(list(RATINGS)).cast({"user_id": pl.String, "item_id": pl.String})


def _enum(ids: pl.Series) -> pl.Series:
    return ids.cast(pl.Enum(ids.unique(maintain_order=True)))
