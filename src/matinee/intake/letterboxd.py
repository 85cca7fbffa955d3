"""Letterboxd's export: diary, ratings, watched, watchlist and likes, made one history."""

from collections.abc import Sequence
from pathlib import PurePosixPath

import polars as pl

from matinee.intake.account import Account
from matinee.intake.cells import Cell, rating, text, year
from matinee.intake.entries import ENTRIES, Entries, day, read_entries
from matinee.intake.files import File
from matinee.schema import RatingScale, empty

HALF_STARS = RatingScale(0.5, 5, 0.5)
_COLUMNS = {"Date", "Name", "Year", "Letterboxd URI"}
_FILM = ["title", "year"]


def role(file: File, header: Sequence[str]) -> str | None:
    """What a file of the export is for; None if it is none of the export.

    The diary and the ratings are known by their columns. Watched, watchlist and likes have the
    same columns, so there the name decides; any other name counts as watched.
    """
    path = PurePosixPath(file.place)
    if not set(header) >= _COLUMNS:
        return None
    if {"deleted", "orphaned"} & set(path.parts):
        return "removed"
    if "Watched Date" in header:
        return "diary"
    if "Rating" in header:
        return "ratings"
    if "likes" in path.parts or path.stem == "likes":
        return "likes"
    return "watchlist" if path.stem.startswith("watchlist") else "watched"


def read_letterboxd(files: Sequence[tuple[File, str]], account: Account) -> Entries:
    """One row a film: its rating from ratings.csv, else the diary's last; its time from the diary.

    The time is that of the latest watch; for films without one, the day it was rated or marked.
    """
    parts: dict[str, pl.DataFrame] = {}
    for file, part in files:
        found = read_entries(file, _cells(part), account)
        parts[part] = pl.concat([parts[part], found]) if part in parts else found
    nothing = empty(ENTRIES)
    # Where two say something, the first here that says it counts.
    ratings = pl.concat([parts.get("ratings", nothing), _latest(parts.get("diary", nothing))])
    times = [_latest(parts.get(part, nothing)) for part in ("diary", "ratings", "watched", "likes")]
    rated = ratings.drop_nulls("rating").unique(_FILM, keep="first", maintain_order=True)
    timed = pl.concat(times).drop_nulls("timestamp").unique(_FILM, keep="first")
    everything = pl.concat([ratings, *times])
    seen = (
        everything.drop("rating", "timestamp")
        .unique(_FILM, keep="first", maintain_order=True)
        .join(rated.select(*_FILM, "rating"), on=_FILM, how="left", nulls_equal=True)
        .join(timed.select(*_FILM, "timestamp"), on=_FILM, how="left", nulls_equal=True)
        .select(list(ENTRIES))
    )
    wanted, liked = (
        parts.get(part, nothing).unique(_FILM, keep="first", maintain_order=True)
        for part in ("watchlist", "likes")
    )
    return Entries("Letterboxd", HALF_STARS, seen, wanted, liked)


def _latest(table: pl.DataFrame) -> pl.DataFrame:
    """The latest first; of one day the later row."""
    return table.reverse().sort("timestamp", descending=True, nulls_last=True, maintain_order=True)


def _cells(part: str) -> list[Cell]:
    when = "Watched Date" if part == "diary" else "Date"
    cells = [text("title", "Name").required, year("year", "Year")]
    cells.append(day("timestamp", when))
    if part in ("diary", "ratings"):
        cells.append(rating("Rating", HALF_STARS).if_there)
    return cells
