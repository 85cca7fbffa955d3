"""Pictures of the last minutes and hours."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import altair as alt
import polars as pl

from matinee.exploration.picture import Picture, picture
from matinee.web.studio.rates import Span

_TOLD: Final = [
    alt.Tooltip("at:T", format="%H:%M:%S", title="until (UTC)"),
    alt.Tooltip("answers:Q", format=",.1f", title="answers a minute"),
    alt.Tooltip("failed:Q", format=",", title="failed"),
    alt.Tooltip("degraded:Q", format=",", title="with less"),
    alt.Tooltip("median:Q", format=",.1f", title="half within, ms"),
    alt.Tooltip("slowest:Q", format=",.1f", title="99 of 100 within, ms"),
]
_KINDS: Final = ["half within", "99 of 100 within"]


def rate_picture(spans: Sequence[Span]) -> Picture | None:
    """Answers a minute."""
    if len(spans) < 2:
        return None
    table = _table(spans)
    busiest = max(one.a_minute for one in spans)
    failed = int(sum(one.failed for one in spans))
    sentence = f"At most {busiest:,.0f} answers a minute; {failed:,} failed."
    chart = (
        alt.Chart(table)
        .mark_area(line=True)
        .encode(x=_time(spans), y=alt.Y("answers:Q", title="Answers a minute"), tooltip=_TOLD)
        .properties(height=220)
    )
    return picture("answers", "Answers", sentence, chart)


def latency_picture(spans: Sequence[Span]) -> Picture | None:
    """How long answers took."""
    told = [one for one in spans if one.median is not None]
    if len(told) < 2:
        return None
    worst = max(one.slowest or 0.0 for one in told)
    sentence = f"In the slowest span 99 of 100 answers were there within {worst:,.0f} ms."
    long = _table(told).unpivot(
        ["median", "slowest"], index=["at"], variable_name="kind", value_name="ms"
    )
    named = long.with_columns(pl.col("kind").replace_strict(["median", "slowest"], _KINDS))
    chart = (
        alt.Chart(named)
        .mark_line(point={"size": 18, "filled": True})
        .encode(
            x=_time(spans),
            y=alt.Y("ms:Q", title="Milliseconds"),
            color=alt.Color("kind:N", title=None, scale=alt.Scale(domain=_KINDS)),
            tooltip=[
                alt.Tooltip("at:T", format="%H:%M:%S", title="until (UTC)"),
                alt.Tooltip("kind:N", title="answers"),
                alt.Tooltip("ms:Q", format=",.1f", title="ms"),
            ],
        )
        .properties(height=220)
    )
    return picture("times", "Times", sentence, chart)


def _time(spans: Sequence[Span]) -> alt.X:
    form = "%H:%M" if spans[-1].end - spans[0].end > 600 else "%H:%M:%S"
    axis = alt.Axis(format=form, tickCount=5, labelOverlap=True)
    return alt.X("at:T", title=None, axis=axis, scale=alt.Scale(type="utc"))


def _table(spans: Sequence[Span]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "at": [datetime.fromtimestamp(one.end, UTC).replace(tzinfo=None) for one in spans],
            "answers": [one.a_minute for one in spans],
            "failed": [one.failed for one in spans],
            "degraded": [one.degraded for one in spans],
            "median": [one.median for one in spans],
            "slowest": [one.slowest for one in spans],
        }
    )
