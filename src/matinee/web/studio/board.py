"""A leaderboard as the studio shows it: who is how good, how sure that is, what else lists are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from matinee.evaluation import HEADLINE, ORACLE
from matinee.exploration.picture import Picture
from matinee.reports.frontier_pictures import frontier_pictures
from matinee.reports.glossary import METRICS, protocol
from matinee.reports.leaderboard_pictures import TRADES, trade_picture
from matinee.store.measured import Measured
from matinee.web.studio.words import moment

BESIDE: Final = ("recall@20", "coverage@20", "diversity@10", "novelty@10", "serendipity@10")
_NAMED = 2  # models whose names stand in a picture
_FIRST = 10  # lines that are shown at once


@dataclass(frozen=True, slots=True)
class Span:
    """A figure with its 95 % interval, and where they are drawn, of 100."""

    value: str
    interval: str
    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Cell:
    """Another figure of a model."""

    text: str
    best: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One model."""

    name: str
    recipe: str
    serves: bool
    competes: bool  # not the oracle, which knows the truth of a simulated world
    span: Span
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Board:
    """What `matinee evaluate` measured last."""

    data: str
    metric: str
    measured: str
    viewers: str
    protocol: str
    columns: Sequence[str]
    first: Sequence[Line]
    rest: Sequence[Line]
    meanings: Sequence[tuple[str, str]]
    notes: Sequence[str]


def board_of(found: Measured, served: str) -> Board | None:
    """The leaderboard; None for one without a figure. `served` names what serves."""
    document = found.document
    by = str(document.get("by", HEADLINE))
    models = [one for one in document["models"] if _value(one, by) is not None]
    if not models:
        return None
    models.sort(key=lambda one: -one["metrics"][by]["value"])
    columns = [name for name in BESIDE if any(_value(one, name) is not None for one in models)]
    competing = [one for one in models if one["name"] != ORACLE]
    best = {
        name: max((_value(one, name) or 0 for one in competing), default=0.0) for name in columns
    }
    figures = [one["metrics"][by] for one in models]
    least = min(one["value"] if one["low"] is None else one["low"] for one in figures)
    most = max(one["value"] if one["high"] is None else one["high"] for one in figures)
    lines = [_line(one, by, columns, best, (least, most), served) for one in models]
    return Board(
        str(document["data"]),
        by.upper(),
        moment(found.at),
        f"{document['users']:,}",
        protocol(str(document["split"])),
        [name.partition("@")[0].capitalize() + f" @{name.partition('@')[2]}" for name in columns],
        lines[:_FIRST],
        lines[_FIRST:],
        [(name, METRICS[name.partition("@")[0]]) for name in (by, *columns)],
        [str(note) for note in document.get("notes") or []],
    )


def trades(found: Measured, served: str) -> list[Picture]:
    """Accuracy against coverage, diversity and novelty; the best and what serves are named."""
    document = found.document
    by = str(document.get("by", HEADLINE))
    rows = [
        (str(one["name"]), metric, figure["value"])
        for one in document["models"]
        for metric, figure in one["metrics"].items()
    ]
    schema = {"name": pl.String, "metric": pl.String, "value": pl.Float64}
    results = pl.DataFrame(rows, schema=schema, orient="row")
    serving = [str(one["name"]) for one in document["models"] if one["recipe"] == served]
    pictures = []
    for gained in TRADES:
        first, widest = _first(results, by), _first(results, gained)
        named = [*first[:_NAMED], *widest[:1], *serving, "popularity"]
        pictures.append(trade_picture(results, by, gained, named))
    return [one for one in pictures if one is not None]


def frontier_of(found: Measured) -> list[Picture]:
    """What re-ranking gives and takes, of `matinee frontier`; names of their own."""
    return [
        Picture(f"frontier-{one.name}", f"Re-ranking: {one.title.lower()}", one.sentence, one.chart)
        for one in frontier_pictures(found.document)
    ]


def _first(results: pl.DataFrame, metric: str) -> list[str]:
    own = results.filter((pl.col("metric") == metric) & (pl.col("name") != ORACLE))
    return own.drop_nulls("value").sort("value", descending=True)["name"].to_list()


def _line(
    one: Mapping[str, Any],
    by: str,
    columns: Sequence[str],
    best: Mapping[str, float],
    ends: tuple[float, float],
    served: str,
) -> Line:
    cells = []
    for name in columns:
        value = _value(one, name)
        text = "–" if value is None else f"{value:.3f}"
        cells.append(Cell(text, value is not None and value == best[name]))
    return Line(
        str(one["name"]),
        str(one["recipe"]),
        served in (one["recipe"], f"policy {one['name']}"),
        one["name"] != ORACLE,
        span(one["metrics"][by], *ends),
        cells,
    )


def span(figure: Mapping[str, Any], least: float, most: float) -> Span:
    """Where a figure and its interval lie between two ends."""

    def at(value: float | None) -> float:
        shown = figure["value"] if value is None else value
        return round(100 * (shown - least) / ((most - least) or 1), 2)

    low, high = figure["low"], figure["high"]
    interval = "" if low is None or high is None else f"{low:.4f} to {high:.4f}"
    return Span(f"{figure['value']:.4f}", interval, at(figure["value"]), at(low), at(high))


def _value(one: Mapping[str, Any], metric: str) -> float | None:
    value = (one["metrics"].get(metric) or {}).get("value")
    return None if value is None else float(value)
