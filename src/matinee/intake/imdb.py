"""IMDb's export of a person's ratings, watchlist or lists, as CSV."""

from collections.abc import Sequence

import polars as pl

from matinee.intake.account import Account
from matinee.intake.cells import Cell, rating, text, year
from matinee.intake.entries import ENTRIES, Entries, day, read_entries
from matinee.intake.files import File
from matinee.schema import RatingScale, empty

OF_TEN = RatingScale(1, 10, 1)
_FILMS = {"movie", "tvMovie", "short", "video", "tvShort", "tvSpecial", "feature", "documentary"}


def role(header: Sequence[str]) -> str | None:
    """ "ratings", or "list" (numbered by Position, as a watchlist is); None if it is not IMDb's."""
    if not set(header) >= {"Const", "Title"}:
        return None
    return "list" if "Position" in header else "ratings"


def read_imdb(files: Sequence[tuple[File, str]], account: Account) -> Entries:
    """Each title once, its latest rating; of a list the rated ones are seen, the others wanted."""
    tables = {"ratings": empty(ENTRIES), "list": empty(ENTRIES)}
    for file, part in files:
        tables[part] = pl.concat([tables[part], read_entries(file, _cells(part), account)])
    listed = tables["list"]
    rated = listed["rating"].is_not_null()
    seen = _once(pl.concat([tables["ratings"], listed.filter(rated)]))
    wanted = _once(listed.filter(~rated)).join(seen, on="imdb_id", how="anti")
    return Entries("IMDb", OF_TEN, seen, wanted)


def _once(table: pl.DataFrame) -> pl.DataFrame:
    latest = table.sort("timestamp", descending=True, nulls_last=True, maintain_order=True)
    return latest.unique("imdb_id", keep="first", maintain_order=True)


def _cells(part: str) -> list[Cell]:
    stars, rated_on = rating("Your Rating", OF_TEN), day("timestamp", "Date Rated")
    return [
        _const(),
        text("title", "Title").required,
        year("year", "Year"),
        _no_film().if_there,
        stars.required if part == "ratings" else stars.if_there,
        rated_on if part == "ratings" else rated_on.if_there,
    ]


def _const() -> Cell:
    def parse(cells: pl.Series) -> pl.Series:
        return cells.str.extract(r"^(tt\d+)$")

    return Cell("imdb_id", "Const", parse, "an IMDb id such as tt0113277").required


def _no_film() -> Cell:
    """The kind of a title that is no film; empty for films ("movie", "Movie", "tvMovie", ...)."""
    films = [kind.lower() for kind in _FILMS]

    def parse(cells: pl.Series) -> pl.Series:
        kind = cells.str.to_lowercase().str.replace_all(" ", "", literal=True)
        return pl.select(pl.when(kind.is_in(films)).then(pl.lit("")).otherwise(cells)).to_series()

    return Cell("sort", "Title Type", parse, "a kind of title")
