import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from matinee.kernels.gibbs import (
    collapsed,
    collapsed_reference,
    draw_features,
    draw_features_reference,
    draw_rows,
    draw_rows_reference,
)

seeds = st.integers(0, 2**32 - 1)


def pattern(rng, rows, columns):
    """Row starts, columns and values of a sparse matrix with an empty row now and then."""
    matrix = csr_array(rng.random((rows, columns)) < 0.5)
    values = rng.normal(size=matrix.nnz)
    return matrix.indptr.astype(np.int64), matrix.indices, values


def problem(seed, rows=5, others=7, size=3):
    rng = np.random.default_rng(seed)
    entries = pattern(rng, rows, others)
    weights = rng.uniform(0.3, 3, len(entries[2]))
    prior = rng.normal(size=size), rng.uniform(0.5, 9, size)
    return rng, entries, weights, rng.normal(size=(others, size)), prior


@settings(deadline=None, max_examples=40)
@given(seeds, st.integers(0, 6), st.integers(1, 5))
def test_collapsed_is_the_plain_definition(seed, rows, size):
    _, entries, weights, others, prior = problem(seed, rows, size=size)
    M, L, g = collapsed(entries, weights, others, prior)
    expected = collapsed_reference(entries, weights, others, prior)
    np.testing.assert_allclose(M, expected[0], rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(np.tril(L), expected[1], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(g, expected[2], rtol=1e-7, atol=1e-10)


def test_what_is_said_of_the_sums_is_the_likelihood_with_the_own_part_integrated_out():
    """log N(target; x·sum + x·mean, x P⁻¹ xᵀ + noise), differences of it between two sums."""
    rng, entries, weights, others, (mean, precision) = problem(3, rows=1)
    assert len(entries[2]) > 2
    M, _, g = collapsed(entries, weights, others, (mean, precision))
    x = others[entries[1]].copy()
    target = entries[2] - x[:, 0]
    x[:, 0] = 1
    V = x @ np.diag(1 / precision) @ x.T + np.diag(1 / weights)

    def likelihood(total):
        off = target - x @ (total + mean)
        return -0.5 * off @ np.linalg.solve(V, off)

    def said(total):
        return -0.5 * total @ M[0] @ total + total @ g[0]

    one, other = rng.normal(size=(2, 3))
    assert said(one) - said(other) == pytest.approx(likelihood(one) - likelihood(other), rel=1e-8)


@settings(deadline=None, max_examples=40)
@given(seeds, st.integers(0, 6), st.integers(1, 4))
def test_features_are_drawn_as_the_plain_definition_says(seed, features, size):
    rng, entries, weights, others, prior = problem(seed, size=size)
    said = collapsed(entries, weights, others, prior)
    block = pattern(rng, features, 5)
    theta = rng.normal(size=(features, size))
    matrix = csr_array((block[2], block[1], block[0]), shape=(features, 5))
    sums, draws = matrix.T @ theta, rng.standard_normal(theta.shape)
    found, expected = (theta.copy(), sums.copy()), (theta.copy(), sums.copy())
    draw_features(block, *found, said, prior, draws)
    draw_features_reference(block, *expected, said, prior, draws)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(found[1], matrix.T @ found[0], rtol=1e-9, atol=1e-9)


@settings(deadline=None, max_examples=40)
@given(seeds, st.integers(0, 6), st.integers(1, 4))
def test_rows_are_drawn_as_the_plain_definition_says(seed, rows, size):
    rng, entries, weights, others, prior = problem(seed, rows, size=size)
    said = collapsed(entries, weights, others, prior)
    sums, draws = rng.normal(size=(2, rows, size))
    expected = draw_rows_reference(said, sums, prior, draws)
    for one, other in zip(draw_rows(said, sums, prior, draws), expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-10)


def test_a_rows_mean_is_ridge_regression_on_what_the_sums_leave():
    rng, entries, weights, others, prior = problem(5)
    sums = rng.normal(size=(5, 3))
    _, middles = draw_rows(
        collapsed(entries, weights, others, prior), sums, prior, np.zeros((5, 3))
    )
    for row in range(5):
        part = slice(entries[0][row], entries[0][row + 1])
        x = others[entries[1][part]].copy()
        target = entries[2][part] - x[:, 0]
        x[:, 0] = 1
        weighted = x.T * weights[part]
        A = weighted @ x + np.diag(prior[1])
        expected = np.linalg.solve(A, weighted @ (target - x @ sums[row]) + prior[1] * prior[0])
        np.testing.assert_allclose(middles[row], expected, rtol=1e-8)


def test_draws_vary_as_the_posterior_does():
    """Covariance of 40,000 draws of one row against the inverse precision."""
    rng, entries, weights, others, prior = problem(8, rows=1)
    M, L, g = collapsed(entries, weights, others, prior)
    many = 40_000
    said = tuple(np.repeat(part, many, axis=0) for part in (M, L, g))
    drawn, middles = draw_rows(said, np.zeros((many, 3)), prior, rng.standard_normal((many, 3)))
    lower = np.tril(L[0])
    expected = np.linalg.inv(lower @ lower.T)
    np.testing.assert_allclose(np.cov((drawn - middles).T), expected, atol=0.03 * expected.max())
