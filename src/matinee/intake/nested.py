"""Cells that hold lists of objects, as JSON or as Python literals: names, cast and crew."""

import ast
import json
import re
from collections.abc import Callable, Sequence

import polars as pl

from matinee.intake.account import Account
from matinee.intake.cells import Cell

Parse = Callable[[str], object]

WRITERS = frozenset(
    {"Writer", "Screenplay", "Story", "Original Story", "Screenstory", "Co-Writer", "Adaptation"}
    | {"Author", "Novel", "Book", "Short Story", "Theatre Play", "Musical", "Comic Book"}
    | {"Teleplay", "Scenario Writer", "Dialogue", "Characters", "Idea"}
)
JOBS = {
    "directors": frozenset({"Director", "Co-Director"}),
    "writers": WRITERS,
    "composers": frozenset({"Original Music Composer"}),
    "editors": frozenset({"Editor", "Co-Editor"}),
}
_MEMBER = pl.Struct({"name": pl.String, "job": pl.String})

from_json: Parse = json.loads


def from_python(cell: str) -> object:
    """A Python literal; without backslashes its tokens are written as JSON, which is faster."""
    if "\\" not in cell:
        try:
            return json.loads(_TOKEN.sub(_as_json, cell))
        except ValueError:
            pass
    return ast.literal_eval(cell)


_TOKEN = re.compile(r"""'[^']*'|"[^"]*"|None|True|False""")
_CONSTANTS = {"None": "null", "True": "true", "False": "false"}


def _as_json(token: re.Match[str]) -> str:
    text = token[0]
    if text[0] == "'":
        return f'"{text[1:-1]}"' if '"' not in text else json.dumps(text[1:-1])
    return text if text[0] == '"' else _CONSTANTS[text]


_FAILS = (ValueError, SyntaxError, TypeError, KeyError, RecursionError, MemoryError)


def names(name: str, at: str, parse: Parse) -> Cell:
    """The names of a list of objects, in its order (List of String)."""
    return _cell(name, at, parse, _names, pl.List(pl.String()))


def cast(name: str, at: str, parse: Parse) -> Cell:
    """The names of a cast in billing order (List of String)."""
    return _cell(name, at, parse, _billed, pl.List(pl.String()))


def crew(name: str, at: str, parse: Parse) -> Cell:
    """The name and the job of each of a crew (List of Struct)."""
    return _cell(name, at, parse, _jobs, pl.List(_MEMBER))


def by_job(table: pl.DataFrame, column: str = "crew") -> pl.DataFrame:
    """The crew column as one list of names for each of JOBS, none twice."""
    member = pl.element().struct
    return table.with_columns(
        pl.col(column)
        .list.eval(
            member.field("name").filter(member.field("job").is_in(list(jobs))),
        )
        .list.unique(maintain_order=True)
        .alias(name)
        for name, jobs in JOBS.items()
    ).drop(column)


def without_empty(
    table: pl.DataFrame, account: Account, columns: Sequence[str], made: Sequence[str] = ()
) -> pl.DataFrame:
    """Empty lists become null: who lists nothing does not know. Those of `made` are not counted."""
    for column in columns:
        if column in made:
            continue
        empty = int((table[column].list.len() == 0).sum())
        account.change("movies", column, "empty list is unknown", empty)
    return table.with_columns(
        pl.when(pl.col(column).list.len() > 0).then(pl.col(column)) for column in columns
    )


def _cell(
    name: str, at: str, parse: Parse, take: Callable[[list[dict]], object], dtype: pl.DataType
) -> Cell:
    def one(cell: str) -> object:
        try:
            found = parse(cell)
            return take(found) if isinstance(found, list) else None
        except _FAILS:
            return None

    def column(cells: pl.Series) -> pl.Series:
        values = [None if cell is None else one(cell) for cell in cells]
        return pl.Series(name, values, dtype=dtype)

    written = "JSON" if parse is from_json else "Python"
    return Cell(name, at, column, f"a {written} list of objects with names")


def _name(entry: dict) -> str:
    name = entry["name"]
    if not isinstance(name, str):
        raise TypeError(name)
    return name.strip()


def _names(found: list[dict]) -> list[str]:
    return list(dict.fromkeys(name for entry in found if (name := _name(entry))))


def _billed(found: list[dict]) -> list[str]:
    return _names(sorted(found, key=lambda entry: entry.get("order", 0)))


def _jobs(found: list[dict]) -> list[dict[str, str]]:
    return [{"name": name, "job": str(e.get("job"))} for e in found if (name := _name(e))]
