"""What the cells of a column must be, and the checked table of a delimited file."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from matinee.errors import InputError
from matinee.intake.account import MOST_BROKEN, Account, Broken
from matinee.intake.files import File
from matinee.intake.records import ROWS_AT_ONCE, Batch, Layout, batches, read_header
from matinee.schema import RatingScale

LATEST = 253_402_300_799  # the last second of the year 9999
FIRST_YEAR, LAST_YEAR = 1870, 9999

# Damaged bytes can make Polars panic, which is no PolarsError.
PARQUET_FAILS = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)
_TEXTS = (pl.String, pl.Categorical, pl.Enum)

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
    lists: bool = False  # what it holds are lists of texts, which Parquet may bring as such
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


def year(name: str, at: str | None = None) -> Cell:
    """The year of a film (Int64): there was none before the first, and 99999 is none."""
    plain = whole(name, at)

    def parse(cells: pl.Series) -> pl.Series:
        years = plain.parse(cells)
        return _where(years, years.is_between(FIRST_YEAR, LAST_YEAR))

    return replace(plain, parse=parse, expected=f"a year from {FIRST_YEAR} to {LAST_YEAR}")


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

        def single(cells: pl.Series) -> pl.Series:
            numbers = plain.parse(cells).cast(pl.Float32)  # 1e39 is infinite now
            return _where(numbers, numbers.is_finite())

        return replace(plain, parse=single)

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


def moment(at: str) -> Cell:
    """A moment in UTC seconds, or an ISO date with or without a time of the day (Int64)."""
    forms = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f")

    def parse(cells: pl.Series) -> pl.Series:
        plain = cells.str.strip_suffix("Z").str.strip_suffix("+00:00")
        found = [seconds(at).parse(cells)]
        found += [plain.str.to_datetime(f, strict=False).dt.epoch("s") for f in forms]
        moments = pl.select(pl.coalesce(found)).to_series()
        return _where(moments, moments.is_between(0, LATEST))

    return Cell("timestamp", at, parse, "a time in UTC seconds or an ISO date")


def listed(name: str, at: str | None = None) -> Cell:
    """Names as "A|B" or as a JSON list of texts (List of String)."""

    def one(cell: str | None) -> list[str] | None:
        if cell is None or not cell.startswith("["):
            found = [] if cell is None else cell.split("|")
        else:
            try:
                found = json.loads(cell)
            except (ValueError, RecursionError):
                return None
        if cell is None or not all(isinstance(each, str) for each in found):
            return None
        return [each.strip() for each in found if each.strip()]

    def parse(cells: pl.Series) -> pl.Series:
        return pl.Series(name, [one(cell) for cell in cells], dtype=pl.List(pl.String))

    return Cell(name, at or name, parse, "a list of names: A|B or a JSON list of texts", lists=True)


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
        if len(header) == 1 and any(other in header[0] for other in ",;\t|"):
            wanted = f"{layout.separator!r} between the columns"
            raise InputError(f"{file.place}: expected {wanted}, got {header[0]!r}")
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
        if len(broken) > MOST_BROKEN:
            break
        if publish:
            published.append(found)
    table = pl.concat(tables)
    if not table.height and not broken:
        raise InputError(f"{file.place}: expected rows, got none below the header")
    account.set_aside(broken, table.height)
    return Sheet(table, inferred(pl.concat(published)) if publish else pl.DataFrame())


def read_parquet_sheet(file: File, cells: Sequence[Cell], account: Account, folder: Path) -> Sheet:
    """The same for Parquet: typed cells pass through their text, lists of text stay."""
    with file.local(folder) as source:
        try:
            published = pl.read_parquet(source)
        except PARQUET_FAILS as error:
            reason = str(error).splitlines()[0]
            raise InputError(f"{file.place}: expected a whole Parquet file, got {reason}") from None
    if missing := [c.at for c in cells if c.at not in published.columns and not c.optional]:
        raise InputError(f"{file.place}: expected columns {missing}, got {published.columns}")
    found = published.select(
        _as_text(published[cell.at], cell, file.place)
        for cell in cells
        if cell.at in published.columns
    )
    if not found.height:
        raise InputError(f"{file.place}: expected rows, got none")
    tables, broken = [], list[Broken]()
    for start in range(0, found.height, ROWS_AT_ONCE):
        part = found.slice(start, ROWS_AT_ONCE)
        rows = list(range(start + 1, start + 1 + part.height))
        table, faults = _typed(part, Batch(rows), cells, file.place)
        tables.append(table)
        broken += faults
        if len(broken) > MOST_BROKEN:
            break
    table = pl.concat(tables)
    account.set_aside(broken, table.height)
    return Sheet(table, published)


def _as_text(column: pl.Series, cell: Cell, place: str) -> pl.Series:
    """Lists of text as such where the cell holds lists; all else that reads as one text as text."""
    kind = column.dtype
    if cell.lists and isinstance(kind, pl.List | pl.Array) and kind.inner in _TEXTS:
        return column.cast(pl.List(pl.String)).list.drop_nulls()
    if isinstance(kind, pl.Duration | pl.Binary) or kind.is_nested() or kind == pl.Object:
        raise InputError(f"{place}: expected {column.name} as {cell.expected}, got {kind}")
    if isinstance(kind, pl.Datetime):
        column = column.dt.epoch("s") if cell.name == "timestamp" else column.dt.date()
    return column.cast(pl.String)


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
        given = found[cell.at]
        if given.dtype == pl.String:
            given = given.str.strip_chars()
            given = _where(given, given != "")
        column = cell.parse(given) if given.dtype == pl.String else given
        wrong = column.is_null() if cell.needed else column.is_null() & given.is_not_null()
        for at in wrong.arg_true().to_list():
            value, reason = str(found[cell.at][at] or ""), f"expected {cell.expected}"
            say = batch.texts[at] if batch.texts else ",".join(map(str, found.row(at)))
            first.setdefault(at, (place, batch.rows[at], cell.at, value, reason, say))
        columns.append(column)
    table = pl.DataFrame([c.alias(cell.name) for c, cell in zip(columns, cells, strict=True)])
    if first:
        sound = np.ones(table.height, bool)
        sound[list(first)] = False
        table = table.filter(sound)
    return table, faults + list(first.values())


def _where(values: pl.Series, keep: pl.Series) -> pl.Series:
    return pl.select(pl.when(keep).then(values)).to_series()
