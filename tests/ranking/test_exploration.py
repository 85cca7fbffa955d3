"""Drawn places: known probabilities, and the same films all day."""

from dataclasses import replace

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.dataset import Dataset
from matinee.ranking.exploration import day_keys, draw, uniform

WEIGHTS = np.array([5.0, 0.0, 2.0, 1.0, 0.5])


def many_draws(rows: int, slots: int) -> tuple[np.ndarray, np.ndarray]:
    """The same five films drawn for so many viewers."""
    keys = np.arange(rows, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    weights = np.broadcast_to(WEIGHTS, (rows, 5))
    return draw(weights, np.broadcast_to(np.arange(5), (rows, 5)), keys, slots)


def test_films_are_drawn_as_often_as_their_propensities_say() -> None:
    """Each of 5 + 16 frequencies lies within 4.5 standard errors: by chance one test in 7,000."""
    rows = 200_000
    columns, propensity = many_draws(rows, 2)
    first = WEIGHTS / WEIGHTS.sum()
    counts = np.bincount(columns[:, 0], minlength=5)
    assert np.all(np.abs(counts - rows * first) <= 4.5 * np.sqrt(rows * first * (1 - first)))
    np.testing.assert_allclose(propensity[:, 0], first[columns[:, 0]], rtol=1e-12)
    for film in np.flatnonzero(WEIGHTS):
        here = columns[:, 0] == film
        left = np.where(np.arange(5) == film, 0, WEIGHTS)
        second = left / left.sum()
        counts = np.bincount(columns[here, 1], minlength=5)
        error = np.sqrt(here.sum() * second * (1 - second))
        assert np.all(np.abs(counts - here.sum() * second) <= 4.5 * error)
        np.testing.assert_allclose(propensity[here, 1], second[columns[here, 1]], rtol=1e-12)


@settings(deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_drawn_films_are_distinct_possible_and_their_propensities_are_of_what_is_left(
    m: int, slots: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.integers(0, 3, size=(4, m)) * rng.random((4, m))
    numbers = np.tile(rng.permutation(m), (4, 1))
    columns, propensity = draw(
        weights, numbers, rng.integers(2**63, size=4).astype(np.uint64), slots
    )
    for row in range(4):
        left = weights[row].copy()
        for place in range(slots):
            if columns[row, place] < 0:
                assert left.sum() == 0
                assert propensity[row, place] == 0
                continue
            share = left[columns[row, place]] / left.sum()
            assert share > 0
            np.testing.assert_allclose(propensity[row, place], share, rtol=1e-9)
            left[columns[row, place]] = 0


def test_a_draw_does_not_see_the_other_viewers_nor_films_that_are_not_to_be_drawn() -> None:
    columns, propensity = many_draws(50, 3)
    keys = np.arange(50, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    narrow = np.array([[0, 2, 3, 4]])
    for row in (0, 17, 49):
        alone, chance = draw(WEIGHTS[narrow], narrow, keys[row : row + 1], 3)
        assert narrow[0, alone[0]].tolist() == columns[row].tolist()
        np.testing.assert_allclose(chance[0], propensity[row], rtol=1e-12)


def test_noise_is_uniform_over_films_and_viewers() -> None:
    """A Kolmogorov-Smirnov distance of 1.95 / √n is exceeded by chance once in 1,000."""
    keys = np.arange(300, dtype=np.uint64)
    values = np.sort(uniform(keys, np.tile(np.arange(300), (300, 1))).ravel())
    steps = (np.arange(len(values)) + 0.5) / len(values)
    assert np.abs(values - steps).max() < 1.95 / np.sqrt(len(values))


def test_a_viewer_keeps_the_key_all_day_and_gets_another_the_next(data: Dataset) -> None:
    def keys(as_of: int, seed: int = 0) -> np.ndarray:
        return day_keys(replace(data.histories, as_of=np.full(40, as_of)), seed)

    morning, evening = 20_000 * 86_400 + 3_600, 20_000 * 86_400 + 80_000
    assert np.array_equal(keys(morning), keys(evening))
    assert len(np.unique(np.concatenate([keys(morning), keys(morning + 86_400)]))) == 80
    assert not np.intersect1d(keys(morning), keys(morning, seed=1)).size


def test_a_key_is_of_the_viewer_alone(data: Dataset) -> None:
    together = day_keys(data.histories, 3)
    longer = replace(
        data.histories.take(np.array([4, 9])),
        user_ids=pl.Series(["a much longer id", data.users.ids[9]]),
    )
    assert day_keys(longer, 3)[1] == together[9]
    nameless = replace(data.histories, user_ids=None)
    assert day_keys(nameless.take(np.array([9])), 3)[0] == day_keys(nameless, 3)[9]
    assert len(np.unique(day_keys(nameless, 3))) == 40
