"""Pictures of a leaderboard."""

import altair as alt
import polars as pl

from matinee.exploration.picture import Picture, picture
from matinee.exploration.wording import percent

ACCURACY, COVERAGE = "ndcg@10", "coverage@10"


def interval_picture(results: pl.DataFrame) -> Picture | None:
    """NDCG@10 of each model with its 95 % interval.

    `results`: name, metric, value, low, high, one row a model and metric.
    """
    shown = _of(results, ACCURACY)
    if not shown.height:
        return None
    first = shown.row(0, named=True)
    sentence = f"{first['name']} comes first with an NDCG@10 of {first['value']:.3f}"
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
            alt.Tooltip("value:Q", format=".4f", title="NDCG@10"),
            alt.Tooltip("low:Q", format=".4f"),
            alt.Tooltip("high:Q", format=".4f"),
        ],
    )
    scale = alt.Scale(zero=True, nice=True)
    intervals = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("low:Q", title="NDCG@10 with 95 % interval", scale=scale), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=90, opacity=1).encode(
        x=alt.X("value:Q", scale=scale)
    )
    chart = (intervals + points).properties(height=max(28 * shown.height, 80))
    return picture("intervals", "Accuracy and how sure it is", f"{sentence}.", chart)


def trade_picture(results: pl.DataFrame) -> Picture | None:
    """Accuracy against coverage, one point a model."""
    accuracy = _of(results, ACCURACY).select("name", accuracy="value")
    coverage = _of(results, COVERAGE).select("name", coverage="value")
    both = accuracy.join(coverage, on="name", maintain_order="left")
    if both.height < 2:
        return None
    widest = both.sort("coverage", descending=True).row(0, named=True)
    best = both.row(0, named=True)
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
        y=alt.Y("accuracy:Q", title="NDCG@10"),
        tooltip=[
            alt.Tooltip("name:N", title="model"),
            alt.Tooltip("accuracy:Q", format=".4f", title="NDCG@10"),
            alt.Tooltip("coverage:Q", format=".1%", title="coverage@10"),
        ],
    )
    labels = base.mark_text(align="left", dx=9, style="label").encode(text="name:N")
    points = base.mark_point(filled=True, size=90, opacity=1)
    chart = (points + labels).properties(height=340)
    return picture("accuracy-coverage", "Accuracy against coverage", sentence, chart)


_PERCENT = alt.Axis(format="%")


def _of(results: pl.DataFrame, metric: str) -> pl.DataFrame:
    """The rows of one metric that have a value, best first."""
    rows = results.filter((pl.col("metric") == metric) & pl.col("value").is_not_null())
    return rows.sort("value", "name", descending=[True, False])
