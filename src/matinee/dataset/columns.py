"""Columns of values along entries; one that is the same everywhere is held once (stride 0)."""

import numpy as np


def column_of(values: np.ndarray | float, dtype: type, entries: int) -> np.ndarray:
    """(entries,) of the type; one value for all, or values all the same or NaN, are held once."""
    column: np.ndarray = np.broadcast_to(np.asarray(values, dtype), (entries,))
    if _held_once(column) or not entries:
        return column
    # Most columns end at their last value: no pass over them.
    if np.array_equal(column[:1], column[-1:], equal_nan=True):
        same = column == column[0]
        if same.all() or (not same.any() and np.isnan(column).all()):
            return np.broadcast_to(column[0], (entries,))
    return column


def taken(column: np.ndarray, entries: np.ndarray | slice) -> np.ndarray:
    """These entries (numbers, a mask or a slice) of a column; one that is held once stays so."""
    if not _held_once(column) or not len(column):
        return column[entries]
    if isinstance(entries, slice):
        count = len(range(*entries.indices(len(column))))
    else:
        count = int(entries.sum()) if entries.dtype == np.bool_ else len(entries)
    return np.broadcast_to(column[0], (count,))


def _held_once(column: np.ndarray) -> bool:
    return column.strides == (0,)
