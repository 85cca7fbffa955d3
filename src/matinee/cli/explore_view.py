"""An exploration as terminal tables and small charts."""

from collections.abc import Iterator

import polars as pl
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from matinee.exploration import Exploration, bars
from matinee.exploration.catalogue import OUTLIER_RULE, CatalogueSummary
from matinee.exploration.distribution import LongTail
from matinee.exploration.summary import TableSummary
from matinee.exploration.text_bars import columns
from matinee.exploration.viewing import ViewingSummary
from matinee.exploration.wording import amount, percent, size_of

_WIDEST = 110  # of a chart, however wide the terminal is


def render_terminal(exploration: Exploration, console: Console, brief: bool = False) -> None:
    """Print it all; `brief` leaves out columns, outliers and the tables as they were published."""
    label = " [yellow](simulated data)[/yellow]" if exploration.simulated else ""
    console.print(f"\n[b]{escape(exploration.name)}[/b]{label}")
    if not brief:
        for table in exploration.published:
            _table(table, "as published", console)
        _account(exploration, console)
        for table in exploration.cleaned:
            _table(table, "cleaned", console)
    if exploration.catalogue:
        _catalogue(exploration.catalogue, console, brief)
    if exploration.viewing:
        _viewing(exploration.viewing, console)
    else:
        _tail(exploration.votes, "votes", "films", console)


def _heading(words: str, console: Console, note: str = "") -> None:
    console.print(
        f"\n[b cyan]{escape(words)}[/b cyan]{f' [dim]{escape(note)}[/dim]' if note else ''}"
    )


def _table(table: TableSummary, state: str, console: Console) -> None:
    _heading(f"{table.name}, {state}: {table.rows:,} rows × {table.columns} columns", console)
    sizes = f"{size_of(table.bytes_actual)} actual, {size_of(table.bytes_pandas)}"
    console.print(f"[dim]memory: {sizes} as pandas counts it (pointers, not texts)[/dim]")
    _frame(_fitting(table.first_rows, console.width), console)
    info = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("column", "dtype"):
        info.add_column(name, no_wrap=True)
    for name in ("non-null", "empty", "missing"):
        info.add_column(name, justify="right", no_wrap=True)
    info.add_column("", no_wrap=True)
    for field, share in zip(table.fields, table.missing["share"], strict=True):
        bar = "█" * round(12 * share) or ("▏" if share else "")
        empty = f"{field.empty:,}" if field.empty else ""
        missing = percent(share) if share else ""
        info.add_row(field.name, field.dtype, f"{field.non_null:,}", empty, missing, bar)
    console.print(info)
    if table.describe.height:
        console.print()
        _frame(table.describe, console)


def _fitting(frame: pl.DataFrame, width: int, cell: int = 22) -> pl.DataFrame:
    """The first columns that fit, cells cut; the last column says how many were left out."""
    shown, used = [], 0
    for name in frame.columns:
        cells = [_text(value, cell) for value in frame[name].to_list()]
        longest = max(map(len, [name, *cells])) + 2
        if used + longest > width - 8:
            break
        used += longest
        shown.append(pl.Series(name, cells, pl.String))
    left = frame.width - len(shown)
    if left:
        shown.append(pl.Series(f"+{left}", ["…"] * frame.height, pl.String))
    return pl.DataFrame(shown)


def _frame(frame: pl.DataFrame, console: Console) -> None:
    """A Polars frame; numbers stand right and short."""
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name, dtype in frame.schema.items():
        table.add_column(name, justify="right" if dtype.is_numeric() else "left", no_wrap=True)
    for row in frame.iter_rows():
        table.add_row(*(Text(_text(value, 40)) for value in row))
    console.print(table)


def _text(value: object, most: int) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        if abs(value) < 1e4:
            return f"{value:.5g}" if abs(value) >= 1e3 else f"{value:.3g}"
        short = amount(value)
        for word, letter in ((" thousand", "k"), (" million", "M"), (" billion", "B")):
            short = short.replace(word, letter)
        return short
    if isinstance(value, int):
        return str(value)
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _account(exploration: Exploration, console: Console) -> None:
    _heading("what cleaning changed", console)
    for table, column, change, rows in exploration.changes.iter_rows():
        count = "" if rows is None else f"{rows:,}"
        console.print(f"{count:>7}  {escape(f'{table}.{column}')}: {escape(change)}")
    for file, reason, rows in exploration.quarantine.iter_rows():
        console.print(f"{rows:>7,}  {escape(str(file))}: set aside, {escape(str(reason))}")
    if exploration.doubtful:
        console.print(f"{exploration.doubtful:>7,}  doubtful title matches to settle")
    if not (exploration.changes.height or exploration.quarantine.height or exploration.doubtful):
        console.print("nothing")


