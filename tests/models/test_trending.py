from dataclasses import replace

import numpy as np
import pytest

from matinee.dataset import NO_TIME
from matinee.errors import InputError, MissingData
from matinee.models.popularity import Popularity
from matinee.models.trending import Trending


def test_a_like_counts_one_over_e_after_one_time_constant(data):
    days = 3.0
    model = Trending(days).fit(data, np.random.default_rng(0))
    expected = np.zeros(len(data.items))
    histories = data.histories
    for number, strength, time in zip(
        histories.numbers, histories.strength, histories.time, strict=True
    ):
        if strength > 0:
            expected[number] += strength * np.exp(-(data.as_of - time) / (days * 86_400))
    np.testing.assert_allclose(model.score(histories)[0], expected, rtol=1e-6)


def test_with_an_endless_time_constant_it_is_popularity(data):
    rng = np.random.default_rng(0)
    trend = Trending(1e12).fit(data, rng).score(data.histories)
    np.testing.assert_allclose(trend, Popularity().fit(data, rng).score(data.histories), rtol=1e-6)


def test_a_like_without_a_time_adds_nothing(data):
    time = data.histories.time.copy()
    time[5] = NO_TIME
    some = data.with_histories(replace(data.histories, time=time))
    kept = np.arange(data.histories.entries) != 5
    without = data.with_histories(data.histories.where(kept))
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(
        Trending().fit(some, rng).score(data.histories),
        Trending().fit(without, rng).score(data.histories),
    )


def test_without_any_time_it_says_so(data):
    timeless = replace(
        data.histories,
        time=np.full(data.histories.entries, NO_TIME),
        as_of=np.full(data.histories.rows, NO_TIME),
    )
    with pytest.raises(MissingData, match="trending: expected times of ratings, lopsided has none"):
        Trending().fit(data.with_histories(timeless), np.random.default_rng(0))


def test_trend_is_the_whole_of_every_score(data):
    model = Trending(7).fit(data, np.random.default_rng(0))
    items = np.tile(np.array([3, 0, 29]), (data.histories.rows, 1))
    expected = np.take_along_axis(model.score(data.histories), items, axis=1)
    np.testing.assert_array_equal(model.contributions(data.histories, items).totals(), expected)


def test_a_time_constant_is_positive():
    with pytest.raises(InputError, match="expected finite days > 0, got 0"):
        Trending(days=0)
