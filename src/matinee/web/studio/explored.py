"""The exploration of the database as a document: what `matinee explore` reports, for a page."""

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from matinee.exploration import Exploration, explore, pictures
from matinee.exploration.summary import TableSummary
from matinee.exploration.wording import percent, size_of
from matinee.reports.page import cell
from matinee.schema import Tables
from matinee.web.studio.charts import ChartView
from matinee.web.studio.sheet import Sheet

_OF_VIEWING: Final = ("ratings-over-time", "ratings", "popularity", "activity")
_DESCRIBED: Final = {"50%": "median", "25%": "lower quartile", "75%": "upper quartile"}


def data_document(tables: Tables) -> Mapping[str, Any]:
    """Figures, charts and summaries of tables, as JSON; no row of a viewer is in it."""
    found = explore(tables)
    drawn = {one.name: one for one in pictures(found)}
    viewing = [drawn.pop(name) for name in _OF_VIEWING if name in drawn]
    return {
        "figures": _figures(found),
        "viewing": [ChartView.of(one).document() for one in viewing],
        "catalogue": [ChartView.of(one).document() for one in drawn.values()],
        "tables": [_summary(table) for table in found.cleaned],
    }


def _figures(found: Exploration) -> list[tuple[str, str]]:
    figures = []
    if found.catalogue:
        figures += [("Films", f"{found.catalogue.films:,}")]
        figures += [("Genres", f"{found.catalogue.genres.height:,}")]
    if viewing := found.viewing:
        figures += [
            ("Viewers", f"{viewing.users:,}"),
            ("Ratings", f"{viewing.interactions:,}"),
            ("Films with a rating", f"{viewing.rated_items:,}"),
            ("Density", percent(viewing.density)),
        ]
        if viewing.mean_rating is not None:
            figures += [("Mean rating", f"{viewing.mean_rating:.2f}")]
    return figures


def _summary(table: TableSummary) -> dict[str, Any]:
    missing = {row["column"]: row for row in table.missing.rows(named=True)}
    fields = [
        (f.name, f.dtype, f"{f.non_null:,}", f"{f.empty:,}", percent(1 - missing[f.name]["share"]))
        for f in table.fields
    ]
    return {
        "name": table.name,
        "title": f"{table.name.capitalize()}: {table.rows:,} rows, {table.columns} columns",
        "size": size_of(table.bytes_actual),
        "fields": Sheet(("column", "type", "values", "of these empty", "known"), fields).document(),
        "describe": _sheet(table.describe).document(),
    }


def _sheet(table: pl.DataFrame) -> Sheet:
    columns = [_DESCRIBED.get(name, name) for name in table.columns]
    return Sheet(columns, [[cell(value) for value in row] for row in table.rows()])