def _catalogue(catalogue: CatalogueSummary, console: Console, brief: bool) -> None:
    _heading("most frequent genres", console, f"of {catalogue.films:,} films")
    top = catalogue.genres.head(5 if brief else 12)
    _lines(top["genre"].to_list(), top["count"].to_list(), console)
    if catalogue.budget_quartiles:
        lower, middle, upper, largest = catalogue.budget_quartiles
        unknown = catalogue.films - catalogue.known_budgets
        _heading(
            "budgets", console, f"{catalogue.known_budgets:,} known, {unknown:,} unknown left out"
        )
        _upright(catalogue.budgets, console)
        console.print(
            f"half lie between {amount(lower)} and {amount(upper)}, median {amount(middle)}, "
            f"largest {amount(largest)}",
            highlight=False,
        )
    if brief:
        return
    if catalogue.vote_averages.height:
        _heading("vote averages", console, "films without a vote left out")
        _upright(catalogue.vote_averages, console)
    pairs = catalogue.correlation.filter(pl.col("left") < pl.col("right")).drop_nulls("r")
    if pairs.height:
        _heading("strongest correlations", console, "Pearson's r, known pairs only")
        strongest = pairs.sort(pl.col("r").abs(), descending=True).head(5)
        for left, right, r, _ in strongest.iter_rows():
            console.print(f"{r:>6.2f}  {left}, {right}", highlight=False)
    if catalogue.outliers.height:
        _heading("outliers", console)
        console.print(f"[dim]{OUTLIER_RULE}[/dim]")
        for line in _outlier_lines(catalogue):
            console.print(line, highlight=False)


def _outlier_lines(catalogue: CatalogueSummary, most: int = 3) -> Iterator[str]:
    for group in catalogue.outliers.partition_by("column", "side", maintain_order=True):
        films = [
            f"{title or item_id} ({_text(value, 12)})"
            for item_id, title, value in group.select("item_id", "title", "value").head(most).rows()
        ]
        more = ", ..." if group.height > most else ""
        yield escape(
            f"{group.height:>5,}  {group['column'][0]} {group['side'][0]}: {', '.join(films)}{more}"
        )


def _viewing(viewing: ViewingSummary, console: Console) -> None:
    _heading("who rated what", console)
    console.print(
        f"{viewing.users:,} viewers, {viewing.items:,} films ({viewing.rated_items:,} with a "
        f"rating), {viewing.interactions:,} ratings: {percent(viewing.density)} of all pairs",
        highlight=False,
    )
    if viewing.distribution.height and viewing.mean_rating is not None:
        _heading("ratings", console, f"mean {viewing.mean_rating:.2f}")
        labels = [f"{rating:g}" for rating in viewing.distribution["rating"]]
        _lines(labels, viewing.distribution["count"].to_list(), console)
    _tail(viewing.popularity, "ratings", "films", console)
    _tail(viewing.activity, "ratings", "viewers", console)
    if viewing.over_time.height > 1:
        first, last = viewing.over_time["start"][0], viewing.over_time["start"][-1]
        _heading("ratings over time", console, f"{first} to {last}, by {viewing.period}")
        _squeezed(viewing.over_time["count"], console)


def _tail(tail: LongTail, what: str, holders: str, console: Console) -> None:
    if not tail.holders:
        return
    _heading(f"long tail: {what} of {holders}", console)
    direction = "go to" if holders == "films" else "come from"
    console.print(
        f"half of all {what} {direction} {percent(tail.half)} of {tail.holders:,} {holders}; "
        f"median {tail.median:,.0f}, largest {tail.largest:,}",
        highlight=False,
    )


def _lines(labels: list[str], counts: list[int], console: Console) -> None:
    for line in bars(labels, counts, min(console.width, _WIDEST)):
        console.print(Text(line), no_wrap=True)


def _upright(bins: pl.DataFrame, console: Console) -> None:
    """A histogram standing up, its ends named below."""
    across = max(1, min(console.width, _WIDEST) // bins.height)
    for line in columns(bins["count"].to_list()):
        console.print(Text("".join(mark * across for mark in line)), no_wrap=True)
    low, high = amount(bins["start"][0]), amount(bins["end"][-1])
    console.print(Text(f"{low}{high:>{across * bins.height - len(low)}}"), style="dim")


def _squeezed(counts: pl.Series, console: Console) -> None:
    """Neighbouring periods added up until the chart fits the width."""
    room = min(console.width, _WIDEST)
    together = -(-len(counts) // room)
    frame = pl.DataFrame({"count": counts}).with_row_index("k")
    summed = frame.group_by(pl.col("k") // together, maintain_order=True).agg(pl.col("count").sum())
    for line in columns(summed["count"].to_list()):
        console.print(Text(line), no_wrap=True)
