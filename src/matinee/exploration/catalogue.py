"""What the cleaned catalogue holds: genres, money, votes, and films far from the rest."""

from dataclasses import dataclass
from math import isnan

import polars as pl

from matinee.exploration.distribution import correlation, fences, histogram

# Numeric columns of the catalogue; True where outliers are looked for on the log scale.
MEASURES = {
    "budget": True,
    "revenue": True,
    "popularity": True,
    "vote_count": True,
    "runtime": False,
    "vote_average": False,
}

OUTLIER_RULE = (
    "beyond Tukey's fences, 1.5 interquartile ranges outside the quartiles; on the logarithmic "
    "scale for budget, revenue, popularity and vote count; unknown values are left out, and so are "
    "the vote averages of films without a vote"
)


@dataclass(frozen=True, slots=True, eq=False)
class CatalogueSummary:
    """The catalogue as frames; amounts are in the source's currency (US dollars in TMDB)."""

    films: int
    genres: pl.DataFrame  # genre, count; most frequent first, then by name
    without_genre: int
    budgets: pl.DataFrame  # start, end, count of the known budgets
    budget_quartiles: tuple[float, ...] | None  # lower, median, upper, largest
    known_budgets: int
    vote_averages: pl.DataFrame  # start, end, count; films without a vote left out
    correlation: pl.DataFrame  # left, right, r, rows
    fences: pl.DataFrame  # column, lower, upper, low, high (how many lie below and above)
    outliers: pl.DataFrame  # item_id, title, year, column, value, side
    both_known: int  # films with a known budget and a known revenue
    earned_more: int  # of these, films whose revenue is above the budget
    points: pl.DataFrame  # item_id, title, year, MEASURES, far (runtime or vote average beyond)


def catalogue_summary(
    movies: pl.DataFrame, activity: pl.DataFrame, points: int = 2000
) -> CatalogueSummary:
    """The summary of a cleaned `movies` table.

    `activity` (item_id, ratings, mean_rating) joins the correlation; `points` bounds the films
    that are kept one by one: most voted for first, a quarter at most for those `far` out.
    """
    voted = pl.when(pl.col("vote_count").fill_null(1) > 0).then("vote_average")
    rated = movies.with_columns(vote_average=voted)  # an average of no votes is unknown
    exploded = movies.select(pl.col("genres").explode().alias("genre")).drop_nulls()
    genres = exploded.group_by("genre").agg(count=pl.len().cast(pl.Int64))
    numeric = movies.select("item_id", "year", *MEASURES)
    if activity.height:
        numeric = numeric.join(activity, on="item_id", how="left", maintain_order="left")
    varying = [
        column.name
        for column in numeric.drop("item_id")
        if column.cast(pl.Float64).fill_nan(None).n_unique() > 2
    ]
    budget = movies["budget"].drop_nulls()
    quartiles = tuple(float(budget.quantile(q, "linear") or 0) for q in (0.25, 0.5, 0.75, 1))
    limits, outliers = _outliers(rated)
    both = movies.filter(pl.col("budget").is_not_null() & pl.col("revenue").is_not_null())
    return CatalogueSummary(
        films=movies.height,
        genres=genres.sort(["count", "genre"], descending=[True, False]),
        without_genre=int((movies["genres"].list.len().fill_null(0) == 0).sum()),
        budgets=histogram(budget),
        budget_quartiles=quartiles if len(budget) else None,
        known_budgets=len(budget),
        vote_averages=histogram(rated["vote_average"], 20),
        correlation=correlation(numeric.select(varying)),
        fences=limits,
        outliers=outliers,
        both_known=both.height,
        earned_more=int((both["revenue"] > both["budget"]).sum()),
        points=_points(rated, outliers, points),
    )


def _points(movies: pl.DataFrame, outliers: pl.DataFrame, most: int) -> pl.DataFrame:
    """Films to show one by one, most votes first."""
    far = outliers.filter(pl.col("column").is_in(["runtime", "vote_average"]))["item_id"]
    films = (
        movies.select("item_id", "title", "year", *MEASURES)
        .with_columns(far=pl.col("item_id").is_in(far.implode()))
        .sort("vote_count", "item_id", descending=[True, False], nulls_last=True)
    )
    out = films.filter("far").head(most // 4)
    return pl.concat([films.filter(~pl.col("far")).head(most - out.height), out])


def _outliers(movies: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The fences of each measure, and the films beyond them, farthest from the fence first."""
    limits, found = [], []
    for column, logarithmic in MEASURES.items():
        lower, upper = fences(movies[column], logarithmic)
        if isnan(lower):
            continue
        value = pl.col(column).cast(pl.Float64)
        positive = value > 0 if logarithmic else pl.lit(True)
        distance = (value / upper).log().abs() if logarithmic else (value - upper).abs()
        nearer = (value / lower).log().abs() if logarithmic else (value - lower).abs()
        for side, beyond, far in (
            ("high", value > upper, distance),
            ("low", value < lower, nearer),
        ):
            films = movies.filter(positive & beyond).select(
                "item_id",
                "title",
                "year",
                column=pl.lit(column),
                value=value,
                side=pl.lit(side),
                distance=far,
            )
            found.append(films.sort("distance", "item_id", descending=[True, False]))
        limits.append((column, lower, upper, found[-1].height, found[-2].height))
    schema = {
        "column": pl.String,
        "lower": pl.Float64,
        "upper": pl.Float64,
        "low": pl.Int64,
        "high": pl.Int64,
    }
    empty = movies.head(0).select(
        "item_id",
        "title",
        "year",
        column=pl.lit("").head(0),
        value=pl.lit(0.0).head(0),
        side=pl.lit("").head(0),
    )
    outliers = pl.concat(found).drop("distance") if found else empty
    return pl.DataFrame(limits, schema=schema, orient="row"), outliers
