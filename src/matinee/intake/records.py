"""The careful way through a delimited file: each record is given on or told of."""

import csv
import io
import re
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

from matinee.errors import InputError
from matinee.intake.files import File

ROWS_AT_ONCE = 100_000
CHARACTERS_AT_ONCE = 50_000_000
LONGEST_RECORD = 1_000  # lines; a cell that runs on for longer lost its closing quote
_WIDEST_CELL = 2**27  # characters; the csv module stops at 131,072 unless told
_BYTES = re.compile("[\udc80-\udcff]")  # what is not UTF-8, as surrogateescape holds it

NOT_TEXT = "expected UTF-8 text"
NOT_CLOSED = "expected a closing quote"


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is written; `either` = UTF-8, else latin-1 (as MovieLens 1M and 100K are)."""

    separator: str = ","
    columns: tuple[str, ...] = ()  # names for a file without a header, whose cells have no quotes
    either: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Some records as text: row = 1 for the first after the header; short ones are filled up."""

    rows: list[int] = field(default_factory=list)
    cells: list[Sequence[str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    short: list[int] = field(default_factory=list)  # positions of records with too few cells
    broken: list[tuple[int, str, str]] = field(default_factory=list)  # row, reason, text


def read_header(file: File, layout: Layout) -> list[str]:
    """The names of the columns; InputError if there is nothing, or a name stands twice."""
    if layout.columns:
        return list(layout.columns)
    with _lines(file, layout) as lines:
        cells, text = next(_records(lines, layout), ([], ""))
    if cells is None:
        raise InputError(f"{file.place}: {NOT_CLOSED} in the header, got {_shown(text)[:60]!r}")
    names = [name.strip() for name in cells]
    if _BYTES.search(text):
        raise InputError(f"{file.place}: {NOT_TEXT}, got {_shown(text)[:60]!r} as the header")
    if not any(names):
        raise InputError(f"{file.place}: expected a header and rows, got an empty file")
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise InputError(f"{file.place}: expected each column once, got {repeated} again")
    return names


def batches(file: File, layout: Layout, width: int) -> Iterator[Batch]:
    """All records after the header, `width` cells each, in batches; blank lines are none."""
    with _lines(file, layout) as lines:
        records = enumerate(_records(lines, layout), 0 if not layout.columns else 1)
        if not layout.columns:
            next(records, None)
        batch, characters = Batch(), 0
        for row, (cells, text) in records:
            characters += len(text)
            _add(batch, row, cells, text, width)
            if len(batch.rows) >= ROWS_AT_ONCE or characters > CHARACTERS_AT_ONCE:
                yield batch
                batch, characters = Batch(), 0
        yield batch


def _add(batch: Batch, row: int, cells: list[str] | None, text: str, width: int) -> None:
    if not text.isascii() and _BYTES.search(text):
        batch.broken.append((row, NOT_TEXT, _shown(text)))
    elif cells is None:
        batch.broken.append((row, NOT_CLOSED, text))
    elif len(cells) > width:
        batch.broken.append((row, f"expected {width} cells", text))
    elif cells and text.strip():
        if len(cells) < width:
            batch.short.append(len(batch.rows))
            cells += [""] * (width - len(cells))
        batch.rows.append(row)
        batch.cells.append(cells)
        batch.texts.append(text)


def _shown(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


@contextmanager
def _lines(file: File, layout: Layout) -> Iterator[Iterator[str]]:
    with file.open() as stream:
        start = stream.read(2)
        if start in (b"\xff\xfe", b"\xfe\xff"):
            raise InputError(f"{file.place}: expected UTF-8 text, got UTF-16")
    with file.open() as stream:
        yield iter(_text(stream, layout))


def _text(stream: IO[bytes], layout: Layout) -> IO[str]:
    if not layout.either:
        return io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="")
    content = stream.read()
    try:
        return io.StringIO(content.decode("utf-8-sig"), newline="")
    except UnicodeDecodeError:
        return io.StringIO(content.decode("latin-1"), newline="")


def _records(lines: Iterator[str], layout: Layout) -> Iterator[tuple[list[str] | None, str]]:
    """Cells and text of each record; no cells where a quote is not closed."""
    if layout.columns:
        for line in lines:
            text = line.rstrip("\r\n")
            yield text.split(layout.separator), text
        return
    held: list[str] = []  # the lines of the record being read
    waiting: deque[str] = deque()  # lines to be read again

    def fed() -> Iterator[str]:
        while len(held) < LONGEST_RECORD:
            line = waiting.popleft() if waiting else next(lines, None)
            if line is None:
                return
            held.append(line)
            yield line

    while True:
        held.clear()
        try:
            for cells in _reader(fed(), layout.separator):
                yield cells, "".join(held).rstrip("\r\n")
                held.clear()
            return
        except csv.Error:
            # Only the line where the record began is at fault: the next ones are read anew.
            first, *others = held
            waiting.extendleft(reversed(others))
            yield None, first.rstrip("\r\n")


def _reader(lines: Iterator[str], separator: str) -> Iterator[list[str]]:
    if csv.field_size_limit() < _WIDEST_CELL:
        csv.field_size_limit(_WIDEST_CELL)
    return csv.reader(lines, delimiter=separator, strict=True)
