"""Joins sources: films by TMDB or IMDb id, else by title and year."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from matinee.errors import InputError
from matinee.intake.account import Account
from matinee.intake.ratings import enum
from matinee.intake.titles import doubtful as doubtful_ones
from matinee.intake.titles import match
from matinee.schema import MOVIES, Tables

_BY_ID = ("tmdb_id", "imdb_id")


def joined(sources: Sequence[Tables], account: Account) -> Tables:
    """One set of tables; at most one source may bring ratings, since viewers are not shared.

    Catalogues alone: all films of all. With ratings: the films that have ratings and that the
    catalogues know, and those ratings. Item ids are those of the source of the ratings (else
    of the first that knows the film); the catalogue's fields win where it has them. Films are
    the same by TMDB or IMDb id where both sources have such ids, else by title and year
    (`titles.match`); doubtful matches are listed, not joined.
    """
    rated = [tables for tables in sources if tables.ratings.height]
    if len(rated) > 1:
        names = " and ".join(tables.name for tables in rated)
        raise InputError(
            f"data: expected one source of ratings, got {names}, whose viewers are not the same"
        )
    name = "+".join(dict.fromkeys(tables.name for tables in sources))
    catalogues = [tables for tables in sources if not tables.ratings.height]
    whole = _united(catalogues, account) if catalogues else None
    if rated and whole is not None:
        whole = _rated(rated[0], whole, account)
    elif whole is None:
        whole = rated[0]
    return replace(whole, name=name, published=_published(sources))


def _rated(rated: Tables, catalogue: Tables, account: Account) -> Tables:
    """The ratings of the films that both know, with the fields of both."""
    own = rated.movies if rated.movies.height else _bare(rated)
    rated_ids = rated.ratings["item_id"].unique().cast(pl.String)
    own = own.filter(pl.col("item_id").is_in(rated_ids.implode()))
    pairs, doubtful = _same(own, catalogue.movies)
    movies = _merged(own, catalogue.movies, pairs, right_first=True)
    ratings = _of_films(rated.ratings, movies)
    if not ratings.height:
        raise InputError(
            f"data: expected films known to both {rated.name} and {catalogue.name}, got none "
            "(films join by TMDB or IMDb id, or by title and year: is a links file missing?)"
        )
    reason = f"film not in both {rated.name} and {catalogue.name}"
    tags, links = _of_films(rated.tags, movies), _of_films(rated.links, movies)
    kept = {"ratings": (rated.ratings, ratings), "tags": (rated.tags, tags)}
    for name, (all_rows, rows) in (kept | {"links": (rated.links, links)}).items():
        account.change(name, "item_id", f"{reason}, dropped", all_rows.height - rows.height)
    dropped = rated.movies.height - movies.height if rated.movies.height else 0
    account.change("movies", "item_id", f"{reason} or without ratings, dropped", dropped)
    twice = pairs.filter(pl.col("right_id").is_duplicated()).height
    account.change("movies", "item_id", f"items that are one film in {catalogue.name}, kept", twice)
    alone = catalogue.movies.height - pairs["right_id"].n_unique()
    account.change("movies", "item_id", f"film of {catalogue.name} without ratings, dropped", alone)
    return replace(
        rated,
        movies=movies,
        ratings=ratings.with_columns(enum(ratings["user_id"]), enum(ratings["item_id"])),
        tags=tags,
        links=links,
        doubtful=_together(catalogue.doubtful, doubtful),
    )


def _of_films(table: pl.DataFrame, movies: pl.DataFrame) -> pl.DataFrame:
    """The rows of these films."""
    ids = table["item_id"]
    if not isinstance(ids.dtype, pl.Enum):
        return table.filter(ids.is_in(movies["item_id"].implode()))
    known = ids.dtype.categories.is_in(movies["item_id"].implode()).to_numpy()
    return table.filter(known[ids.to_physical().to_numpy()])


def _together(first: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    """Both lists of doubtful matches; one without columns is none."""
    lists = [table for table in (first, second) if table.width]
    return pl.concat(lists) if lists else first


def _united(catalogues: Sequence[Tables], account: Account) -> Tables:
    """All films of all catalogues; of a film known to several the first one's fields go first."""
    whole = catalogues[0]
    for more in catalogues[1:]:
        pairs, doubtful = _same(whole.movies, more.movies)
        pairs = pairs.unique("right_id", keep="first", maintain_order=True)
        account.change("movies", "item_id", f"film of {more.name} joined", pairs.height)
        shared = _merged(whole.movies, more.movies, pairs, right_first=False)
        ids = {name: pl.col("item_id").is_in(pairs[name].implode()) for name in pairs.columns}
        new = more.movies.filter(~ids["right_id"])
        taken = pl.col("item_id").is_in(whole.movies["item_id"].implode())
        apart = pl.lit(f"{more.name}:") + pl.col("item_id")
        new = new.with_columns(item_id=pl.when(taken).then(apart).otherwise("item_id"))
        ordered = whole.movies.select("item_id").join(
            pl.concat([shared, whole.movies.filter(~ids["left_id"])]),
            on="item_id",
            maintain_order="left",
        )
        whole = replace(
            whole,
            name=f"{whole.name}+{more.name}",
            movies=pl.concat([ordered, new]),
            doubtful=_together(whole.doubtful, doubtful),
        )
    return whole


def _bare(rated: Tables) -> pl.DataFrame:
    """Films of which only the ids (and links) are known."""
    ids = rated.links.select("item_id", "imdb_id", "tmdb_id")
    missing = [pl.lit(None, kind).alias(n) for n, kind in MOVIES.items() if n not in ids.columns]
    return ids.with_columns(missing).select(list(MOVIES))


def _same(left: pl.DataFrame, right: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The same films as left_id, right_id (a right one may stand twice), and doubtful ones."""
    found = []
    for key in _BY_ID:
        sides = [table.select("item_id", key).drop_nulls() for table in (left, right)]
        if all(side.height for side in sides):
            first = sides[1].unique(key, keep="first", maintain_order=True)
            by_key = sides[0].join(first, on=key, suffix="_right", maintain_order="left")
            found.append(by_key.select(left_id="item_id", right_id="item_id_right"))
    if found:
        return pl.concat(found).unique("left_id", keep="first", maintain_order=True), pl.DataFrame()
    matches = match(left, right)
    sure = matches.filter(pl.col("how") != "doubtful").select("left_id", "right_id")
    return sure, doubtful_ones(matches, left, right)


def _merged(
    left: pl.DataFrame, right: pl.DataFrame, pairs: pl.DataFrame, right_first: bool
) -> pl.DataFrame:
    """The films of `pairs` in the ids of `left`; a field is of the first side that knows it."""
    both = (
        left.rename({"item_id": "left_id"})
        .join(pairs, on="left_id", maintain_order="left")
        .join(right, left_on="right_id", right_on="item_id", suffix="_right", maintain_order="left")
    )
    fields = {}
    for name in MOVIES:
        if name == "item_id":
            continue
        sides = [pl.col(name), pl.col(f"{name}_right")]
        fields[name] = pl.coalesce(sides[::-1] if right_first else sides)
    return both.select(pl.col("left_id").alias("item_id"), **fields)


def _published(sources: Sequence[Tables]) -> dict[str, pl.DataFrame]:
    """All published tables; a name that stands twice is followed by its source's."""
    found: dict[str, pl.DataFrame] = {}
    for tables in sources:
        for name, table in tables.published.items():
            found[f"{name} ({tables.name})" if name in found else name] = table
    return found
