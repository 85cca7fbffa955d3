import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from matinee.kernels.gram import gram, gram_reference, upper_gram, upper_gram_reference


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 9), st.integers(1, 7), st.integers(0, 2**32 - 1))
def test_a_block_of_the_gram_matrix_is_that_of_the_dense_product(rows, columns, seed):
    rng = np.random.default_rng(seed)
    dense = rng.normal(size=(rows, columns)) * (rng.random((rows, columns)) < 0.5)
    matrix = csr_array(dense.astype(np.float32))
    start, stop = sorted(rng.integers(0, columns + 1, 2))
    np.testing.assert_allclose(
        gram(matrix, matrix.T.tocsr(), start, stop),
        gram_reference(matrix, start, stop),
        rtol=1e-12,
        atol=1e-14,
    )


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 9), st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_the_upper_gram_adds_the_upper_triangle_and_leaves_the_rest(rows, columns, seed):
    rng = np.random.default_rng(seed)
    dense = rng.normal(size=(rows, columns)) * (rng.random((rows, columns)) < 0.5)
    matrix = csr_array(dense.astype(np.float32))
    before = rng.normal(size=(columns, columns))
    out = before.copy()
    upper_gram(matrix, out)
    expected = before + upper_gram_reference(matrix)
    np.testing.assert_allclose(out, expected, rtol=1e-12, atol=1e-14)
    below = np.tril_indices(columns, -1)
    np.testing.assert_array_equal(out[below], before[below])


def test_the_upper_gram_of_values_on_a_grid_is_exact_in_any_order():
    rng = np.random.default_rng(3)
    dense = np.round(rng.random((300, 9)) * 1024) / 1024 * (rng.random((300, 9)) < 0.4)
    exact = np.triu(
        [
            [sum(int(a * 1024) * int(b * 1024) for a, b in zip(x, y, strict=True)) for y in dense.T]
            for x in dense.T
        ]
    )
    for rows in (dense, dense[rng.permutation(300)]):
        out = np.zeros((9, 9))
        upper_gram(csr_array(rows.astype(np.float32)), out)
        np.testing.assert_array_equal(out * 2**20, exact)
