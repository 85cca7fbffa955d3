"""Cosines between the items of a list and those of a history."""

import numpy as np
from numba import njit, prange

CHUNK = 64  # rows that share one dense vector of features


def list_cosines_reference(
    numbers: np.ndarray, indptr: np.ndarray, history: np.ndarray, vectors: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Plain NumPy meaning of `list_cosines`, from dense unit vectors (items, features)."""
    to_history = np.full(numbers.shape, np.nan)
    within = np.full(len(numbers), np.nan)
    cosines = vectors.astype(np.float64) @ vectors.T
    for row, listed in enumerate(numbers):
        real = listed[listed >= 0]
        seen = history[indptr[row] : indptr[row + 1]]
        if len(seen):
            to_history[row, : len(real)] = cosines[np.ix_(real, seen)].mean(axis=1)
        if len(real) > 1:
            pairs = cosines[np.ix_(real, real)][np.triu_indices(len(real), 1)]
            within[row] = pairs.mean()
    return to_history, within


@njit(cache=True)
def _add(
    vector: np.ndarray, item: int, starts: np.ndarray, columns: np.ndarray, values: np.ndarray
) -> None:
    for entry in range(starts[item], starts[item + 1]):
        vector[columns[entry]] += values[entry]


@njit(cache=True)
def _clear(vector: np.ndarray, item: int, starts: np.ndarray, columns: np.ndarray) -> None:
    for entry in range(starts[item], starts[item + 1]):
        vector[columns[entry]] = 0.0


@njit(cache=True)
def _dot(
    vector: np.ndarray, item: int, starts: np.ndarray, columns: np.ndarray, values: np.ndarray
) -> float:
    total = 0.0
    for entry in range(starts[item], starts[item + 1]):
        total += vector[columns[entry]] * values[entry]
    return total


@njit(cache=True, parallel=True)
def list_cosines(  # noqa: PLR0917 - numba takes arrays, not objects
    numbers: np.ndarray,
    indptr: np.ndarray,
    history: np.ndarray,
    starts: np.ndarray,
    columns: np.ndarray,
    values: np.ndarray,
    features: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Mean cosine of each place to its row's history (rows, k), and of all pairs within (rows,).

    `numbers` is padded with -1 at the end; starts, columns, values are the CSR form of unit
    vectors (all-zero ones have cosine 0 with everything). NaN at padding, for an empty history
    and for a list of fewer than two. O(stored features of the list and the history).
    """
    rows, k = numbers.shape
    to_history = np.full((rows, k), np.nan)
    within = np.full(rows, np.nan)
    for chunk in prange((rows + CHUNK - 1) // CHUNK):
        vector = np.zeros(features)
        for row in range(chunk * CHUNK, min((chunk + 1) * CHUNK, rows)):
            length = 0
            while length < k and numbers[row, length] >= 0:
                length += 1
            seen = history[indptr[row] : indptr[row + 1]]
            for item in seen:
                _add(vector, item, starts, columns, values)
            if len(seen):
                for place in range(length):
                    dot = _dot(vector, numbers[row, place], starts, columns, values)
                    to_history[row, place] = dot / len(seen)
            for item in seen:
                _clear(vector, item, starts, columns)
            pairs = 0.0
            for place in range(length):
                pairs += _dot(vector, numbers[row, place], starts, columns, values)
                _add(vector, numbers[row, place], starts, columns, values)
            for place in range(length):
                _clear(vector, numbers[row, place], starts, columns)
            if length > 1:
                within[row] = 2 * pairs / (length * (length - 1))
    return to_history, within
