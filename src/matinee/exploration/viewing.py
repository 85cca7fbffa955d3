"""What viewers did: ratings, long tails, time and sparsity."""

from dataclasses import dataclass

import polars as pl

from matinee.exploration.distribution import LongTail, long_tail
from matinee.schema import RatingScale

_DAY = 86_400


@dataclass(frozen=True, slots=True, eq=False)
class ViewingSummary:
    """The ratings table as frames; `items` are the films of the catalogue or of a rating."""

    users: int
    items: int
    rated_items: int
    interactions: int
    scale: RatingScale
    distribution: pl.DataFrame  # rating, count; seen without a rating is left out
    mean_rating: float | None
    popularity: LongTail  # ratings of each film
    activity: LongTail  # ratings by each viewer
    period: str  # "day", "month" or "year"; empty when no rating has a time
    over_time: pl.DataFrame  # start (date), count, mean_rating; periods without a rating too

    @property
    def density(self) -> float:
        """The share of (viewer, film) cells with an interaction; every film counts."""
        return self.interactions / max(self.users * self.items, 1)


def viewing_summary(
    movies: pl.DataFrame, ratings: pl.DataFrame, scale: RatingScale
) -> ViewingSummary:
    """The summary of a checked `ratings` table."""
    by_item = ratings.group_by("item_id").agg(pl.len())
    by_user = ratings.group_by("user_id").agg(pl.len())
    known = movies.select(pl.col("item_id").cast(pl.String))
    rated = by_item.select(pl.col("item_id").cast(pl.String))
    distribution = (
        ratings.select(pl.col("rating").fill_nan(None).drop_nulls())
        .group_by("rating")
        .agg(count=pl.len().cast(pl.Int64))
        .sort("rating")
    )
    mean = ratings["rating"].cast(pl.Float64).fill_nan(None).mean()
    period, over_time = _over_time(ratings)
    return ViewingSummary(
        users=by_user.height,
        items=pl.concat([known, rated]).n_unique(),
        rated_items=by_item.height,
        interactions=ratings.height,
        scale=scale,
        distribution=distribution,
        mean_rating=mean if isinstance(mean, float) else None,
        popularity=long_tail(by_item["len"].to_numpy()),
        activity=long_tail(by_user["len"].to_numpy()),
        period=period,
        over_time=over_time,
    )


def item_activity(ratings: pl.DataFrame) -> pl.DataFrame:
    """Of each rated film: item_id (text), ratings, mean_rating."""
    rating = pl.col("rating").cast(pl.Float64).fill_nan(None)
    return (
        ratings.group_by("item_id")
        .agg(ratings=pl.len().cast(pl.Int64), mean_rating=rating.mean())
        .with_columns(pl.col("item_id").cast(pl.String))
        .sort("item_id")
    )


def _over_time(ratings: pl.DataFrame) -> tuple[str, pl.DataFrame]:
    """Ratings a day, a month or a year (UTC), whichever gives at most some hundred of periods."""
    times = ratings["timestamp"].drop_nulls()
    first, last = times.min(), times.max()
    if not isinstance(first, int) or not isinstance(last, int):
        schema = {"start": pl.Date, "count": pl.Int64, "mean_rating": pl.Float64}
        return "", pl.DataFrame(schema=schema)
    days = (last - first) / _DAY
    period, every = ("day", "1d") if days <= 400 else ("month", "1mo")
    if days > 40 * 365:
        period, every = "year", "1y"
    start = pl.from_epoch("timestamp", "s").dt.truncate(every).dt.date()
    grouped = (
        ratings.lazy()
        .filter(pl.col("timestamp").is_not_null())
        .group_by(start=start)
        .agg(
            count=pl.len().cast(pl.Int64),
            mean_rating=pl.col("rating").cast(pl.Float64).fill_nan(None).mean(),
        )
        .sort("start")
        .collect()
    )
    every_period = grouped.select(
        pl.date_range(pl.col("start").min(), pl.col("start").max(), every).alias("start")
    )
    filled = every_period.join(grouped, on="start", how="left", maintain_order="left")
    return period, filled.with_columns(pl.col("count").fill_null(0))
