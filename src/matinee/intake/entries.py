"""What a person's own export says, before its films are looked up in a catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from matinee.errors import InputError
from matinee.intake.account import Account
from matinee.intake.cells import FIRST_YEAR, LAST_YEAR, Cell, date, read_sheet
from matinee.intake.files import File
from matinee.intake.records import Layout, batches, read_header
from matinee.schema import RatingScale, Schema, empty

ENTRIES: Schema = {
    "title": pl.String(),
    "year": pl.Int32(),
    "imdb_id": pl.String(),
    "rating": pl.Float32(),  # null = seen without a rating
    "timestamp": pl.Int64(),
    "sort": pl.String(),  # what it is if it is no film, e.g. "TV Series"
}


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """Films seen, wanted and liked as in `ENTRIES`, each film once; ratings are on `scale`."""

    source: str
    scale: RatingScale
    seen: pl.DataFrame
    wanted: pl.DataFrame = field(default_factory=lambda: empty(ENTRIES))
    liked: pl.DataFrame = field(default_factory=lambda: empty(ENTRIES))


def day(name: str, at: str) -> Cell:
    """A date as the UTC seconds of its first moment."""
    calendar = date(name, at)

    def parse(cells: pl.Series) -> pl.Series:
        days = calendar.parse(cells)
        known = days.set(~days.dt.year().is_between(FIRST_YEAR, LAST_YEAR), None)
        return known.cast(pl.Datetime("us")).dt.epoch("s")

    return Cell(name, at, parse, "a date such as 2024-12-31")


def read_entries(file: File, cells: Sequence[Cell], account: Account) -> pl.DataFrame:
    """The sound rows as `ENTRIES`, what the file lacks as null; a header alone is no film."""
    header = read_header(file, Layout())
    if not any(batch.rows or batch.broken for batch in batches(file, Layout(), len(header))):
        if missing := [c.at for c in cells if c.at not in header and not c.optional]:
            raise InputError(f"{file.place}: expected columns {missing}, got {header}")
        return empty(ENTRIES)
    return as_entries(read_sheet(file, Layout(), cells, account, publish=False).table)


def as_entries(table: pl.DataFrame) -> pl.DataFrame:
    """As `ENTRIES`, missing columns null."""
    return table.select(
        (pl.col(name) if name in table.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in ENTRIES.items()
    )
