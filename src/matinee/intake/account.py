"""What reading changed or set aside: nothing is dropped without a line here."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from matinee.errors import InputError
from matinee.schema import CHANGES, QUARANTINE, empty

MOST_BROKEN = 500_000  # a file with more is of another kind than it seems, and they fill the memory

Broken = tuple[str, int, str, str, str, str]  # the columns of QUARANTINE


@dataclass(frozen=True, slots=True)
class Account:
    """The changes and broken rows of one call of `read`; strict = the first broken row raises."""

    strict: bool = False
    changed: list[tuple[str, str, str, int | None]] = field(default_factory=list)
    broken: list[pl.DataFrame] = field(default_factory=list)

    def change(self, table: str, column: str, what: str, rows: int | None) -> None:
        """Note what was done to how many rows; none is not worth a line."""
        if rows != 0:
            self.changed.append((table, column, what, rows))

    def set_aside(self, rows: Sequence[Broken], sound: int) -> None:
        """Note the broken rows of one file, or raise: if strict, if too many, if none was sound."""
        if not rows:
            return
        table = pl.DataFrame(rows, schema=QUARANTINE, orient="row").sort("row", maintain_order=True)
        if self.strict or not sound or table.height > MOST_BROKEN:
            first = table.row(0, named=True)
            count = f"{table.height:,} broken row{'s' if table.height > 1 else ''}"
            of = "" if sound else ", no sound one"
            raise InputError(f"{describe(first)} ({count}{of})")
        self.broken.append(table)

    @property
    def changes(self) -> pl.DataFrame:
        """As `schema.CHANGES`."""
        return pl.DataFrame(self.changed, schema=CHANGES, orient="row")

    @property
    def quarantine(self) -> pl.DataFrame:
        """As `schema.QUARANTINE`."""
        return pl.concat(self.broken) if self.broken else empty(QUARANTINE)


def describe(row: dict[str, object]) -> str:
    """One row of the quarantine as a message: place, what was expected, what was found."""
    value = str(row["value"])
    shown = value if len(value) <= 60 else f"{value[:60]}..."
    column = f", {row['column']}" if row["column"] else ""
    return f"{row['file']} row {row['row']}{column}: {row['reason']}, got {shown!r}"
