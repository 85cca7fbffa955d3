"""Pictures of what viewers did."""

import altair as alt
import polars as pl

from matinee.exploration.distribution import LongTail
from matinee.exploration.picture import Chart, Picture, picture, zoomable
from matinee.exploration.viewing import ViewingSummary
from matinee.exploration.wording import percent

_SHARE = alt.Axis(format="%")
_DATES = {"day": "%-d %B %Y", "month": "%B %Y", "year": "%Y"}


def rating_picture(viewing: ViewingSummary) -> Picture | None:
    """Bars of how often each rating was given."""
    given = viewing.distribution
    if not given.height or viewing.mean_rating is None:
        return None
    total = int(given["count"].sum())
    top = given.sort("count", descending=True).row(0, named=True)
    scale = viewing.scale
    sentence = (
        f"The most frequent rating is {top['rating']:g} ({percent(top['count'] / total)} of "
        f"{total:,}); the mean is {viewing.mean_rating:.2f} on a scale of {scale.minimum:g} to "
        f"{scale.maximum:g}."
    )
    chart = (
        alt.Chart(given.with_columns(share=pl.col("count") / total))
        .mark_bar()
        .encode(
            x=alt.X("rating:O", title="Rating", axis=alt.Axis(labelAngle=0, format="~g")),
            y=alt.Y("count:Q", title="Ratings"),
            tooltip=[
                alt.Tooltip("rating:O"),
                alt.Tooltip("count:Q", format=",", title="ratings"),
                alt.Tooltip("share:Q", format=".1%"),
            ],
        )
        .properties(height=280)
    )
    return picture("ratings", "Distribution of ratings", sentence, chart)


def popularity_picture(tail: LongTail, what: str = "ratings") -> Picture | None:
    """How few films have how much of all ratings (or of the catalogue's votes)."""
    if not tail.holders:
        return None
    sentence = (
        f"Half of all {what} go to {percent(tail.half)} of the {tail.holders:,} films that have "
        f"any; the median film has {tail.median:,.0f}, the first {tail.largest:,} "
        f"(Gini {tail.gini:.2f})."
    )
    chart = _tail(tail, "films", what)
    return picture("popularity", "The long tail of popularity", sentence, chart)


def activity_picture(tail: LongTail) -> Picture | None:
    """How few viewers gave how much of all ratings."""
    if not tail.holders:
        return None
    sentence = (
        f"Half of all ratings come from {percent(tail.half)} of the {tail.holders:,} viewers; the "
        f"median viewer gave {tail.median:,.0f}, the busiest {tail.largest:,} "
        f"(Gini {tail.gini:.2f})."
    )
    chart = _tail(tail, "viewers", "ratings")
    return picture("activity", "The long tail of activity", sentence, chart)


def time_picture(viewing: ViewingSummary) -> Picture | None:
    """Ratings a day, a month or a year."""
    over_time = viewing.over_time
    if over_time.height < 2:
        return None
    form = _DATES[viewing.period]
    busiest = over_time.sort("count", descending=True).row(0, named=True)
    first, last = over_time["start"][0], over_time["start"][-1]
    share = busiest["count"] / int(over_time["count"].sum())
    sentence = (
        f"From {first.strftime(form)} to {last.strftime(form)}, the busiest {viewing.period} was "
        f"{busiest['start'].strftime(form)} with {busiest['count']:,} ratings ({percent(share)} "
        f"of all {int(over_time['count'].sum()):,})."
    )
    chart = (
        alt.Chart(over_time)
        .mark_area(line=True)
        .encode(
            x=alt.X("start:T", title=None, axis=alt.Axis(tickCount=8, labelOverlap=True)),
            y=alt.Y("count:Q", title=f"Ratings a {viewing.period}"),
            tooltip=[
                alt.Tooltip("start:T", format=form, title=viewing.period),
                alt.Tooltip("count:Q", format=",", title="ratings"),
                alt.Tooltip("mean_rating:Q", format=".2f", title="mean rating"),
            ],
        )
        .properties(height=260)
    )
    return picture("ratings-over-time", "Ratings over time", sentence, zoomable(chart))


def _tail(tail: LongTail, holders: str, what: str) -> Chart:
    start = pl.DataFrame({"rank": 0, "count": tail.largest, "holders": 0.0, "share": 0.0})
    curve = pl.concat([start, tail.curve], how="vertical_relaxed")
    base = alt.Chart(curve).encode(
        x=alt.X("holders:Q", title=f"Share of {holders}, largest first", axis=_SHARE),
        y=alt.Y("share:Q", title=f"Share of all {what}", axis=_SHARE),
        tooltip=[
            alt.Tooltip("rank:Q", format=",", title=f"first ... {holders}"),
            alt.Tooltip("holders:Q", format=".1%", title=f"share of {holders}"),
            alt.Tooltip("share:Q", format=".1%", title=f"share of {what}"),
            alt.Tooltip("count:Q", format=",", title=f"{what} of the last of them"),
        ],
    )
    half = alt.Chart(pl.DataFrame({"holders": [tail.half], "share": [0.5]}))
    at = {"x": alt.X("holders:Q"), "y": alt.Y("share:Q")}
    dot = half.mark_point(style="accent", filled=True, size=80, tooltip=False).encode(**at)
    words = alt.value(f"half of all {what}: {percent(tail.half)} of {holders}")
    label = half.mark_text(style="label", align="left", dx=10, dy=10, fontSize=13)
    equal = alt.Chart(pl.DataFrame({"holders": [0.0, 1.0], "share": [0.0, 1.0]}))
    diagonal = equal.mark_line(style="quiet", tooltip=False).encode(**at)
    chart: Chart = base.mark_area() + base.mark_line() + diagonal + dot
    chart = (chart + label.encode(**at, text=words)).properties(height=300)
    return chart
