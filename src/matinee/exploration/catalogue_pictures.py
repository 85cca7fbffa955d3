"""Pictures of a catalogue."""

import altair as alt
import polars as pl

from matinee.errors import listed
from matinee.exploration.catalogue import CatalogueSummary
from matinee.exploration.picture import Picture, picture, zoomable
from matinee.exploration.summary import TableSummary
from matinee.exploration.wording import amount, percent

_SHORT = "datum.value == 0 ? '0' : replace(format(datum.value, '~s'), 'G', 'B')"  # 20M, 1B
_POWERS = alt.Axis(labelExpr=_SHORT, tickCount=6)


def genre_picture(catalogue: CatalogueSummary, most: int = 20) -> Picture | None:
    """Bars of the most frequent genres."""
    top = catalogue.genres.head(most)
    if not top.height:
        return None
    first = top.head(3)
    counts = listed([f"{count:,}" for count in first["count"]])
    without = f"; {catalogue.without_genre:,} have none" if catalogue.without_genre else ""
    verb = "is the most frequent genre" if first.height == 1 else "are the most frequent genres"
    sentence = (
        f"{listed(first['genre'].to_list())} {verb}: {counts} of {catalogue.films:,} films "
        f"(a film may have several{without})."
    )
    base = alt.Chart(top).encode(
        x=alt.X("count:Q", title="Films"),
        y=alt.Y("genre:N", title=None, sort=None),
        tooltip=[alt.Tooltip("genre:N"), alt.Tooltip("count:Q", format=",", title="films")],
    )
    labels = base.mark_text(align="left", dx=4, style="label").encode(
        text=alt.Text("count:Q", format=",")
    )
    chart = (base.mark_bar() + labels).properties(height=22 * top.height)
    return picture("genres", "Most frequent genres", sentence, chart)


def budget_picture(catalogue: CatalogueSummary) -> Picture | None:
    """A histogram of the known budgets."""
    if catalogue.budget_quartiles is None:
        return None
    lower, middle, upper, largest = catalogue.budget_quartiles
    sentence = (
        f"Half of the {catalogue.known_budgets:,} known budgets lie between {amount(lower)} and "
        f"{amount(upper)} (median {amount(middle)}, largest {amount(largest)}); "
        f"{catalogue.films - catalogue.known_budgets:,} films whose budget is unknown (published "
        f"as 0 or not at all) are left out."
    )
    bars = _histogram(catalogue.budgets, "Budget (the source's currency)", _SHORT)
    middle_rule = (
        alt.Chart(pl.DataFrame({"median": [middle]}))
        .mark_rule(style="accent", strokeWidth=2)
        .encode(x="median:Q", tooltip=[alt.Tooltip("median:Q", format=",.0f")])
    )
    return picture("budgets", "Distribution of budgets", sentence, bars + middle_rule)


def vote_picture(catalogue: CatalogueSummary) -> Picture | None:
    """A histogram of the source's own vote averages."""
    bins = catalogue.vote_averages
    if not bins.height:
        return None
    top = bins.sort("count", descending=True).row(0, named=True)
    count = int(bins["count"].sum())
    sentence = (
        f"Of the {count:,} films with a vote, {percent(top['count'] / count)} have an average "
        f"from {top['start']:g} to {top['end']:g}, the fullest bin."
    )
    chart = _histogram(bins, "Vote average", "format(datum.value, '~g')")
    return picture("vote-averages", "Distribution of vote averages", sentence, chart)


def missing_picture(movies: TableSummary) -> Picture | None:
    """Bars of the share of films for which a column of the cleaned catalogue is unknown."""
    missing = movies.missing
    absent = missing.filter(pl.col("share") == 1)["column"].to_list()
    partly = missing.filter((pl.col("share") > 0) & (pl.col("share") < 1))
    partly = partly.sort("share", "column", descending=[True, False])
    if not partly.height:
        return None
    column, _, _, share = partly.row(0)
    complete = movies.columns - len(absent) - partly.height
    sentence = (
        f"{column} is unknown for {percent(share)} of the films, more than any other column that "
        f"the source gives; {complete} columns are complete"
        + (f"; not given at all: {listed(absent)}." if absent else ".")
    )
    counted = partly.with_columns(films=pl.col("null") + pl.col("empty"))
    base = alt.Chart(counted).encode(
        x=alt.X("share:Q", title="Share of films", axis=alt.Axis(format="%")),
        y=alt.Y("column:N", title=None, sort=None, axis=alt.Axis(labelLimit=140)),
        tooltip=[
            alt.Tooltip("column:N"),
            alt.Tooltip("null:Q", format=",", title="no value"),
            alt.Tooltip("empty:Q", format=",", title="empty list or text"),
            alt.Tooltip("share:Q", format=".2%"),
        ],
    )
    labels = base.mark_text(align="left", dx=4, style="label").encode(
        text=alt.Text("films:Q", format=",")
    )
    chart = (base.mark_bar() + labels).properties(height=22 * partly.height)
    return picture("missing", "What is unknown", sentence, chart)


