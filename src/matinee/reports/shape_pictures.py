"""Rankers that can be drawn whole: the plane, and the curves and planes of the glass box."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import polars as pl

from matinee.exploration.picture import Picture, picture

_CURVES, _PLANES = 6, 2


def plane_picture(plane: Mapping[str, Any]) -> Picture:
    """The linear ranker: popularity across, predicted rating upwards."""
    popularity, rating = plane["features"]
    first, second = plane["weights"]
    values = [step["value"] for step in plane["steps"]]
    sentence = (
        f"Log odds of a like = {first:+.3f} · {popularity} {second:+.3f} · {rating} "
        f"{plane['offset']:+.3f}; on what is drawn from {min(values):.2f} to {max(values):.2f}."
    )
    chart = _plane(plane, "log odds of a like")
    return picture("plane", "The linear ranker is a plane", sentence, chart)


def shape_pictures(shapes: list[dict[str, Any]]) -> list[Picture]:
    """The weightiest curves and planes of the glass box, each as it is in the ranker."""
    curves = [one for one in shapes if len(one["features"]) == 1][:_CURVES]
    planes = [one for one in shapes if len(one["features"]) == 2][:_PLANES]
    found = [_curve(one, number) for number, one in enumerate(curves, 1)]
    for number, one in enumerate(planes, 1):
        a, b = one["features"]
        values = [step["value"] for step in one["steps"]]
        sentence = (
            f"What {a} and {b} say only together: from {min(values):+.3f} to {max(values):+.3f} "
            f"log odds, on average {one['weight']:.3f} off their mean."
        )
        chart = _plane(one, "log odds")
        found.append(picture(f"interaction-{number}", f"{a} × {b}", sentence, chart))
    return found


def _curve(shape: Mapping[str, Any], number: int) -> Picture:
    name = shape["features"][0]
    steps = shape["steps"]
    rows = [(step["x"], step["value"]) for step in steps]
    rows.append((steps[-1]["x2"], steps[-1]["value"]))
    frame = pl.DataFrame(rows, schema={"x": pl.Float64, "value": pl.Float64}, orient="row")
    lowest, highest = min(rows, key=lambda row: row[1]), max(rows, key=lambda row: row[1])
    sentence = (
        f"Adds from {lowest[1]:+.3f} (near {lowest[0]:.3g}) to {highest[1]:+.3f} (near "
        f"{highest[0]:.3g}) log odds; on average {shape['weight']:.3f} off its mean."
    )
    chart = (
        alt.Chart(frame)
        .mark_line(interpolate="step-after")
        .encode(
            x=alt.X("x:Q", title=name, scale=alt.Scale(zero=False, nice=False)),
            y=alt.Y("value:Q", title="Added to the log odds of a like"),
            tooltip=[alt.Tooltip("x:Q", format=".3g"), alt.Tooltip("value:Q", format="+.3f")],
        )
        .properties(height=240)
    )
    return picture(f"shape-{number}", name, sentence, chart)


def _plane(shape: Mapping[str, Any], title: str) -> alt.Chart:
    across, upwards = shape["features"]
    frame = pl.DataFrame(shape["steps"], infer_schema_length=None)
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_rect()
        .encode(
            x=alt.X("x:Q", title=across, scale=alt.Scale(zero=False, nice=False)),
            x2="x2:Q",
            y=alt.Y("y:Q", title=upwards, scale=alt.Scale(zero=False, nice=False)),
            y2="y2:Q",
            color=alt.Color("value:Q", title=title, scale=alt.Scale(scheme="viridis")),
            tooltip=[
                alt.Tooltip("x:Q", format=".3g", title=across),
                alt.Tooltip("y:Q", format=".3g", title=upwards),
                alt.Tooltip("value:Q", format="+.3f", title=title),
            ],
        )
        .properties(height=320)
    )
    return chart
