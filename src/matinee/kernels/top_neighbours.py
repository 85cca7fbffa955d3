"""The largest positive entries of each row, as the arrays of a sparse matrix."""

import numpy as np
from numba import njit, prange


def top_neighbours_reference(block: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Plain NumPy meaning of `top_neighbours`."""
    numbers = np.full((len(block), n), -1, np.int32)
    values = np.zeros((len(block), n), np.float32)
    for row, scores in enumerate(block):
        best = np.argsort(-scores, kind="stable")[:n]
        kept = np.sort(best[scores[best] > 0])
        numbers[row, : len(kept)] = kept
        values[row, : len(kept)] = scores[kept]
    return numbers, values


@njit(cache=True, parallel=True)
def top_neighbours(block: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Column numbers and values of the n largest positive entries per row, columns ascending.

    Both (rows, n); rows with fewer are padded with number -1. Of equal values the lower column is
    kept.
    """
    rows, columns = block.shape
    numbers = np.full((rows, n), -1, np.int32)
    values = np.zeros((rows, n), np.float32)
    for row in prange(rows):
        scores = block[row]
        count = 0
        for column in range(columns):
            count += scores[column] > 0
        threshold = 0.0
        ties = columns
        if count > n:
            threshold = np.partition(scores, columns - n)[columns - n]
            above = 0
            for column in range(columns):
                above += scores[column] > threshold
            ties = n - above
        place = 0
        for column in range(columns):
            score = scores[column]
            tie = score == threshold and score > 0 and ties > 0
            if score > threshold or tie:
                numbers[row, place] = column
                values[row, place] = score
                place += 1
                ties -= tie
    return numbers, values
