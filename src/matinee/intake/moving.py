"""Coming from other recommenders: Amazon Personalize's CSV files and gorse's exports."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl

from matinee.errors import InputError, few
from matinee.intake.account import Account
from matinee.intake.catalogue import as_movies, no_ratings, once_each
from matinee.intake.cells import (
    Cell,
    listed,
    moment,
    number,
    read_sheet,
    text,
    year,
)
from matinee.intake.detection import separator
from matinee.intake.files import File
from matinee.intake.own import scale_of
from matinee.intake.ratings import with_ids
from matinee.intake.records import Layout
from matinee.intake.sources import Source
from matinee.schema import Tables

_RATED = ("rating", "rate", "rated")
# What says that a film was seen on a page, or was not liked: no reason to recommend more like it.
_NOT_LIKED = (
    *("dislike", "disliked", "thumbsdown", "downvote", "notinterested", "hide"),
    *("impression", "impressions", "exposure", "unlike"),
)
_READ = "read"  # gorse: what only marks as seen; likes have types of their own
_TITLES = ("TITLE", "ITEM_NAME", "NAME", "MOVIE_TITLE")
_LONGEST_TITLE = 120  # characters: a longer comment of gorse is a description


def read_personalize(source: Source, account: Account, _folder: Path) -> Tables:
    """Interactions, items or both; people are not read.

    EVENT_VALUE is the rating of an EVENT_TYPE that says so ("rating"); every other type is a film
    that was chosen, but for dislikes and impressions, which are left out and counted. Items have
    a title if a column TITLE (or ITEM_NAME, NAME, MOVIE_TITLE) says it, else their id.
    """
    cells = [
        text("user_id", "USER_ID").required,
        text("item_id", "ITEM_ID").required,
        moment("TIMESTAMP").required,
        text("type", "EVENT_TYPE").if_there,
        number("value", "EVENT_VALUE").if_there,
    ]
    films: list[Cell] = [text("item_id", "ITEM_ID").required]
    if "movies" in source.files:
        header = source.found["movies"].found
        films += [text("title", at) for at in _TITLES if at in header][:1]
        films += [listed("genres", "GENRES")] * ("GENRES" in header)
        films += [year("year", "YEAR")] * ("YEAR" in header)
        films += [text("overview", "DESCRIPTION")] * ("DESCRIPTION" in header)
    return _tables(source, account, cells, films, _NOT_LIKED)


def read_gorse(source: Source, account: Account, _folder: Path) -> Tables:
    """feedback.csv, items.csv or both, as gorse's dashboard exports them; people are not read.

    Every type of feedback is a film that was chosen, but for `read`, dislikes and impressions,
    which are left out and counted. Genres are the labels' "genre" or "genres", else the
    categories; a short comment is the title. The status of hidden items is "Hidden".
    """
    cells = [
        text("type", "feedback_type").required,
        text("user_id").required,
        text("item_id").required,
        _go_time("time_stamp"),
        number("value").if_there,
    ]
    films = [
        text("item_id").required,
        text("is_hidden").if_there,
        listed("categories").if_there,
        text("labels").if_there,
        text("description").if_there,
    ]
    return _tables(source, account, cells, films, (*_NOT_LIKED, _READ))


def _tables(
    source: Source,
    account: Account,
    cells: list[Cell],
    films: list[Cell],
    not_liked: Iterable[str],
) -> Tables:
    movies, published = as_movies(pl.DataFrame(schema={"item_id": pl.String})), {}
    if "movies" in source.files:
        file = source.files["movies"]
        sheet = read_sheet(file, _layout(file), films, account)
        table = _told(sheet.table) if "labels" in sheet.table.columns else sheet.table
        title = pl.col("title") if "title" in table.columns else pl.lit(None, pl.String)
        untitled = int(table.select(title.is_null().sum()).item())
        account.change("movies", "title", "unknown: the id stands for it", untitled)
        table = table.with_columns(pl.coalesce(title, "item_id").alias("title"))
        movies = as_movies(once_each(table, account, key="item_id"))
        published["movies"] = sheet.published
    if "ratings" not in source.files:
        return no_ratings(source.name, movies, published)
    file = source.files["ratings"]
    sheet = read_sheet(file, _layout(file), cells, account)
    published["ratings"] = sheet.published
    ratings = _liked(sheet.table, file.place, account, not_liked)
    scale = scale_of(ratings["rating"])
    return Tables(source.name, movies, with_ids(ratings, account), scale, published=published)


def _liked(
    table: pl.DataFrame, place: str, account: Account, not_liked: Iterable[str]
) -> pl.DataFrame:
    """What was chosen, with its rating if it was rated; the rest is counted, type by type."""
    for name, kind in (("type", pl.String()), ("value", pl.Float64())):
        if name not in table.columns:
            table = table.with_columns(pl.lit(None, kind).alias(name))
    plain = pl.col("type").str.to_lowercase().str.replace_all(r"[^a-z]", "").fill_null("")
    shown = plain.is_in(list(not_liked))
    kept = table.filter(~shown)
    for kind, rows in table.filter(shown)["type"].value_counts(sort=True).iter_rows():
        account.change("ratings", "kind", f"no choice of a film, left out: {kind}", rows)
    if not kept.height:
        kinds = few(table["type"].unique().sort().to_list())
        raise InputError(f"{place}: expected some film that was chosen or rated, got only {kinds}")
    rated = plain.is_in(_RATED)
    return kept.select(
        "user_id",
        "item_id",
        pl.when(rated).then("value").cast(pl.Float32).alias("rating"),
        pl.when(pl.col("timestamp") > 0).then("timestamp").alias("timestamp"),
    )


def _go_time(at: str) -> Cell:
    """A moment as Go prints it, "2021-01-01 01:01:01.5 +0000 UTC"; its year 1 is unknown: 0."""
    known = moment(at)

    def parse(cells: pl.Series) -> pl.Series:
        plain = cells.str.strip_suffix(" UTC").str.strip_suffix(" +0000")
        never = plain.str.starts_with("0001-01-01").fill_null(value=False)
        zero = pl.Series([0], dtype=pl.Int64)
        return known.parse(plain.set(never, None)).set(never, zero.item())

    return Cell(known.name, at, parse, known.expected).required


def _told(table: pl.DataFrame) -> pl.DataFrame:
    """Title, genres, keywords and status of gorse's items."""
    labels = [_label(cell) for cell in table["labels"]]
    genres = [found.pop("genres", None) or found.pop("genre", None) for found in labels]
    titles = [found.pop("title", None) or found.pop("name", None) for found in labels]
    texts = pl.List(pl.String)
    table = table.with_columns(
        pl.Series("genres", [_texts(each) for each in genres], texts),
        pl.Series("keywords", [_texts(list(each.values())) for each in labels], texts),
        pl.Series("title", [each if isinstance(each, str) else None for each in titles], pl.String),
    )
    missing = {"categories": texts, "description": pl.String(), "is_hidden": pl.String()}
    table = table.with_columns(
        pl.lit(None, kind).alias(name)
        for name, kind in missing.items()
        if name not in table.columns
    )
    comment = pl.col("description")
    short = (comment.str.len_chars() <= _LONGEST_TITLE) & ~comment.str.contains("\n")
    return table.with_columns(
        pl.coalesce("genres", "categories").alias("genres"),
        pl.coalesce("title", pl.when(short).then(comment)).alias("title"),
        pl.when(~short).then(comment).alias("overview"),
        pl.when(pl.col("is_hidden") == "true").then(pl.lit("Hidden")).alias("status"),
    )


def _label(cell: str | None) -> dict[str, Any]:
    """Labels as a table: JSON, or names between bars as gorse had them before."""
    if cell is None:
        return {}
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        found = cell.split("|")
    return found if isinstance(found, dict) else {"labels": found}


def _texts(found: Any) -> list[str] | None:
    """All texts in it, at any depth of lists; None if there are none."""
    if isinstance(found, str):
        return [found.strip()] if found.strip() else None
    if not isinstance(found, list):
        return None
    texts = [each for part in found for each in _texts(part) or ()]
    return list(dict.fromkeys(texts)) or None


def _layout(file: File) -> Layout:
    return Layout(separator(file.head().decode("utf-8-sig", "replace").split("\n")[0]))
