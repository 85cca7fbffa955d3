"""Values with their intervals, one line each: the chart that most findings need."""

from collections.abc import Sequence

import altair as alt
import polars as pl

from matinee.exploration.picture import Chart

_LABELS = alt.Axis(labelLimit=260)
# Narrow columns: the last word stands on a line of its own.
_TOP = alt.Axis(
    orient="top",
    labelAngle=0,
    labelPadding=18,
    labelExpr="split(replace(datum.label, / (\\w+)$/, '|$1'), '|')",
)


def interval_chart(rows: pl.DataFrame, title: str, form: str = ".3f") -> Chart:
    """Points with rules and a line at 0; `rows`: name, value, low, high, in the order drawn."""
    order = rows["name"].to_list()
    base = alt.Chart(rows).encode(
        y=alt.Y("name:N", title=None, sort=order, axis=_LABELS),
        tooltip=[
            alt.Tooltip("name:N", title=" "),
            alt.Tooltip("value:Q", format=form),
            alt.Tooltip("low:Q", format=form),
            alt.Tooltip("high:Q", format=form),
        ],
    )
    zero = alt.Chart(pl.DataFrame({"at": [0.0]})).mark_rule(style="quiet").encode(x="at:Q")
    rules = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("low:Q", title=f"{title}, with 95 % interval"), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=80, opacity=1).encode(x="value:Q")
    return alt.LayerChart(layer=[zero, rules, points]).properties(height=max(26 * rows.height, 90))


def bar_chart(rows: pl.DataFrame, title: str, form: str = ".3f") -> Chart:
    """Bars from 0; `rows`: name, value."""
    chart: alt.Chart = (
        alt.Chart(rows)
        .mark_bar()
        .encode(
            y=alt.Y("name:N", title=None, sort=rows["name"].to_list(), axis=_LABELS),
            x=alt.X("value:Q", title=title),
            tooltip=[alt.Tooltip("name:N", title=" "), alt.Tooltip("value:Q", format=form)],
        )
        .properties(height=max(24 * rows.height, 90))
    )
    return chart


def tiles(rows: pl.DataFrame, across: Sequence[str], down: Sequence[str], title: str) -> Chart:
    """A number in each tile; `rows`: x, y, value. Blue above 0, orange below."""
    most = max(float(rows["value"].abs().max() or 0), 1e-9)  # type: ignore[arg-type]
    base = alt.Chart(rows).encode(
        x=alt.X("x:N", title=None, sort=list(across), axis=_TOP),
        y=alt.Y("y:N", title=None, sort=list(down), axis=_LABELS),
        tooltip=[
            alt.Tooltip("y:N", title=" "),
            alt.Tooltip("x:N", title="viewers"),
            alt.Tooltip("value:Q", format="+.2f"),
        ],
    )
    scale = alt.Scale(scheme="blueorange", domain=[-most, 0, most], reverse=True)
    return alt.LayerChart(
        layer=[
            base.mark_rect(opacity=0.75).encode(
                color=alt.Color("value:Q", title=title, scale=scale)
            ),
            base.mark_text(color="#111", fontSize=12).encode(
                text=alt.Text("value:Q", format="+.2f")
            ),
        ]
    ).properties(height=max(28 * len(down), 120))
