"""The kernel gives exactly what sorting whole rows gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.kernels.top_n import hide, hide_reference, top_n, top_n_reference


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 700), st.integers(1, 150), st.integers(1, 400))
def test_top_n_equals_its_reference(seed: int, items: int, n: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    scores = (rng.integers(-levels, levels, (rng.integers(1, 8), items)) / 7).astype(np.float32)
    scores[rng.random(scores.shape) < rng.random()] = -np.inf
    numbers, values = top_n(scores, n)
    expected_numbers, expected_values = top_n_reference(scores, n)
    np.testing.assert_array_equal(numbers, expected_numbers)
    np.testing.assert_array_equal(values, expected_values)


@pytest.mark.parametrize("items", [1, 31, 32, 33, 5000])
def test_top_n_equals_its_reference_on_many_distinct_scores(items: int) -> None:
    scores = np.random.default_rng(items).normal(size=(20, items)).astype(np.float32)
    for n in (1, 100, items):
        for found, expected in zip(top_n(scores, n), top_n_reference(scores, n), strict=True):
            np.testing.assert_array_equal(found, expected)


def test_both_zeros_are_one_score() -> None:
    scores = np.array([[-0.0, 0.0] * 40], np.float32)
    assert top_n(scores, 3)[0].tolist() == [[0, 1, 2]]


def test_sorted_rows_of_either_direction_are_ranked() -> None:
    rising = np.arange(4000, dtype=np.float32)[None]
    assert top_n(rising, 3)[0].tolist() == [[3999, 3998, 3997]]
    assert top_n(-rising, 3)[0].tolist() == [[0, 1, 2]]


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_hide_equals_its_reference(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(rng.integers(1, 8), 11)).astype(np.float32)
    seen = rng.random(scores.shape) < 0.3
    indptr = np.concatenate([[0], np.cumsum(seen.sum(1))])
    blocked = np.flatnonzero(rng.random(11) < 0.2)
    expected = scores.copy()
    hide(scores, indptr, np.nonzero(seen)[1], blocked)
    hide_reference(expected, indptr, np.nonzero(seen)[1], blocked)
    np.testing.assert_array_equal(scores, expected)
    assert (scores == -np.inf).sum() == (seen | np.isin(np.arange(11), blocked)).sum()


@pytest.mark.parametrize("nan", [np.nan, -np.nan])
def test_a_row_with_nan_is_answered_with_nan(nan: float) -> None:
    scores = np.random.default_rng(0).normal(size=(3, 50)).astype(np.float32)
    scores[1, 49] = np.copysign(np.float32(np.nan), np.float32(nan))
    for found, expected in zip(top_n(scores, 2), top_n_reference(scores, 2), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert np.isnan(top_n(scores, 2)[1][1]).all()
