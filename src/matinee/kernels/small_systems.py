"""Cholesky factors of matrices so small that a call of LAPACK would take longer than the work."""

import numpy as np
from numba import njit


@njit(cache=True)
def factor(A: np.ndarray) -> None:
    """The lower Cholesky factor, in place of the lower triangle."""
    for f in range(len(A)):
        for j in range(f + 1):
            total = A[f, j]
            for k in range(j):
                total -= A[f, k] * A[j, k]
            A[f, j] = np.sqrt(total) if f == j else total / A[j, j]


@njit(cache=True)
def forward(L: np.ndarray, y: np.ndarray) -> None:
    """L⁻¹ y, in place."""
    for f in range(len(y)):
        for k in range(f):
            y[f] -= L[f, k] * y[k]
        y[f] /= L[f, f]


@njit(cache=True)
def backward(L: np.ndarray, y: np.ndarray) -> None:
    """L⁻ᵀ y, in place."""
    for f in range(len(y) - 1, -1, -1):
        y[f] /= L[f, f]
        for k in range(f):
            y[k] -= L[f, k] * y[f]


@njit(cache=True)
def inverse_of_factor(L: np.ndarray, out: np.ndarray) -> None:
    """(LLᵀ)⁻¹ of a lower factor, all of it; `out` is overwritten."""
    size = len(L)
    lower = np.zeros((size, size))  # L⁻¹
    for f in range(size):
        for j in range(f):
            for k in range(j + 1):
                lower[f, k] -= L[f, j] * lower[j, k]
        lower[f, f] = 1.0
        for k in range(f + 1):
            lower[f, k] /= L[f, f]
    out[:] = 0.0
    for j in range(size):
        for f in range(j + 1):
            for k in range(f + 1):
                out[f, k] += lower[j, f] * lower[j, k]
    for f in range(size):
        for k in range(f):
            out[k, f] = out[f, k]


def inverse_of_factor_reference(L: np.ndarray) -> np.ndarray:
    """Plain NumPy meaning of `inverse_of_factor`."""
    return np.asarray(np.linalg.inv(np.tril(L) @ np.tril(L).T))
