"""The order that brings coordinate entries into row-major form."""

import numpy as np
from numba import njit


def csr_order_reference(
    rows: np.ndarray, columns: np.ndarray, n_rows: int, n_columns: int
) -> tuple[np.ndarray, np.ndarray]:
    """Plain NumPy meaning of `csr_order`."""
    del n_columns
    order = np.lexsort((columns, rows)).astype(np.int64)
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n_rows))])
    return indptr.astype(np.int64), order


@njit(cache=True)
def csr_order(
    rows: np.ndarray, columns: np.ndarray, n_rows: int, n_columns: int
) -> tuple[np.ndarray, np.ndarray]:
    """Row starts (n_rows + 1,) and the entry order (entries,): row, then column, then as given.

    Two counting sorts: O(entries + rows + columns), stable.
    """
    starts = np.zeros(n_columns + 1, np.int64)
    for column in columns:
        starts[column + 1] += 1
    for column in range(n_columns):
        starts[column + 1] += starts[column]
    by_column = np.empty(len(columns), np.int64)
    for entry in range(len(columns)):
        column = columns[entry]
        by_column[starts[column]] = entry
        starts[column] += 1
    indptr = np.zeros(n_rows + 1, np.int64)
    for row in rows:
        indptr[row + 1] += 1
    for row in range(n_rows):
        indptr[row + 1] += indptr[row]
    place = indptr[:-1].copy()
    order = np.empty(len(rows), np.int64)
    for k in range(len(by_column)):
        row = rows[by_column[k]]
        order[place[row]] = by_column[k]
        place[row] += 1
    return indptr, order


def in_order_reference(rows: np.ndarray, columns: np.ndarray) -> bool:
    """Plain NumPy meaning of `in_order`."""
    steps, ahead = np.diff(rows), np.diff(columns)
    return bool(((steps > 0) | ((steps == 0) & (ahead > 0))).all())


@njit(cache=True)
def in_order(rows: np.ndarray, columns: np.ndarray) -> bool:
    """Whether the entries are in row-major form already and none repeats; stops where not."""
    for k in range(1, len(rows)):
        if rows[k] < rows[k - 1] or (rows[k] == rows[k - 1] and columns[k] <= columns[k - 1]):
            return False
    return True
