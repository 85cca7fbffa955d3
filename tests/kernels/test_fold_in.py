import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from matinee.kernels.fold_in import fold_in, fold_in_reference


def problem(seed, rows, items, factors, most, uneven=0.0):
    """Entries and a basis with basisᵀ·basis <= I, as whitened factors have."""
    rng = np.random.default_rng(seed)
    Y = rng.normal(size=(items, factors)) * rng.exponential(size=factors)
    root = np.linalg.cholesky(Y.T @ Y + np.eye(factors) * 0.1)
    basis = np.linalg.solve(root, Y.T).T.astype(np.float32)
    pattern = csr_array(rng.random((rows, items)) < 0.5)
    weights = rng.uniform(0, most, pattern.nnz).astype(np.float32)
    start = rng.normal(size=(rows, factors)).astype(np.float32)
    ground = (
        rng.uniform(0, uneven, rows).astype(np.float32),
        rng.uniform(0, 1, factors).astype(np.float32),
    )
    return (pattern.indptr.astype(np.int64), pattern.indices, weights), basis, ground, start


def even(rows, factors):
    """The same ridge for every row."""
    return np.zeros(rows, np.float32), np.ones(factors, np.float32)


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(0, 40),
    st.integers(1, 30),
    st.integers(1, 20),
    st.sampled_from([0.0, 7.0, 99.0]),
    st.sampled_from([0.0, 5.0]),
)
def test_float32_steps_reach_the_float64_solutions(seed, rows, items, factors, most, uneven):
    entries, basis, ground, start = problem(seed, rows, items, factors, most, uneven)
    found = fold_in(entries, basis, ground, start, 500, 1e-6)
    expected = fold_in_reference(entries, basis, ground, start)
    scale = max(1.0, np.abs(expected).max(initial=0))
    np.testing.assert_allclose(found, expected, rtol=0, atol=(1 + most + uneven) * 3e-6 * scale)


def test_a_row_alone_is_solved_as_among_many():
    (indptr, numbers, weights), basis, ground, start = problem(3, 40, 30, 12, 7.0, 2.0)
    together = fold_in((indptr, numbers, weights), basis, ground, start, 3, 0.0)
    row = 21
    part = slice(indptr[row], indptr[row + 1])
    alone = fold_in(
        (np.array([0, indptr[row + 1] - indptr[row]]), numbers[part], weights[part]),
        basis,
        (ground[0][[row]], ground[1]),
        start[[row]],
        3,
        0.0,
    )
    np.testing.assert_array_equal(alone[0], together[row])


def test_the_error_shrinks_as_fast_as_promised():
    entries, basis, ground, start = problem(5, 30, 60, 24, 7.0)
    expected = fold_in_reference(entries, basis, ground, start)
    rate = (np.sqrt(8) - 1) / (np.sqrt(8) + 1)
    # In the norm of the system, which lies between 1 and 8 times the plain one squared.
    first = np.linalg.norm(start - expected, axis=1)
    for steps in (2, 4, 6):
        found = fold_in(entries, basis, ground, start, steps, 0.0)
        error = np.linalg.norm(found - expected, axis=1)
        assert (error <= 2 * np.sqrt(8) * rate**steps * first).all()


def test_a_row_without_entries_is_zero():
    entries = np.zeros(3, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32)
    basis, start = np.ones((4, 5), np.float32), np.ones((2, 5), np.float32)
    found = fold_in(entries, basis, even(2, 5), start, 9, 1e-6)
    np.testing.assert_array_equal(found, np.zeros((2, 5)))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_stays_visible(bad):
    basis = np.full((4, 5), 0.1, np.float32)
    basis[2, 3] = bad
    entries = np.array([0, 1]), np.array([2], np.int32), np.ones(1, np.float32)
    start = np.zeros((1, 5), np.float32)
    assert not np.isfinite(fold_in(entries, basis, even(1, 5), start, 9, 1e-6)).all()
