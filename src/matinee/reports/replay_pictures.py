"""Pictures of a replay."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import polars as pl

from matinee.exploration.picture import Picture, picture
from matinee.exploration.wording import percent

_TITLES = {
    "feedback": ("Quality and the amount of feedback", "films in the viewer's history"),
    "tenure": ("Quality and the viewer's tenure", "since the viewer's first event"),
    "age": ("Quality and the model's age", "since the model was fitted"),
    "calendar": ("Quality over time", "when"),
}
_WIDTHS = {
    "entropy": ("Genres in a list", "bits of genres in the first ten", ""),
    "tail": ("The long tail", "share of places for films of the long tail", "%"),
    "reach": ("How much of the catalogue is reached", "share of known films shown", "%"),
}
_FEW = 30  # likes below which a sentence compares no group


def group_pictures(document: Mapping[str, Any]) -> list[Picture]:
    """NDCG@10 of each policy in each group, with intervals: one picture a respect."""
    drawn = []
    first = document["policies"][0]["name"]
    for respect, (title, axis) in _TITLES.items():
        groups = document["by"][respect]
        table = _figures(groups)
        if not table.height:
            continue
        many = [group for group in groups if group["events"] >= _FEW] or groups
        a, b = many[0], many[-1]
        ends = [each["policies"][first]["metrics"]["ndcg@10"]["value"] for each in (a, b)]
        sentence = f"NDCG@10 of {first} is {ends[0]:.3f} for {a['label']}"
        if a is not b:
            sentence += f" and {ends[1]:.3f} for {b['label']}"
        order = [group["label"] for group in groups]
        drawn.append(
            picture(
                f"by-{respect}",
                title,
                f"{sentence} (groups with fewer than {_FEW} likes aside).",
                _lines(table, order, axis, "NDCG@10 with 95 % interval", ""),
            )
        )
    return drawn


def doubling_picture(document: Mapping[str, Any]) -> Picture | None:
    """What the other half of the history adds to NDCG@10, by its length."""
    rows = [
        (group["label"], name, found["value"], found["low"], found["high"], group["events"])
        for group in document["by"]["feedback"]
        for name, each in group["policies"].items()
        if (found := each["doubling"]) and found["low"] is not None
    ]
    if not rows:
        return None
    table = _frame(rows)
    order = table["group"].unique(maintain_order=True).to_list()
    base = _lines(table, order, "films in the viewer's history", "NDCG@10 gained", "")
    rule = alt.Chart(pl.DataFrame({"value": [0.0]})).mark_rule(style="quiet").encode(y="value:Q")
    return picture(
        "doubling",
        "What twice the feedback is worth",
        str(document["sentence"]),
        (rule + base).properties(height=300),
    )


def width_pictures(document: Mapping[str, Any]) -> list[Picture]:
    """Genres a list, share of the long tail and reach of each policy over time."""
    drawn = []
    for measure, (title, axis, unit) in _WIDTHS.items():
        rows = []
        for name, found in document["narrowing"].items():
            for each in found["calendar"]:
                value = each[measure]
                figure = value if isinstance(value, Mapping) else _exact(value)
                if figure["value"] is not None:
                    ends = (figure["low"], figure["high"])
                    rows.append((each["label"], name, figure["value"], *ends, 0))
        if not rows:
            continue
        table = _frame(rows)
        first = table.filter(pl.col("policy") == table["policy"][0])
        said = [
            percent(value) if unit else f"{value:.2f} bits"
            for value in (float(first["value"][0]), float(first["value"][-1]))
        ]
        sentence = f"{table['policy'][0]}: {said[0]} at first, {said[1]} at last."
        order = table["group"].unique(maintain_order=True).to_list()
        chart = _lines(table, order, "when", axis, unit)
        drawn.append(picture(f"width-{measure}", title, sentence, chart))
    return drawn


def _figures(groups: list[Mapping[str, Any]]) -> pl.DataFrame:
    rows = []
    for group in groups:
        for name, found in group["policies"].items():
            ndcg = found["metrics"]["ndcg@10"]
            if ndcg["value"] is not None:
                ends = (ndcg["low"], ndcg["high"])
                rows.append((group["label"], name, ndcg["value"], *ends, group["events"]))
    return _frame(rows)


def _frame(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    schema = {
        "group": pl.String,
        "policy": pl.String,
        "value": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "likes": pl.Int64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _exact(value: float | None) -> dict[str, float | None]:
    return {"value": value, "low": None, "high": None}


def _lines(
    table: pl.DataFrame, order: list[str], axis: str, title: str, unit: str
) -> alt.LayerChart:
    """A line a policy over the groups in their order, with its intervals."""
    policies = table["policy"].unique(maintain_order=True).to_list()
    base = alt.Chart(table).encode(
        x=alt.X("group:O", sort=order, title=axis, axis=alt.Axis(labelAngle=-30, labelLimit=170)),
        color=alt.Color("policy:N", title=None, sort=policies),
        tooltip=[
            alt.Tooltip("policy:N"),
            alt.Tooltip("group:N"),
            alt.Tooltip("value:Q", format=".4f"),
            alt.Tooltip("low:Q", format=".4f"),
            alt.Tooltip("high:Q", format=".4f"),
            alt.Tooltip("likes:Q", format=","),
        ],
    )
    scale = alt.Scale(zero=True, nice=True)
    y = alt.Y("value:Q", title=title, scale=scale, axis=alt.Axis(format=".0%" if unit else "~g"))
    shift = alt.XOffset("policy:N", sort=policies)
    known = base.transform_filter("isValid(datum.low)")
    intervals = known.mark_rule(strokeWidth=1.5, opacity=0.7).encode(
        y=alt.Y("low:Q", title=title, scale=scale), y2="high:Q", xOffset=shift
    )
    points = base.mark_point(filled=True, size=55, opacity=1).encode(y=y, xOffset=shift)
    return alt.LayerChart(layer=[intervals, points]).properties(height=300)
