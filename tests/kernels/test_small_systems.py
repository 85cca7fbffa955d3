import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.kernels.small_systems import (
    backward,
    factor,
    forward,
    inverse_of_factor,
    inverse_of_factor_reference,
)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_factor_solve_and_inverse_are_those_of_linear_algebra(seed, size):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(size, size))
    matrix, y = root @ root.T + np.eye(size), rng.normal(size=size)
    L, solved, inverse = matrix.copy(), y.copy(), np.empty((size, size))
    factor(L)
    np.testing.assert_allclose(np.tril(L), np.linalg.cholesky(matrix), rtol=1e-9, atol=1e-12)
    forward(L, solved)
    backward(L, solved)
    np.testing.assert_allclose(solved, np.linalg.solve(matrix, y), rtol=1e-8, atol=1e-10)
    inverse_of_factor(L, inverse)
    expected = inverse_of_factor_reference(L)
    np.testing.assert_allclose(inverse, expected, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(inverse, np.linalg.inv(matrix), rtol=1e-7, atol=1e-9)
