import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array, random_array

from matinee.kernels.weighted_sums import (
    dense_sums,
    dense_sums_reference,
    sparse_sums,
    sparse_sums_reference,
)


def history(rng, rows, items):
    pattern = csr_array(rng.random((rows, items)) < 0.4)
    strength = rng.choice([-1, 0, 0.5, 1], pattern.nnz).astype(np.float32)
    return pattern.indptr.astype(np.int64), pattern.indices, strength


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 6), st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_sums_over_dense_weights_take_only_positive_strengths(rows, items, seed):
    rng = np.random.default_rng(seed)
    entries = history(rng, rows, items)
    weights = rng.normal(size=(items, items)).astype(np.float32)
    found = dense_sums(entries, weights)
    np.testing.assert_allclose(found, dense_sums_reference(entries, weights), rtol=1e-5, atol=1e-6)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 6), st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_sums_over_sparse_weights_are_those_over_the_same_dense_ones(rows, items, seed):
    rng = np.random.default_rng(seed)
    entries = history(rng, rows, items)
    weights = random_array((items, items), density=0.4, rng=rng, dtype=np.float32).tocsr()
    parts = weights.indptr, weights.indices, weights.data
    found = sparse_sums(entries, parts)
    np.testing.assert_allclose(found, sparse_sums_reference(entries, parts), rtol=1e-5, atol=1e-6)
