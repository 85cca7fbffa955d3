import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from matinee.kernels.gram import gram, gram_reference


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
