"""The shared solve: an inverse in place, scaled, without its diagonal."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.errors import NumericError
from matinee.models import solve
from matinee.models.solve import check_memory, invert, off_diagonal


def positive_definite(n: int, seed: int, dtype: str = "float64") -> np.ndarray:
    A = np.random.default_rng(seed).normal(size=(n, n + 3))
    return np.asarray(A @ A.T + np.eye(n), dtype)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 12), st.integers(0, 2**32 - 1), st.sampled_from([1, 3, 512]))
def test_invert_reads_the_upper_triangle_and_gives_both(n, seed, block):
    matrix = positive_definite(n, seed)
    upper = np.triu(matrix) + np.tril(np.full((n, n), np.nan), -1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solve, "_BLOCK", block)
        inverse = invert(upper, "x")
    np.testing.assert_allclose(inverse @ matrix, np.eye(n), atol=1e-9)
    np.testing.assert_array_equal(inverse, inverse.T)


@pytest.mark.parametrize(("dtype", "error"), [("float64", 1e-11), ("float32", 1e-4)])
def test_invert_works_in_the_memory_and_precision_it_was_given(dtype, error):
    matrix = positive_definite(40, 5, dtype)
    expected = np.linalg.inv(matrix.astype(np.float64))
    inverse = invert(matrix, "x")
    assert np.shares_memory(inverse, matrix)
    assert inverse.dtype == dtype
    np.testing.assert_allclose(inverse, expected, atol=error)


def test_a_matrix_that_is_not_positive_definite_says_which_pivot():
    with pytest.raises(NumericError, match=r"x: expected a positive definite .* pivot 2 <= 0"):
        invert(np.array([[1.0, 2.0], [2.0, 1.0]]), "x")


@settings(deadline=None, max_examples=40)
@given(
    st.integers(1, 12),
    st.integers(0, 2**32 - 1),
    st.sampled_from([1, 3, 512]),
    st.sampled_from(["float32", "float64"]),
    st.booleans(),
)
def test_off_diagonal_scales_rows_and_columns_over_the_matrix_itself(n, seed, block, dtype, both):
    rng = np.random.default_rng(seed)
    P = rng.normal(size=(n, n)).astype(dtype)
    columns, rows = rng.uniform(0.5, 2, n), rng.uniform(0.5, 2, n) if both else None
    expected = -P * columns * (np.ones((n, 1)) if rows is None else rows[:, None])
    np.fill_diagonal(expected, 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solve, "_BLOCK", block)
        found = off_diagonal(P, columns, rows)
    assert found.dtype == np.float32
    assert np.shares_memory(found, P)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_float64_solve_is_told_of_float32_and_a_float32_one_is_not(monkeypatch):
    monkeypatch.setattr(solve, "available_memory", lambda: 10**9)
    check_memory(10_000, 1.1, "float64", "x")
    with pytest.raises(NumericError, match=r"20,000 items need 3.3 GiB .*dtype=float32\)"):
        check_memory(20_000, 1.1, "float64", "x")
    with pytest.raises(NumericError) as refused:
        check_memory(20_000, 1.1, "float32", "x")
    assert "dtype" not in str(refused.value)


def test_the_machine_has_memory():
    assert 2**26 < solve.available_memory() < 2**50
