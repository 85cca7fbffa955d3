"""Sums of products between the columns of a sparse matrix, a block of columns at a time."""

import numpy as np
from numba import njit, prange
from scipy.sparse import csr_array

_Csr = tuple[np.ndarray, np.ndarray, np.ndarray]  # row starts, column numbers, values


def gram_reference(matrix: csr_array, start: int, stop: int) -> np.ndarray:
    """Plain NumPy meaning of `gram`."""
    dense = matrix.toarray().astype(np.float64)
    return np.asarray(dense[:, start:stop].T @ dense)


def gram(matrix: csr_array, transposed: csr_array, start: int, stop: int) -> np.ndarray:
    """Rows start to stop of matrixᵀ·matrix, (stop - start, columns) float64.

    `transposed` is the same matrix by column. O(sum over those columns' entries of the length of
    the entry's row) time; the sums run in row order, so the result does not depend on threads.
    """
    out = np.zeros((stop - start, matrix.shape[1]))
    rows = matrix.indptr, matrix.indices, matrix.data
    columns = transposed.indptr, transposed.indices, transposed.data
    _add_gram(rows, columns, start, out)
    return out


@njit(cache=True, parallel=True)
def _add_gram(by_row: _Csr, by_column: _Csr, start: int, out: np.ndarray) -> None:
    indptr, columns, values = by_row
    column_indptr, rows, column_values = by_column
    for k in prange(len(out)):
        sums = out[k]
        for place in range(column_indptr[start + k], column_indptr[start + k + 1]):
            row, value = rows[place], np.float64(column_values[place])
            for entry in range(indptr[row], indptr[row + 1]):
                sums[columns[entry]] += value * values[entry]
