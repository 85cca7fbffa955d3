"""Scores that add up over a history: weighted sums of dense or sparse rows of item weights."""

import numpy as np
from numba import njit, prange

Csr = tuple[np.ndarray, np.ndarray, np.ndarray]  # row starts, numbers, values

_FEW = 4  # rows that are done before other threads would have woken


def dense_sums_reference(history: Csr, weights: np.ndarray) -> np.ndarray:
    """Plain NumPy meaning of `dense_sums`."""
    indptr, numbers, strength = history
    out = np.zeros((len(indptr) - 1, weights.shape[1]), np.float32)
    for row in range(len(out)):
        for entry in range(indptr[row], indptr[row + 1]):
            out[row] += max(strength[entry], np.float32(0)) * weights[numbers[entry]]
    return out


def dense_sums(history: Csr, weights: np.ndarray) -> np.ndarray:
    """Of each row the sum of positive strength x weights[number], (rows, items) float32."""
    out = np.zeros((len(history[0]) - 1, weights.shape[1]), np.float32)
    (_dense_few if len(out) <= _FEW else _dense_many)(history, weights, out)
    return out


@njit(cache=True, parallel=True)
def _dense_many(history: Csr, weights: np.ndarray, out: np.ndarray) -> None:
    for row in prange(len(out)):
        _dense_row(history, weights, row, out[row])


@njit(cache=True)
def _dense_few(history: Csr, weights: np.ndarray, out: np.ndarray) -> None:
    for row in range(len(out)):
        _dense_row(history, weights, row, out[row])


@njit(cache=True)
def _dense_row(history: Csr, weights: np.ndarray, row: int, sums: np.ndarray) -> None:
    indptr, numbers, strength = history
    for entry in range(indptr[row], indptr[row + 1]):
        factor = strength[entry]
        if factor > 0:
            added = weights[numbers[entry]]
            for item in range(len(sums)):
                sums[item] += factor * added[item]


def sparse_sums_reference(history: Csr, weights: Csr) -> np.ndarray:
    """Plain NumPy meaning of `sparse_sums`."""
    starts, neighbours, values = weights
    items = len(starts) - 1
    dense = np.zeros((items, items), np.float32)
    dense[np.repeat(np.arange(items), np.diff(starts)), neighbours] = values
    return dense_sums_reference(history, dense)


def sparse_sums(history: Csr, weights: Csr) -> np.ndarray:
    """As `dense_sums`, with the (items, items) weights as CSR arrays."""
    out = np.zeros((len(history[0]) - 1, len(weights[0]) - 1), np.float32)
    (_sparse_few if len(out) <= _FEW else _sparse_many)(history, weights, out)
    return out


@njit(cache=True, parallel=True)
def _sparse_many(history: Csr, weights: Csr, out: np.ndarray) -> None:
    for row in prange(len(out)):
        _sparse_row(history, weights, row, out[row])


@njit(cache=True)
def _sparse_few(history: Csr, weights: Csr, out: np.ndarray) -> None:
    for row in range(len(out)):
        _sparse_row(history, weights, row, out[row])


@njit(cache=True)
def _sparse_row(history: Csr, weights: Csr, row: int, sums: np.ndarray) -> None:
    indptr, numbers, strength = history
    starts, neighbours, values = weights
    for entry in range(indptr[row], indptr[row + 1]):
        factor = strength[entry]
        if factor > 0:
            for place in range(starts[numbers[entry]], starts[numbers[entry] + 1]):
                sums[neighbours[place]] += factor * values[place]
