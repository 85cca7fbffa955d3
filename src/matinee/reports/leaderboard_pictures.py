"""Pictures of a leaderboard."""

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


def trade_picture(results: pl.DataFrame, by: str) -> Picture | None:
    """Accuracy against coverage, one point a model."""
    accuracy = _of(results, by).select("name", accuracy="value")
    coverage = _of(results, COVERAGE).select("name", coverage="value")
    both = accuracy.join(coverage, on="name", maintain_order="left")
    if both.height < 2:
        return None
    competing = _competing(both)
    widest = competing.sort("coverage", descending=True).row(0, named=True)
    best = competing.row(0, named=True)
    sentence = (
        f"{best['name']}, the most accurate, shows {percent(best['coverage'])} of the films that "
        f"may be recommended in anyone's first ten; {widest['name']} shows most, "
        f"{percent(widest['coverage'])}."
    )
    if widest["name"] == best["name"]:
        sentence = (
            f"{best['name']} is both the most accurate and the one that shows most of the films "
            f"that may be recommended: {percent(best['coverage'])} in anyone's first ten."
        )
    base = alt.Chart(both).encode(
        x=alt.X(
            "coverage:Q", title="Coverage: share of films in anyone's first ten", axis=_PERCENT
        ),
        y=alt.Y("accuracy:Q", title=by.upper()),
        tooltip=[
            alt.Tooltip("name:N", title="model"),
            alt.Tooltip("accuracy:Q", format=".4f", title=by.upper()),
            alt.Tooltip("coverage:Q", format=".1%", title="coverage@10"),
        ],
    )
    labels = [
        base.transform_filter(alt.FieldOneOfPredicate("name", names))
        .mark_text(align="left", dx=9, dy=13 * line, style="label")
        .encode(text="name:N")
        for line, names in enumerate(_label_lines(both))
        if names
    ]
    points = base.mark_point(filled=True, size=90, opacity=1)
    chart = alt.LayerChart(layer=[points, *labels]).properties(height=340)
    return picture("accuracy-coverage", "Accuracy against coverage", sentence, chart)


_PERCENT = alt.Axis(format="%")


def _competing(shown: pl.DataFrame) -> pl.DataFrame:
    """The rows but the oracle's, where there are others."""
    others = shown.filter(pl.col("name") != ORACLE)
    return others if others.height else shown


def _label_lines(both: pl.DataFrame) -> list[list[str]]:
    """The names by line, from the point's own height downwards, so that none covers another.

    A name takes up to a sixth of the picture's width, a line a twenty-fifth of its height.
    """
    heights = both["accuracy"].to_numpy()
    line_height = max(float(heights.max()), 1e-9) / 25
    lines: list[list[str]] = [[] for _ in range(both.height)]
    placed: list[tuple[float, float]] = []
    for name, accuracy, coverage in zip(both["name"], heights, both["coverage"], strict=True):
        free = 0
        while any(
            abs(coverage - x) < 1 / 6 and abs(accuracy - free * line_height - y) < line_height
            for x, y in placed
        ):
            free += 1
        lines[min(free, both.height - 1)].append(name)
        placed.append((coverage, accuracy - free * line_height))
    return lines


def _of(results: pl.DataFrame, metric: str) -> pl.DataFrame:
    """The rows of one metric that have a value, best first."""
    rows = results.filter((pl.col("metric") == metric) & pl.col("value").is_not_null())
    return rows.sort("value", "name", descending=[True, False])
