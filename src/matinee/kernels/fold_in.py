"""Factors of viewers (or items) from their entries: one small linear system a row."""

import numpy as np
from numba import njit, prange

Csr = tuple[np.ndarray, np.ndarray, np.ndarray]  # row starts, numbers, values

_ROWS = 16  # rows that share one set of work arrays


def fold_in_reference(entries: Csr, basis: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Plain NumPy meaning of `fold_in` with many steps: the solutions in float64."""
    indptr, numbers, weights = entries
    basis = basis.astype(np.float64)
    out = np.zeros(start.shape)
    for row in range(len(out)):
        part = slice(indptr[row], indptr[row + 1])
        taken, weight = basis[numbers[part]], weights[part].astype(np.float64)
        A = np.eye(basis.shape[1]) + taken.T @ (weight[:, None] * taken)
        out[row] = np.linalg.solve(A, taken.T @ (1 + weight))
    return out


# Sums may be reordered, which lets them vectorise; NaN and infinity keep their meaning.
@njit(cache=True, parallel=True, fastmath={"reassoc", "contract"})
def fold_in(
    entries: Csr, basis: np.ndarray, start: np.ndarray, steps: int, tolerance: float
) -> np.ndarray:
    """x of (I + Σ w y yᵀ) x = Σ (1 + w) y for each row, (rows, factors) float32.

    y are the rows of `basis` that the row's entries name, w >= 0 their weights. Conjugate
    gradients from `start`, until the residual is below `tolerance` times the right-hand side or
    `steps` are done. Where basisᵀ·basis <= I the condition number is at most 1 + max w, so the
    error shrinks by (sqrt(1 + w) - 1) / (sqrt(1 + w) + 1) a step at least.
    """
    indptr, numbers, weights = entries
    rows, factors = start.shape
    out = start.copy()
    for chunk in prange((rows + _ROWS - 1) // _ROWS):
        residual = np.empty(factors, np.float32)
        direction = np.empty(factors, np.float32)
        image = np.empty(factors, np.float32)
        for row in range(chunk * _ROWS, min(rows, (chunk + 1) * _ROWS)):
            x = out[row]
            part = slice(indptr[row], indptr[row + 1])
            taken, weight = numbers[part], weights[part]
            residual[:] = 0
            for entry in range(len(taken)):
                y, factor = basis[taken[entry]], np.float32(1) + weight[entry]
                for f in range(factors):
                    residual[f] += factor * y[f]
            limit = _dot(residual, residual) * np.float32(tolerance) ** 2
            _apply(basis, taken, weight, x, image)
            for f in range(factors):
                residual[f] -= image[f]
                direction[f] = residual[f]
            size = _dot(residual, residual)
            for _ in range(steps):
                if size <= limit:
                    break
                _apply(basis, taken, weight, direction, image)
                length = size / _dot(direction, image)
                for f in range(factors):
                    x[f] += length * direction[f]
                    residual[f] -= length * image[f]
                shrunk = _dot(residual, residual)
                turn = shrunk / size
                for f in range(factors):
                    direction[f] = residual[f] + turn * direction[f]
                size = shrunk
    return out


@njit(cache=True, fastmath={"reassoc", "contract"})
def _dot(a: np.ndarray, b: np.ndarray) -> np.float32:
    total = np.float32(0)
    for f in range(len(a)):
        total += a[f] * b[f]
    return total


@njit(cache=True, fastmath={"reassoc", "contract"})
def _apply(
    basis: np.ndarray,
    numbers: np.ndarray,
    weights: np.ndarray,
    x: np.ndarray,
    out: np.ndarray,
) -> None:
    """`out` becomes (I + Σ w y yᵀ) x."""
    out[:] = x
    for entry in range(len(numbers)):
        y = basis[numbers[entry]]
        factor = weights[entry] * _dot(y, x)
        for f in range(len(x)):
            out[f] += factor * y[f]
