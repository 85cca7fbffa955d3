"""Products of sparse rows are those of the dense ones."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import random_array

from matinee.kernels.row_products import row_products, row_products_reference


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 9), st.integers(1, 6), st.integers(0, 5), st.integers(0, 2**32 - 1))
def test_products_are_those_of_the_dense_rows(rows, columns, asked, seed):
    rng = np.random.default_rng(seed)
    matrix = random_array((rows, columns), density=0.5, rng=rng, dtype=np.float32).tocsr()
    parts = matrix.indptr, matrix.indices, matrix.data
    left, right = rng.integers(0, rows, asked), rng.integers(0, rows, 7)
    found = row_products(parts, columns, left, right)
    np.testing.assert_allclose(
        found, row_products_reference(parts, columns, left, right), rtol=1e-12
    )
