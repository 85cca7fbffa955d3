"""Which places of ranked lists are found in the truth, and sums over those places."""

import numpy as np
from numba import njit


def hits_reference(
    numbers: np.ndarray, indptr: np.ndarray, truth: np.ndarray, items: int
) -> np.ndarray:
    """Plain NumPy meaning of `hits`."""
    del items
    found = [
        np.isin(row, truth[indptr[r] : indptr[r + 1]]) & (row >= 0) for r, row in enumerate(numbers)
    ]
    return np.array(found, bool).reshape(numbers.shape)


@njit(cache=True)
def hits(numbers: np.ndarray, indptr: np.ndarray, truth: np.ndarray, items: int) -> np.ndarray:
    """(rows, n) bool: whether numbers[r, place] is in truth[indptr[r]:indptr[r + 1]].

    Numbers are below `items`; -1 is nowhere. One thread: a list takes less time than to wake one.
    """
    rows, n = numbers.shape
    found = np.zeros((rows, n), np.bool_)
    asked_by = np.full(items, -1, np.int64)  # the last row whose truth has the item
    for row in range(rows):
        for entry in range(indptr[row], indptr[row + 1]):
            asked_by[truth[entry]] = row
        for place in range(n):
            number = numbers[row, place]
            found[row, place] = number >= 0 and asked_by[number] == row
    return found


def gains_reference(found: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """Plain NumPy meaning of `gains`."""
    return np.asarray((found * gain).sum(axis=1))


@njit(cache=True)
def gains(found: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """Σ gain[place] over the places of each row that are found, (rows,) float64."""
    sums = np.zeros(len(found))
    for row in range(len(found)):
        total = 0.0
        for place in range(len(gain)):
            if found[row, place]:
                total += gain[place]
        sums[row] = total
    return sums


def precisions_reference(found: np.ndarray) -> np.ndarray:
    """Plain NumPy meaning of `precisions`."""
    places = np.arange(1, found.shape[1] + 1)
    return np.asarray((np.cumsum(found, axis=1) / places * found).sum(axis=1))


@njit(cache=True)
def precisions(found: np.ndarray) -> np.ndarray:
    """Σ precision at the place over the places of each row that are found, (rows,) float64."""
    sums = np.zeros(len(found))
    for row in range(len(found)):
        count, total = 0, 0.0
        for place in range(found.shape[1]):
            if found[row, place]:
                count += 1
                total += count / (place + 1)
        sums[row] = total
    return sums
