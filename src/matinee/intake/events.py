"""A log of events (plays, ratings, impressions) as a file."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from matinee.errors import InputError, few
from matinee.intake.account import Account
from matinee.intake.cells import Cell, moment, number, read_parquet_sheet, read_sheet, text, whole
from matinee.intake.detection import separator
from matinee.intake.files import File, list_files
from matinee.intake.own import scale_of
from matinee.intake.records import Layout, read_header
from matinee.schema import EVENTS, KINDS, RatingScale

_CELLS: tuple[Cell, ...] = (
    text("user_id").required,
    text("item_id").required,
    text("kind").required,
    moment("timestamp").required,
    text("event_id").if_there,
    number("value").if_there,
    number("position_s").if_there,
    text("page_id").if_there,
    whole("row").if_there,
    whole("slot").if_there,
    text("retracts").if_there,
)


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """The sound events of a file, and a line on each thing that was left out."""

    name: str
    table: pl.DataFrame  # EVENTS without received_at and session_id
    left_out: tuple[str, ...]

    @property
    def scale(self) -> RatingScale:
        """The narrowest scale that holds all ratings; 1 to 5 where there are none."""
        stars = self.table.filter(pl.col("kind") == "rate")["value"]
        return scale_of(stars) if stars.null_count() < len(stars) else RatingScale(1, 5, 1)


def is_event_log(path: Path) -> bool:
    """Whether the path is one CSV or Parquet file with user_id, item_id and kind."""
    if not path.is_file():
        return False
    files = list_files(path)
    if len(files) != 1 or files[0].member is not None:
        return False
    head = files[0].head()
    if head[:4] == b"PAR1":
        try:
            columns = list(pl.read_parquet_schema(path))
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
            return False
    else:
        first = head.decode("utf-8-sig", "replace").partition("\n")[0]
        columns = [name.strip().strip('"') for name in first.split(separator(first))]
    return {"user_id", "item_id", "kind"} <= set(columns)


def read_events(path: Path, strict: bool = False) -> Events:
    """The events of a CSV or Parquet file; broken rows are left out and counted.

    InputError where no row is sound, or a column is missing; `strict`: at the first broken row.
    """
    account = Account(strict)
    file = list_files(path)[0]
    if file.head(4) != b"PAR1":
        _needs_times(read_header(file, Layout(_separator(file))), file.place)
    with tempfile.TemporaryDirectory(prefix="matinee-") as folder:
        if file.head(4) == b"PAR1":
            _needs_times(list(pl.read_parquet_schema(path)), file.place)
            table = read_parquet_sheet(file, _CELLS, account, Path(folder)).table
        else:
            layout = Layout(_separator(file))
            table = read_sheet(file, layout, _CELLS, account, publish=False).table
    for cell in _CELLS:
        if cell.name not in table.columns:
            table = table.with_columns(pl.lit(None, EVENTS[cell.name]).alias(cell.name))
    left_out = []
    if account.quarantine.height:
        counts = account.quarantine["reason"].value_counts(sort=True)
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in counts.iter_rows())
        left_out.append(f"left out: {account.quarantine.height:,} broken events ({reasons})")
    known = table["kind"].is_in(KINDS)
    if not known.all():
        strange = table.filter(~known)["kind"].unique().sort()
        if not known.any():
            raise InputError(f"{file.place}: expected kinds {', '.join(KINDS)}, got {few(strange)}")
        left_out.append(f"left out: {int((~known).sum()):,} events of kinds {few(strange)}")
        table = table.filter(known)
    return Events(path.stem, table, tuple(left_out))


def _needs_times(columns: list[str], place: str) -> None:
    if "timestamp" not in columns:
        raise InputError(
            f"{place}: expected a column timestamp (UTC seconds or ISO dates), got {columns}; "
            "without times nobody can say what came before what"
        )


def _separator(file: File) -> str:
    return separator(file.head().decode("utf-8-sig", "replace").split("\n")[0])