def correlation_picture(catalogue: CatalogueSummary) -> Picture | None:
    """A heatmap of Pearson's r between numeric columns."""
    pairs = catalogue.correlation.drop_nulls("r")
    once = pairs.filter(pl.col("left") < pl.col("right"))
    if not once.height:
        return None
    strongest = once.sort(pl.col("r").abs(), descending=True).head(2)
    said = [f"{x} and {y} (r = {r:.2f})" for x, y, r, _ in strongest.iter_rows()]
    sentence = f"What moves together most: {'; then '.join(said)}. Pearson's r, known pairs only."
    order = catalogue.correlation["left"].unique(maintain_order=True).to_list()
    base = alt.Chart(pairs).encode(
        x=alt.X("left:N", title=None, sort=order, axis=alt.Axis(labelAngle=-40)),
        y=alt.Y("right:N", title=None, sort=order),
        tooltip=[
            alt.Tooltip("left:N"),
            alt.Tooltip("right:N"),
            alt.Tooltip("r:Q", format=".3f"),
            alt.Tooltip("rows:Q", format=",", title="films"),
        ],
    )
    colour = alt.Color("r:Q", scale=alt.Scale(scheme="blueorange", domain=[-1, 1]), title="r")
    cells = base.mark_rect().encode(color=colour)
    text = base.mark_text(fontSize=10).encode(
        text=alt.Text("r:Q", format=".2f"),
        color=alt.condition("abs(datum.r) > 0.7", alt.value("white"), alt.value("black")),
    )
    chart = (cells + text).properties(height=34 * len(order))
    return picture("correlation", "Correlation of numeric columns", sentence, chart)


def runtime_picture(catalogue: CatalogueSummary) -> Picture | None:
    """Runtime against vote average, outliers apart."""
    shown = catalogue.points.drop_nulls(["runtime", "vote_average"])
    limits = {row["column"]: row for row in catalogue.fences.iter_rows(named=True)}
    if not shown.height or not {"runtime", "vote_average"} <= limits.keys():
        return None
    runtime, votes = limits["runtime"], limits["vote_average"]
    sentence = (
        f"{runtime['high']:,} films run longer than {runtime['upper']:.0f} minutes and "
        f"{runtime['low']:,} shorter than {runtime['lower']:.0f}; {votes['low']:,} are voted below "
        f"{votes['lower']:.1f} and {votes['high']:,} above {votes['upper']:.1f}: outside Tukey's "
        f"fences. {_shown(shown.height, catalogue.films)}"
    )
    labelled = shown.with_columns(
        kind=pl.when("far").then(pl.lit("outlier")).otherwise(pl.lit("within the fences"))
    ).select("title", "year", "runtime", "vote_average", "vote_count", "kind")
    kinds = ["within the fences", "outlier"]
    chart = (
        alt.Chart(labelled)
        .mark_point(filled=True, size=28, opacity=0.55)
        .encode(
            x=alt.X("runtime:Q", title="Runtime (minutes)", scale=alt.Scale(zero=False)),
            y=alt.Y("vote_average:Q", title="Vote average", scale=alt.Scale(zero=False)),
            color=alt.Color("kind:N", title=None, scale=alt.Scale(domain=kinds)),
            shape=alt.Shape("kind:N", title=None, scale=alt.Scale(domain=kinds)),
            tooltip=["title:N", "year:Q", "runtime:Q", "vote_average:Q", "vote_count:Q"],
        )
        .properties(height=340)
    )
    return picture("runtime-votes", "Runtime, votes and outliers", sentence, zoomable(chart))


def revenue_picture(catalogue: CatalogueSummary) -> Picture | None:
    """Revenue against budget on logarithmic axes, with the line where they are equal."""
    shown = catalogue.points.filter((pl.col("budget") > 0) & (pl.col("revenue") > 0))
    if not shown.height:
        return None
    sentence = (
        f"{percent(catalogue.earned_more / catalogue.both_known)} of the {catalogue.both_known:,} "
        f"films whose budget and revenue are both known took more than they cost (above the "
        f"dashed line). {_shown(shown.height, catalogue.both_known)}"
    )
    low, high = shown["budget"].min(), shown["budget"].max()
    films = alt.Chart(shown.select("title", "year", "budget", "revenue")).encode(
        x=alt.X("budget:Q", title="Budget", scale=alt.Scale(type="log"), axis=_POWERS),
        y=alt.Y("revenue:Q", title="Revenue", scale=alt.Scale(type="log"), axis=_POWERS),
        tooltip=[
            "title:N",
            "year:Q",
            alt.Tooltip("budget:Q", format=","),
            alt.Tooltip("revenue:Q", format=","),
        ],
    )
    equal = (
        alt.Chart(pl.DataFrame({"budget": [low, high], "revenue": [low, high]}))
        .mark_line(style="quiet", tooltip=False)
        .encode(x="budget:Q", y="revenue:Q")
    )
    dots = zoomable(films.mark_point(filled=True, size=28, opacity=0.45))
    chart = (dots + equal).properties(height=360)
    return picture("revenue-budget", "Revenue against budget", sentence, chart)


def _histogram(bins: pl.DataFrame, title: str, label: str) -> alt.Chart:
    chart: alt.Chart = (
        alt.Chart(bins)
        .mark_bar(binSpacing=1)
        .encode(
            x=alt.X(
                "start:Q", bin="binned", title=title, axis=alt.Axis(labelExpr=label, grid=False)
            ),
            x2="end:Q",
            y=alt.Y("count:Q", title="Films"),
            tooltip=[
                alt.Tooltip("start:Q", format=",", title="from"),
                alt.Tooltip("end:Q", format=",", title="to"),
                alt.Tooltip("count:Q", format=",", title="films"),
            ],
        )
        .properties(height=280)
    )
    return chart


def _shown(shown: int, known: int) -> str:
    if shown >= known:
        return "Every film is shown."
    return f"Shown: {shown:,} of {known:,} films, most votes first."
