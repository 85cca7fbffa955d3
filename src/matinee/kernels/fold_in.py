"""Factors of viewers (or items) from their entries: one small linear system a row."""

import numpy as np
from numba import njit, prange

Csr = tuple[np.ndarray, np.ndarray, np.ndarray]  # row starts, numbers, values
Ground = tuple[np.ndarray, np.ndarray]  # of each row (rows,), of each factor (factors,)
Until = tuple[int, np.float32]  # so many steps, or so small a residual

_ROWS = 16  # rows that share one set of work arrays; so few are not worth waking threads for


def fold_in_reference(
    entries: Csr, basis: np.ndarray, ground: Ground, start: np.ndarray
) -> np.ndarray:
    """Plain NumPy meaning of `fold_in` with many steps: the solutions in float64."""
    indptr, numbers, weights = entries
    basis = basis.astype(np.float64)
    excess, shares = (part.astype(np.float64) for part in ground)
    out = np.zeros(start.shape)
    for row in range(len(out)):
        part = slice(indptr[row], indptr[row + 1])
        taken, weight = basis[numbers[part]], weights[part].astype(np.float64)
        A = np.diag(1 + excess[row] * shares) + taken.T @ (weight[:, None] * taken)
        out[row] = np.linalg.solve(A, taken.T @ (1 + weight))
    return out


def fold_in(
    entries: Csr,
    basis: np.ndarray,
    ground: Ground,
    start: np.ndarray,
    steps: int,
    tolerance: float,
) -> np.ndarray:
    """x of (I + e·diag(s) + Σ w y yᵀ) x = Σ (1 + w) y for each row, (rows, factors) float32.

    y are the rows of `basis` that the row's entries name, w >= 0 their weights; `ground` holds
    e >= 0 of each row and s of each factor, from 0 to 1. Conjugate gradients from `start`, until
    the residual is below `tolerance` times the first or `steps` are done: steps + 1 passes over
    the entries. Where basisᵀ·basis <= I the condition number is at most 1 + e + max w =: k, so
    the error shrinks by (sqrt(k) - 1) / (sqrt(k) + 1) a step at least.
    """
    solve = _few if len(start) <= _ROWS else _many
    out: np.ndarray = solve(entries, basis, ground, start, (steps, np.float32(tolerance)))
    return out


@njit(cache=True)
def _few(
    entries: Csr,
    basis: np.ndarray,
    ground: Ground,
    start: np.ndarray,
    until: Until,
) -> np.ndarray:
    out = start.copy()
    _rows(entries, basis, ground, out, (0, len(out)), until)
    return out


@njit(cache=True, parallel=True)
def _many(
    entries: Csr,
    basis: np.ndarray,
    ground: Ground,
    start: np.ndarray,
    until: Until,
) -> np.ndarray:
    out = start.copy()
    for chunk in prange((len(out) + _ROWS - 1) // _ROWS):
        bounds = chunk * _ROWS, min(len(out), (chunk + 1) * _ROWS)
        _rows(entries, basis, ground, out, bounds, until)
    return out


# Sums may be reordered, which lets them vectorise; NaN and infinity keep their meaning.
@njit(cache=True, fastmath={"reassoc", "contract"})
def _rows(
    entries: Csr,
    basis: np.ndarray,
    ground: Ground,
    out: np.ndarray,
    bounds: tuple[int, int],
    until: Until,
) -> None:
    """The rows of `out` within the bounds go from where to start to the solutions."""
    indptr, numbers, weights = entries
    excess, shares = ground
    steps, tolerance = until
    factors = out.shape[1]
    diagonal = np.empty(factors, np.float32)
    residual = np.empty(factors, np.float32)
    direction = np.empty(factors, np.float32)
    image = np.empty(factors, np.float32)
    for row in range(bounds[0], bounds[1]):
        x = out[row]
        part = slice(indptr[row], indptr[row + 1])
        taken, weight = numbers[part], weights[part]
        for f in range(factors):
            diagonal[f] = np.float32(1) + excess[row] * shares[f]
            residual[f] = -diagonal[f] * x[f]
        for entry in range(len(taken)):
            y = basis[taken[entry]]
            _add(residual, np.float32(1) + weight[entry] * (np.float32(1) - _dot(y, x)), y)
        direction[:] = residual
        size = _dot(residual, residual)
        limit = size * tolerance * tolerance
        for _ in range(steps):
            if size <= limit:
                break
            for f in range(factors):
                image[f] = diagonal[f] * direction[f]
            for entry in range(len(taken)):
                y = basis[taken[entry]]
                _add(image, weight[entry] * _dot(y, direction), y)
            length = size / _dot(direction, image)
            _add(x, length, direction)
            _add(residual, -length, image)
            shrunk = _dot(residual, residual)
            turn = shrunk / size
            for f in range(factors):
                direction[f] = residual[f] + turn * direction[f]
            size = shrunk


@njit(cache=True, fastmath={"reassoc", "contract"})
def _dot(a: np.ndarray, b: np.ndarray) -> np.float32:
    total = np.float32(0)
    for f in range(len(a)):
        total += a[f] * b[f]
    return total


@njit(cache=True, fastmath={"reassoc", "contract"})
def _add(to: np.ndarray, factor: np.float32, added: np.ndarray) -> None:
    for f in range(len(to)):
        to[f] += factor * added[f]
