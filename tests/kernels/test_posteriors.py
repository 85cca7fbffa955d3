import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from matinee.kernels.posteriors import (
    moments,
    moments_reference,
    posteriors,
    posteriors_and_error,
    posteriors_reference,
)


def side(rng, rows, factors):
    roots = rng.normal(size=(rows, factors + 1, factors + 1)) / 3
    return rng.normal(size=(rows, factors + 1)), roots @ roots.transpose(0, 2, 1)


def ratings(rng, rows, items):
    pattern = csr_array(rng.random((rows, items)) < 0.5)
    return pattern.indptr.astype(np.int64), pattern.indices, rng.normal(size=pattern.nnz)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(0, 6), st.integers(1, 7), st.integers(1, 4))
def test_posteriors_are_those_of_the_plain_definition(seed, rows, items, factors):
    rng = np.random.default_rng(seed)
    entries, others = ratings(rng, rows, items), side(rng, items, factors)
    precision, noise = rng.uniform(0.5, 9, factors + 1), 0.7
    for found, expected in zip(
        posteriors(entries, others, precision, noise),
        posteriors_reference(entries, others, precision, noise),
        strict=True,
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-10)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(0, 6), st.integers(1, 7), st.integers(1, 4))
def test_the_expected_error_is_that_of_every_single_value(seed, rows, items, factors):
    """Mean over values of (value - mean)² + variance, one pair after the other."""
    rng = np.random.default_rng(seed)
    entries, others = ratings(rng, rows, items), side(rng, items, factors)
    found, error = posteriors_and_error(entries, others, np.full(factors + 1, 2.0), 0.7)
    indptr, numbers, values = entries
    pairs = np.repeat(np.arange(rows), np.diff(indptr)), numbers
    mean, variance = moments_reference(*pairs, found, others)
    expected = ((values - mean) ** 2 + variance).mean() if len(values) else 0.0
    assert error == pytest.approx(expected, rel=1e-9)


def test_with_certain_features_the_mean_is_ridge_regression():
    rng = np.random.default_rng(2)
    indptr, numbers, values = ratings(rng, 5, 9)
    means, _ = side(rng, 9, 3)
    found, _ = posteriors((indptr, numbers, values), (means, np.zeros((9, 4, 4))), np.ones(4), 0.5)
    for row in range(5):
        part = slice(indptr[row], indptr[row + 1])
        x = np.column_stack([np.ones(part.stop - part.start), means[numbers[part], 1:]])
        target = values[part] - means[numbers[part], 0]
        expected = np.linalg.solve(x.T @ x + 0.5 * np.eye(4), x.T @ target)
        np.testing.assert_allclose(found[row], expected, rtol=1e-9)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(0, 9), st.integers(1, 4))
def test_moments_are_those_of_the_plain_definition(seed, pairs, factors):
    rng = np.random.default_rng(seed)
    users, items = side(rng, 3, factors), side(rng, 4, factors)
    asked = rng.integers(0, 3, pairs), rng.integers(0, 4, pairs)
    for found, expected in zip(
        moments(*asked, users, items), moments_reference(*asked, users, items), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_moments_are_those_of_draws():
    rng = np.random.default_rng(4)
    users, items = side(rng, 1, 2), side(rng, 1, 2)
    p = rng.multivariate_normal(users[0][0], users[1][0], 400_000)
    q = rng.multivariate_normal(items[0][0], items[1][0], 400_000)
    draws = p[:, 0] + q[:, 0] + (p[:, 1:] * q[:, 1:]).sum(axis=1)
    zero = np.zeros(1, np.int64)
    mean, variance = moments(zero, zero, users, items)
    assert mean[0] == pytest.approx(draws.mean(), abs=5 * draws.std() / np.sqrt(len(draws)))
    assert variance[0] == pytest.approx(draws.var(), rel=0.02)
