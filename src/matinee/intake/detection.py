"""What a file is, by its first lines and columns, never by its name."""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from matinee.errors import InputError
from matinee.intake.files import File

KNOWN = (
    "TMDB 5000 (movies and credits), Kaggle's The Movies Dataset, MovieLens (latest, 32M, 25M, "
    "20M, 10M, 1M, 100K), MovieTweetings, Amazon Personalize's interactions and items, gorse's "
    "exported feedback and items, and CSV or Parquet with the columns user_id, item_id "
    "(ratings) or item_id, title (movies), or a mapping to them"
)
# family, kind -> the columns by which a file with a header is known; more may be there
_HEADERS = {
    ("tmdb", "movies"): "id title overview genres keywords production_companies vote_count",
    ("tmdb", "credits"): "movie_id title cast crew",
    ("the movies dataset", "movies"): "adult id imdb_id title overview genres video vote_count",
    ("the movies dataset", "credits"): "cast crew id",
    ("the movies dataset", "keywords"): "id keywords",
    ("movielens", "ratings"): "userId movieId rating timestamp",
    ("movielens", "tags"): "userId movieId tag timestamp",
    ("movielens", "links"): "movieId imdbId tmdbId",
    ("movielens", "movies"): "movieId title genres",
    ("personalize", "ratings"): "USER_ID ITEM_ID TIMESTAMP",
    ("personalize", "movies"): "ITEM_ID GENRES",
    ("gorse", "ratings"): "feedback_type user_id item_id time_stamp",
    ("gorse", "movies"): "item_id is_hidden categories",
    ("own", "ratings"): "user_id item_id",
    ("own", "movies"): "item_id title",
}
# family, kind -> a line of a file without a header; the first that fits
_IMDB = r"\d{7,}"
_TITLE = r"(?!\d+::)(?:(?!::).)+"
_ROWS = {
    ("movietweetings", "ratings"): rf"\d+::{_IMDB}::[^:]*::\d+",
    ("movietweetings", "movies"): rf"{_IMDB}::{_TITLE}::[^:]*",
    ("movietweetings", "users"): r"\d+::\d+",
    ("movielens dat", "ratings"): r"\d+::\d{1,6}::[\d.]*::\d+",
    ("movielens dat", "users"): r"\d+::[MF]::\d+::\d+::[^:]*",
    ("movielens dat", "tags"): r"\d+::\d{1,6}::.*\D.*::\d+",
    ("movielens dat", "movies"): rf"\d{{1,6}}::{_TITLE}::[^:]*",
    ("movielens 100k", "ratings"): r"\d+\t\d+\t[\d.]*\t\d+",
    ("movielens 100k", "movies"): r"\d+\|(?:[^|]*\|){4}(?:[01]\|){18}[01]",
    ("movielens 100k", "users"): r"\d+\|\d+\|[MF]\|[^|]*\|[^|]*",
    ("movielens 100k", "genres"): r"[A-Za-z][^|]*\|\d+",
}
_LINES = 50


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is; `missing` names columns that one of its kind should have and it has not."""

    family: str
    kind: str
    missing: tuple[str, ...] = ()
    found: tuple[str, ...] = ()


def detect(file: File, mapping: Mapping[str, str]) -> Kind | None:
    """The kind of a file, None if it is of no known one. A mapping's columns go first."""
    head = file.head()
    if head[:4] == b"PAR1":
        with file.open() as stream:
            kind = by_columns(_parquet_columns(file, stream.read()), mapping)
        return kind if kind and kind.family == "own" else None
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return by_columns(_header(head.decode("utf-16", "replace")), mapping)
    if b"\0" in head:
        return None
    lines = head.decode("utf-8-sig", "replace").splitlines()
    if not lines:
        return None
    return _by_rows(lines[:_LINES]) or by_columns(_header(lines[0]), mapping)


def separator(header: str) -> str:
    """The one of comma, semicolon and tab that stands in a header most often."""
    return max(",;\t", key=header.count)


def by_columns(columns: Iterable[str], mapping: Mapping[str, str]) -> Kind | None:
    """The kind with the most columns of those that are all there; else one at least half there.

    Of several as likely the one that stands first in `_HEADERS`: ratings before tags.
    """
    found = tuple(column.strip() for column in columns)
    kinds = [(family, kind, tuple(names.split())) for (family, kind), names in _HEADERS.items()]
    kinds = [
        (family, kind, tuple(mapping.get(n, n) for n in names) if family == "own" else names)
        for family, kind, names in kinds
    ]
    whole = [entry for entry in kinds if set(entry[2]) <= set(found)]
    if mapping and (own := [entry for entry in whole if entry[0] == "own"]):
        whole = own
    if whole:
        family, kind, _ = max(whole, key=lambda entry: len(entry[2]))
        return Kind(family, kind, found=found)
    family, kind, names = max(kinds, key=lambda entry: _share(entry[2], found))
    share = _share(names, found)
    missing = tuple(name for name in names if name not in found)
    if share < 0.5 or len(names) - len(missing) < 2:
        return None
    return Kind(family, kind, missing, found)


def _share(names: Sequence[str], found: Sequence[str]) -> float:
    return len(set(names) & set(found)) / len(names)


def _parquet_columns(file: File, content: bytes) -> list[str]:
    try:
        return list(pl.read_parquet_schema(content))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{file.place}: expected a whole Parquet file, got {reason}") from None


def _header(line: str) -> list[str]:
    lines = line.splitlines() or [""]
    return next(csv.reader(lines[:1], delimiter=separator(lines[0])), [])


def _by_rows(lines: Sequence[str]) -> Kind | None:
    """The kind that more than half of the lines look like."""
    for (family, kind), pattern in _ROWS.items():
        alike = sum(re.fullmatch(pattern, line) is not None for line in lines)
        if alike > len(lines) / 2:
            return Kind(family, kind)
    return None
