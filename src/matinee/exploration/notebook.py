"""An exploration as a notebook cell shows it."""

from collections.abc import Sequence
from html import escape

import polars as pl

from matinee.exploration.picture import Picture
from matinee.exploration.summary import TableSummary
from matinee.exploration.wording import size_of


def notebook_html(
    name: str,
    simulated: bool,
    tables: Sequence[tuple[str, TableSummary]],
    changes: pl.DataFrame,
    pictures: Sequence[Picture],
) -> str:
    """Each table folded, what was changed, and what each picture says; no script, no network."""
    label = " <em>(simulated data)</em>" if simulated else ""
    parts = [f"<h3>{escape(name)}{label}</h3>"]
    parts += [_table(table, state) for state, table in tables]
    if changes.height:
        rows = (
            f"<li>{escape(f'{table}.{column}: {change}')}: {rows:,} rows</li>"
            for table, column, change, rows in changes.iter_rows()
        )
        parts.append(f"<p>What cleaning changed:</p><ul>{''.join(rows)}</ul>")
    said = (f"<li><b>{escape(p.title)}.</b> {escape(p.sentence)}</li>" for p in pictures)
    parts.append(f"<ul>{''.join(said)}</ul>")
    parts.append("<p>The charts: <code>.pictures()</code>, each with its <code>.chart</code>.</p>")
    return f"<div>{''.join(parts)}</div>"


def _table(table: TableSummary, state: str) -> str:
    heading = (
        f"{table.name}, {state}: {table.rows:,} rows × {table.columns} columns, "
        f"{size_of(table.bytes_actual)} actual, {size_of(table.bytes_pandas)} as pandas counts it"
    )
    fields = pl.DataFrame(
        [(f.name, f.dtype, f.non_null) for f in table.fields],
        schema=["column", "dtype", "non_null"],
        orient="row",
    )
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_hide_dataframe_shape=True, fmt_str_lengths=40):
        body = "".join(f._repr_html_() for f in (table.first_rows, fields, table.describe))
    return f"<details><summary>{escape(heading)}</summary>{body}</details>"
