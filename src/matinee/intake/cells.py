"""What the cells of a column must be, and the checked table of a delimited file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from matinee.errors import InputError
from matinee.intake.account import Account, Broken
from matinee.intake.files import File
from matinee.intake.records import Batch, Layout, batches, read_header
from matinee.schema import RatingScale

LATEST = 253_402_300_799  # the last second of the year 9999

Parse = Callable[[pl.Series], pl.Series]


@dataclass(frozen=True, slots=True)
class Cell:
    """A column of ours: the file's name for it, and how its text (stripped, empty = null) reads.

    `parse` gives null for a text that is not `expected`.
    """

    name: str
    at: str
    parse: Parse
    expected: str
    needed: bool = False  # an empty cell breaks the row
    optional: bool = False  # the file may lack the column

    @property
    def required(self) -> "Cell":
        """The same, where an empty cell breaks the row."""
        return replace(self, needed=True)

    @property
    def if_there(self) -> "Cell":
        """The same, where the file may lack the column: null then."""
        return replace(self, optional=True)


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """The sound rows of a file, typed, and all rows as they were published."""

    table: pl.DataFrame
    published: pl.DataFrame


def text(name: str, at: str | None = None) -> Cell:
    """A text, without the space around it."""
    return Cell(name, at or name, lambda cells: cells, "a text")


def whole(name: str, at: str | None = None, lowest: int | None = None) -> Cell:
    """A whole number, "862.0" too (Int64)."""

    def parse(cells: pl.Series) -> pl.Series:
        digits = cells.str.extract(r"^([+-]?\d+)(?:\.0*)?$").str.strip_prefix("+")
        numbers = digits.cast(pl.Int64, strict=False)
        return numbers if lowest is None else _where(numbers, numbers >= lowest)

    expected = "a whole number" if lowest is None else f"a whole number from {lowest}"
    return Cell(name, at or name, parse, expected)


def number(name: str, at: str | None = None) -> Cell:
    """A finite number (Float64)."""

    def parse(cells: pl.Series) -> pl.Series:
        numbers = cells.cast(pl.Float64, strict=False)
        return _where(numbers, numbers.is_finite())

    return Cell(name, at or name, parse, "a number")


def rating(at: str, scale: RatingScale | None) -> Cell:
    """A rating on the scale, where it is known (Float32)."""
    if scale is None:
        plain = number("rating", at)
        return replace(plain, parse=lambda cells: plain.parse(cells).cast(pl.Float32))

    def parse(cells: pl.Series) -> pl.Series:
        numbers = cells.cast(pl.Float32, strict=False)
        return _where(numbers, on_scale(numbers, scale))

    return Cell("rating", at, parse, f"a rating of {shown(scale)}")


def seconds(at: str) -> Cell:
    """A moment in UTC seconds (Int64)."""

    def parse(cells: pl.Series) -> pl.Series:
        moments = whole("timestamp").parse(cells)
        return _where(moments, moments.is_between(0, LATEST))

    return Cell("timestamp", at, parse, "a time in UTC seconds")


def date(name: str, at: str | None = None, form: str = "%Y-%m-%d") -> Cell:
    """A calendar date."""
    return Cell(name, at or name, lambda cells: cells.str.to_date(form, strict=False), "a date")


def shown(scale: RatingScale) -> str:
    """The scale in words.

    >>> shown(RatingScale(0.5, 5, 0.5))
    '0.5 to 5 in steps of 0.5'
    """
    return f"{scale.minimum:g} to {scale.maximum:g} in steps of {scale.step:g}"


def on_scale(ratings: pl.Series, scale: RatingScale) -> pl.Series:
    """Which ratings lie on a step of the scale, to a thousandth of a step; null for null."""
    steps = (ratings - scale.minimum) / scale.step
    inside = ratings.is_between(scale.minimum, scale.maximum)
    return inside & ((steps - steps.round()).abs() < 1e-3)


def read_sheet(
    file: File,
    layout: Layout,
    cells: Sequence[Cell],
    account: Account,
    publish: bool = True,
) -> Sheet:
    """Read every row with care; broken ones go to the account. InputError if none is sound."""
    header = read_header(file, layout)
    if missing := [cell.at for cell in cells if cell.at not in header and not cell.optional]:
        raise InputError(f"{file.place}: expected columns {missing}, got {header}")
    tables, published, broken = [], [], list[Broken]()
    for batch in batches(file, layout, len(header)):
        found = pl.DataFrame(
            list(zip(*batch.cells, strict=True)) if batch.cells else [[] for _ in header],
            schema=dict.fromkeys(header, pl.String),
            orient="col",
        ).with_columns(pl.col(pl.String).replace("", None))
        table, faults = _typed(found, batch, cells, file.place)
        tables.append(table)
        broken += faults
        if publish:
            published.append(found)
    table = pl.concat(tables)
    if not table.height and not broken:
        raise InputError(f"{file.place}: expected rows, got none below the header")
    account.set_aside(broken, table.height)
    return Sheet(table, inferred(pl.concat(published)) if publish else pl.DataFrame())


def inferred(table: pl.DataFrame) -> pl.DataFrame:
    """Columns of text as a CSV reader would type them: whole numbers, numbers, or text."""
    return table.with_columns(_inferred(column) for column in table)


def _inferred(column: pl.Series) -> pl.Series:
    empty = column.null_count()
    if empty == len(column):
        return column
    for dtype in (pl.Int64, pl.Float64):
        numbers = column.cast(dtype, strict=False)
        if numbers.null_count() == empty:
            return numbers
    return column


def _typed(
    found: pl.DataFrame, batch: Batch, cells: Sequence[Cell], place: str
) -> tuple[pl.DataFrame, list[Broken]]:
    """The sound rows of a batch and the faults of the others, one a row: its first."""
    faults: list[Broken] = [(place, row, "", say, reason, say) for row, reason, say in batch.broken]
    first: dict[int, Broken] = {}
    for at in batch.short:
        row, say = batch.rows[at], batch.texts[at]
        first[at] = (place, row, "", say, f"expected {found.width} cells", say)
    columns = []
    for cell in cells:
        if cell.at not in found.columns:
            columns.append(cell.parse(pl.Series([None] * found.height, dtype=pl.String)))
            continue
        given = found[cell.at].str.strip_chars()
        given = _where(given, given != "")
        column = cell.parse(given)
        wrong = column.is_null() if cell.needed else column.is_null() & given.is_not_null()
        for at in wrong.arg_true().to_list():
            value = found[cell.at][at] or ""
            reason = f"expected {cell.expected}"
            first.setdefault(at, (place, batch.rows[at], cell.at, value, reason, batch.texts[at]))
        columns.append(column)
    table = pl.DataFrame([c.alias(cell.name) for c, cell in zip(columns, cells, strict=True)])
    if first:
        sound = ~pl.Series(range(table.height)).is_in(list(first))
        table = table.filter(sound)
    return table, faults + list(first.values())


def _where(values: pl.Series, keep: pl.Series) -> pl.Series:
    return pl.select(pl.when(keep).then(values)).to_series()
