from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from matinee.dataset import Dataset
from matinee.errors import InputError, MissingData
from matinee.models.weighted_rating import WeightedRating


def fitted(data: Dataset, quantile: float = 0.9) -> np.ndarray:
    model = WeightedRating(quantile).fit(data, np.random.default_rng(0))
    return model.score(data.histories)[0]


def without_votes(data: Dataset) -> Dataset:
    votes = {"vote_average": pl.Float64, "vote_count": pl.Int64}
    unknown = [pl.lit(None, dtype).alias(name) for name, dtype in votes.items()]
    return replace(data, movies=data.movies.with_columns(unknown))


def test_it_is_the_formula_on_the_catalogues_votes(data):
    """By pandas, as the notebooks that made it known write it."""
    movies = data.movies.to_pandas()
    m, C = movies["vote_count"].quantile(0.9), movies["vote_average"].mean()
    v, R = movies["vote_count"], movies["vote_average"]
    expected = v / (v + m) * R + m / (m + v) * C
    np.testing.assert_allclose(fitted(data), expected, rtol=1e-6)


def test_without_votes_in_the_catalogue_the_ratings_are_the_votes(data):
    ratings = [data.histories.rating[data.histories.numbers == k] for k in range(len(data.items))]
    votes = np.array([len(each) for each in ratings if len(each)])
    means = np.array([each.mean(dtype=float) for each in ratings if len(each)])
    m, C = np.quantile(votes, 0.5), means.mean()
    scores = fitted(without_votes(data), 0.5)
    for score, each in zip(scores, ratings, strict=True):
        v, R = len(each), each.mean(dtype=float) if len(each) else 0.0
        assert score == pytest.approx((v * R + m * C) / (v + m), rel=1e-6)


def test_a_film_without_votes_has_the_mean_of_all_films(data):
    movies = data.movies.with_columns(
        vote_count=pl.when(pl.col("item_id") == "m12").then(0).otherwise(pl.col("vote_count")),
        vote_average=pl.when(pl.col("item_id") == "m13").then(None).otherwise("vote_average"),
    )
    scores = fitted(replace(data, movies=movies))
    voted = ~movies["item_id"].is_in(["m12", "m13"])
    mean = movies.filter(voted)["vote_average"].mean()
    numbers = data.items.numbers(["m12", "m13"])
    np.testing.assert_allclose(scores[numbers], mean, rtol=1e-6)


def test_more_votes_at_the_same_mean_are_further_from_the_mean_of_all(data):
    movies = data.movies.with_columns(
        vote_average=pl.when(pl.row_index() < 20).then(9).otherwise(3)
    )
    scores = fitted(replace(data, movies=movies))[:20]
    assert (np.diff(scores) < 0).all(), "the fixture's vote counts fall with the film's number"


def test_neither_votes_nor_ratings_is_missing_data(data):
    silent = without_votes(data)
    silent = silent.with_histories(
        replace(data.histories, rating=np.full(data.histories.entries, np.nan, np.float32))
    )
    with pytest.raises(MissingData, match="vote_average and vote_count, or ratings"):
        fitted(silent)


def test_a_quantile_lies_in_0_to_1():
    with pytest.raises(InputError, match=r"expected quantile in 0 to 1, got 1\.5"):
        WeightedRating(1.5)
