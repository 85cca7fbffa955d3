"""Dot products of some rows of a sparse matrix with others."""

import numpy as np
from numba import njit

Csr = tuple[np.ndarray, np.ndarray, np.ndarray]  # row starts, numbers, values


def row_products_reference(
    matrix: Csr, columns: int, left: np.ndarray, right: np.ndarray
) -> np.ndarray:
    """Plain NumPy meaning of `row_products`."""
    starts, numbers, values = matrix
    dense = np.zeros((len(starts) - 1, columns))
    dense[np.repeat(np.arange(len(dense)), np.diff(starts)), numbers] = values
    return np.asarray(dense[left] @ dense[right].T)


@njit(cache=True)
def row_products(matrix: Csr, columns: int, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Products of rows `left` with rows `right`, (left, right) float64, summed in float64.

    In the order of the left row's entries. For one viewer's films and those to be explained: SciPy
    takes longer to make the matrices than to multiply them.
    """
    starts, numbers, values = matrix
    out = np.zeros((len(left), len(right)))
    dense = np.zeros(columns)
    for k in range(len(right)):
        own = slice(starts[right[k]], starts[right[k] + 1])
        for place in range(own.start, own.stop):
            dense[numbers[place]] += values[place]
        for entry in range(len(left)):
            total = 0.0
            for place in range(starts[left[entry]], starts[left[entry] + 1]):
                total += values[place] * dense[numbers[place]]
            out[entry, k] = total
        for place in range(own.start, own.stop):
            dense[numbers[place]] = 0.0
    return out
