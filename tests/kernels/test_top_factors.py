"""Selecting block by block gives exactly what sorting whole rows of scores gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.kernels.top_factors import top_factors, top_factors_reference


def question(rng: np.random.Generator, rows: int, items: int) -> tuple[np.ndarray, ...]:
    """Small whole numbers: products are exact, and ties abound."""
    users = rng.integers(-3, 4, (rows, 5)).astype(np.float32)
    factors = rng.integers(-3, 4, (items, 5)).astype(np.float32)
    seen = rng.random((rows, items)) < rng.random() / 2
    indptr = np.concatenate([[0], np.cumsum(seen.sum(1))])
    return users, factors, indptr, np.nonzero(seen)[1].astype(np.int32), rng.random(items) < 0.1


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 270), st.integers(1, 2000), st.integers(1, 130))
def test_top_factors_equals_its_reference(seed: int, rows: int, items: int, n: int) -> None:
    users, factors, indptr, numbers, blocked = question(np.random.default_rng(seed), rows, items)
    found = top_factors(users, factors, (indptr, numbers), blocked, n)
    expected = top_factors_reference(users, factors, (indptr, numbers), blocked, n)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])


@pytest.mark.parametrize("direction", [1, -1])
def test_rising_and_falling_scores_over_many_blocks_are_ranked(direction: int) -> None:
    factors = direction * np.arange(5000, dtype=np.float32)[:, None]
    nothing = np.zeros(2, np.int64), np.empty(0, np.int32)
    numbers, _ = top_factors(np.ones((1, 1), np.float32), factors, nothing, np.zeros(5000, bool), 3)
    assert numbers.tolist() == [[4999, 4998, 4997] if direction == 1 else [0, 1, 2]]


def test_only_the_row_with_nan_is_answered_with_nan() -> None:
    users = np.ones((3, 1), np.float32)
    users[1] = np.nan
    nothing = np.zeros(4, np.int64), np.empty(0, np.int32)
    factors = np.arange(9, dtype=np.float32)[:, None]
    numbers, values = top_factors(users, factors, nothing, np.zeros(9, bool), 2)
    assert numbers.tolist() == [[8, 7], [-1, -1], [8, 7]]
    assert np.isnan(values).tolist() == [[False] * 2, [True] * 2, [False] * 2]
