"""What films share with liked ones, kind by kind: sums over the levels that both have."""

import numpy as np
from numba import njit

Csr = tuple[np.ndarray, np.ndarray, np.ndarray]  # row starts, numbers, values


def level_sums_reference(
    history: Csr, levels: Csr, kind_of: np.ndarray, kinds: int, asked: np.ndarray
) -> np.ndarray:
    """Plain NumPy meaning of `level_sums`, in float64."""
    indptr, numbers, strength = history
    starts, columns, values = levels
    dense = np.zeros((len(starts) - 1, len(kind_of)))
    dense[np.repeat(np.arange(len(dense)), np.diff(starts)), columns] = values
    out = np.zeros((kinds, *asked.shape))
    for row in range(len(asked)):
        part = slice(indptr[row], indptr[row + 1])
        profile = strength[part].astype(np.float64) @ dense[numbers[part]]
        for kind in range(kinds):
            own = kind_of == kind
            out[kind, row] = dense[asked[row]][:, own] @ profile[own]
    return out


@njit(cache=True)
def level_sums(
    history: Csr, levels: Csr, kind_of: np.ndarray, kinds: int, asked: np.ndarray
) -> np.ndarray:
    """Σ over the levels of each kind of film's value · Σ_j strength_j · value_j, (kinds, rows, n).

    `levels` are the films' rows, `kind_of` (levels,) from 0 to below `kinds`, `asked` (rows, n)
    films. The inner sum (a viewer's profile) and products are float32, the outer sum float64, each
    in the order of the entries: a row comes out the same whatever stands beside it.
    """
    indptr, numbers, strength = history
    starts, columns, values = levels
    rows, n = asked.shape
    out = np.zeros((kinds, rows, n))
    profile = np.zeros(len(kind_of), np.float32)
    for row in range(rows):
        for entry in range(indptr[row], indptr[row + 1]):
            film = numbers[entry]
            for place in range(starts[film], starts[film + 1]):
                profile[columns[place]] += strength[entry] * values[place]
        for k in range(n):
            film = asked[row, k]
            for place in range(starts[film], starts[film + 1]):
                column = columns[place]
                out[kind_of[column], row, k] += values[place] * profile[column]
        for entry in range(indptr[row], indptr[row + 1]):
            film = numbers[entry]
            for place in range(starts[film], starts[film + 1]):
                profile[columns[place]] = 0
    return out
