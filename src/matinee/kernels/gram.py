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


def upper_gram(matrix: csr_array, out: np.ndarray) -> None:
    """Add matrixᵀ·matrix to `out` (columns, columns), its upper triangle alone.

    Half the work of `gram`; sums run in float64 in row order whatever the dtype of `out`. Column
    numbers must ascend within each row.
    """
    places = csr_array(
        (np.arange(matrix.nnz, dtype=matrix.indptr.dtype), matrix.indices, matrix.indptr),
        shape=matrix.shape,
    ).T.tocsr()
    _add_upper_gram(
        (matrix.indptr, matrix.indices, matrix.data),
        (places.indptr, places.indices, places.data),
        out,
    )


def upper_gram_reference(matrix: csr_array) -> np.ndarray:
    """Plain NumPy meaning of `upper_gram` into zeros."""
    dense = matrix.toarray().astype(np.float64)
    return np.triu(dense.T @ dense)


@njit(cache=True, parallel=True)
def _add_upper_gram(by_row: _Csr, by_column: _Csr, out: np.ndarray) -> None:
    items = len(out)
    # Early columns have longer rows of `out`: pairs of an early and a late one take alike long.
    for turn in prange((items + 1) // 2):
        early = int(turn)  # a loop's number is unsigned, and would turn differences into floats
        late = items - 1 - early
        sums = np.empty(items)
        _add_upper_row(by_row, by_column, early, sums, out[early])
        if late > early:
            _add_upper_row(by_row, by_column, late, sums, out[late])


@njit(cache=True)
def _add_upper_row(
    by_row: _Csr, by_column: _Csr, column: int, sums: np.ndarray, out: np.ndarray
) -> None:
    indptr, columns, values = by_row
    column_indptr, rows, places = by_column
    sums[column:] = 0.0
    for k in range(column_indptr[column], column_indptr[column + 1]):
        first = places[k]
        value = np.float64(values[first])
        for entry in range(first, indptr[rows[k] + 1]):
            sums[columns[entry]] += value * values[entry]
    for other in range(column, len(sums)):
        out[other] += sums[other]
