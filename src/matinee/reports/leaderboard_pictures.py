"""Pictures of a leaderboard."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import altair as alt
import polars as pl

from matinee.evaluation import ORACLE
from matinee.exploration.picture import Picture, picture
from matinee.exploration.wording import percent

COVERAGE = "coverage@10"


def interval_picture(results: pl.DataFrame, by: str) -> Picture | None:
    """The metric `by` of each model with its 95 % interval.

    `results`: name, metric, value, low, high, one row a model and metric.
    """
    shown = _of(results, by)
    if not shown.height:
        return None
    first = _competing(shown).row(0, named=True)
    sentence = f"{first['name']} comes first with an {by.upper()} of {first['value']:.3f}"
    if first["low"] is not None and first["high"] is not None:
        sentence += f" (95 % interval {first['low']:.3f} to {first['high']:.3f})"
    popular = shown.filter(pl.col("name") == "popularity")["value"].to_list()
    if popular and popular[0] > 0 and first["name"] != "popularity":
        sentence += f", {first['value'] / popular[0]:.2f} times that of popularity"
    order = shown["name"].to_list()
    base = alt.Chart(shown).encode(
        y=alt.Y("name:N", title=None, sort=order, axis=alt.Axis(labelLimit=160)),
        tooltip=[
            alt.Tooltip("name:N", title="model"),
            alt.Tooltip("value:Q", format=".4f", title=by.upper()),
            alt.Tooltip("low:Q", format=".4f"),
            alt.Tooltip("high:Q", format=".4f"),
        ],
    )
    scale = alt.Scale(zero=True, nice=True)
    intervals = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("low:Q", title=f"{by.upper()} with 95 % interval", scale=scale), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=90, opacity=1).encode(
        x=alt.X("value:Q", scale=scale)
    )
    chart = (intervals + points).properties(height=max(28 * shown.height, 80))
    return picture("intervals", "Accuracy and how sure it is", f"{sentence}.", chart)


def trade_picture(
    results: pl.DataFrame, by: str, gained: str = COVERAGE, named: Sequence[str] | None = None
) -> Picture | None:
    """Accuracy against what else a list should be, one point a model.

    `gained` is one of TRADES; `named` models get their names, by default all.
    """
    trade = TRADES[gained]
    accuracy = _of(results, by).select("name", accuracy="value")
    other = _of(results, gained).select("name", gained="value")
    both = accuracy.join(other, on="name", maintain_order="left").drop_nulls()
    if both.height < 2:
        return None
    chart = _scatter(both, by, trade, both["name"].to_list() if named is None else list(named))
    return picture(trade.name, trade.title, _traded(_competing(both), trade), chart)


@dataclass(frozen=True, slots=True)
class Trade:
    """What accuracy is drawn against, and the words for who comes first."""

    name: str
    title: str
    axis: str
    form: str
    told: Callable[[float], str]
    apart: str  # {best} and {a}, {most} and {b}
    same: str  # {best} and {a}


def _bits(value: float) -> str:
    return f"{value:.2f} bits"


TRADES: Mapping[str, Trade] = {
    COVERAGE: Trade(
        "accuracy-coverage",
        "Accuracy against coverage",
        "Coverage: share of films in anyone's first ten",
        "%",
        percent,
        "{best}, the most accurate, shows {a} of the films that may be recommended in anyone's "
        "first ten; {most} shows most, {b}.",
        "{best} is both the most accurate and the one that shows most of the films that may be "
        "recommended: {a} in anyone's first ten.",
    ),
    "diversity@10": Trade(
        "accuracy-diversity",
        "Accuracy against diversity",
        "Diversity: mean distance of two films of the first ten",
        ".2f",
        "{:.3f}".format,
        "Two films of a list of {best}, the most accurate, are {a} apart on average; those of "
        "{most} are farthest apart, {b}.",
        "{best} is both the most accurate and the one whose lists are most varied: two films are "
        "{a} apart on average.",
    ),
    "novelty@10": Trade(
        "accuracy-novelty",
        "Accuracy against novelty",
        "Novelty of the first ten, bits: the more, the less known",
        ".1f",
        _bits,
        "Films of {best}, the most accurate, have a novelty of {a}; those of {most} are the least "
        "known, {b}.",
        "{best} is both the most accurate and the one whose films are least known: {a}.",
    ),
}


def _traded(competing: pl.DataFrame, trade: Trade) -> str:
    most = competing.sort("gained", descending=True).row(0, named=True)
    best = competing.row(0, named=True)
    words = trade.same if most["name"] == best["name"] else trade.apart
    return words.format(
        best=best["name"],
        most=most["name"],
        a=trade.told(best["gained"]),
        b=trade.told(most["gained"]),
    )


def _scatter(both: pl.DataFrame, by: str, trade: Trade, named: Sequence[str]) -> alt.LayerChart:
    zero = trade.form == "%"
    base = alt.Chart(both).encode(
        x=alt.X(
            "gained:Q",
            title=trade.axis,
            axis=alt.Axis(format=trade.form),
            scale=alt.Scale(zero=zero, nice=True, padding=0 if zero else 20),
        ),
        y=alt.Y("accuracy:Q", title=by.upper()),
        tooltip=[
            alt.Tooltip("name:N", title="model"),
            alt.Tooltip("accuracy:Q", format=".4f", title=by.upper()),
            alt.Tooltip("gained:Q", format=".3f", title=trade.name.partition("-")[2]),
        ],
    )
    labels = [
        base.transform_filter(alt.FieldOneOfPredicate("name", names))
        .mark_text(align="left", dx=9, dy=13 * line, style="label")
        .encode(text="name:N")
        for line, names in enumerate(_label_lines(both.filter(pl.col("name").is_in(named)), both))
        if names
    ]
    points = base.mark_point(filled=True, size=90, opacity=1)
    return alt.LayerChart(layer=[points, *labels]).properties(height=340)


def _competing(shown: pl.DataFrame) -> pl.DataFrame:
    """The rows but the oracle's, where there are others."""
    others = shown.filter(pl.col("name") != ORACLE)
    return others if others.height else shown


def _label_lines(named: pl.DataFrame, both: pl.DataFrame) -> list[list[str]]:
    """The names by line, from the point's own height downwards, so that none covers another.

    A name takes up to a sixth of the picture's width, a line a twenty-fifth of its height.
    """
    line_height = max(float(both["accuracy"].to_numpy().max()), 1e-9) / 25
    across = both["gained"].to_numpy()
    width = max(float(across.max() - across.min()), 1e-9) / 6
    lines: list[list[str]] = [[] for _ in range(named.height)]
    placed: list[tuple[float, float]] = []
    for name, accuracy, gained in named.select("name", "accuracy", "gained").iter_rows():
        free = 0
        while any(
            abs(gained - x) < width and abs(accuracy - free * line_height - y) < line_height
            for x, y in placed
        ):
            free += 1
        lines[min(free, named.height - 1)].append(name)
        placed.append((gained, accuracy - free * line_height))
    return lines


def _of(results: pl.DataFrame, metric: str) -> pl.DataFrame:
    """The rows of one metric that have a value, best first."""
    rows = results.filter((pl.col("metric") == metric) & pl.col("value").is_not_null())
    return rows.sort("value", "name", descending=[True, False])
