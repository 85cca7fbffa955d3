"""Which places of ranked lists are found in the truth."""

import numpy as np
from numba import njit, prange


def hits_reference(numbers: np.ndarray, indptr: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Plain NumPy meaning of `hits`."""
    found = [
        np.isin(row, truth[indptr[r] : indptr[r + 1]]) & (row >= 0) for r, row in enumerate(numbers)
    ]
    return np.array(found, bool).reshape(numbers.shape)


@njit(cache=True, parallel=True)
def hits(numbers: np.ndarray, indptr: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """(rows, n) bool: whether numbers[r, place] is in truth[indptr[r]:indptr[r + 1]], ascending."""
    rows, n = numbers.shape
    found = np.zeros((rows, n), np.bool_)
    for row in prange(rows):
        start, stop = indptr[row], indptr[row + 1]
        for place in range(n):
            number = numbers[row, place]
            low, high = start, stop
            while low < high:
                middle = (low + high) // 2
                if truth[middle] < number:
                    low = middle + 1
                else:
                    high = middle
            found[row, place] = low < stop and truth[low] == number
    return found
