"""The n best products of factors of each row: scored block by block and selected at once."""

import numpy as np
from numba import njit, prange

from matinee.kernels.top_n import (
    BLOCK,
    block_maxima,
    hide_reference,
    keep_best,
    shrink,
    top_n_reference,
)

_Pair = tuple[np.ndarray, np.ndarray]

_ROWS = 256  # users that are scored together
_COLUMNS = 512  # items scored at once: half a megabyte, which stays in a core's own cache


def top_factors_reference(
    users: np.ndarray,
    factors: np.ndarray,
    seen: _Pair,
    blocked: np.ndarray,
    n: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Plain NumPy meaning of `top_factors`, from all scores."""
    scores = users @ factors.T
    hide_reference(scores, *seen, np.flatnonzero(blocked))
    return top_n_reference(scores, n)


@njit(cache=True, parallel=True)
def top_factors(
    users: np.ndarray,
    factors: np.ndarray,
    seen: _Pair,
    blocked: np.ndarray,
    n: int,
) -> tuple[np.ndarray, np.ndarray]:
    """What `top_n` says of users · factorsᵀ, without ever holding a whole row of it.

    `users` (rows, factors) and `factors` (items, factors) float32 in C order; `seen` (row starts,
    item numbers that ascend within a row) and `blocked` (items,) bool are left out. Of the scores
    of a block those above the row's bound are kept; whenever there are too many, only the n best
    of them stay and the n-th becomes the bound. Set BLAS to one thread: each of ours calls it.
    """
    indptr, taken = seen
    rows, items = len(users), len(factors)
    numbers = np.full((rows, n), -1, np.int32)
    values = np.full((rows, n), -np.inf, np.float32)
    room = 2 * n + _COLUMNS
    for chunk in prange((rows + _ROWS - 1) // _ROWS):
        first = int(chunk) * _ROWS
        size = min(_ROWS, rows - first)
        batch = users[first : first + size]
        found_values = np.empty((size, room), np.float32)
        found_numbers = np.empty((size, room), np.int32)
        found = np.zeros(size, np.int64)
        bounds = np.full(size, -np.inf, np.float32)
        sound = np.ones(size, np.bool_)
        places = indptr[first : first + size].copy()
        buffer = np.empty(size * _COLUMNS, np.float32)
        maxima = np.empty(_COLUMNS // BLOCK, np.float32)
        spare = np.empty(room, np.float32)
        for start in range(0, items, _COLUMNS):
            stop = min(start + _COLUMNS, items)
            width = stop - start
            scores = buffer[: size * width].reshape(size, width)
            np.dot(batch, factors[start:stop].T, scores)
            count = (width + BLOCK - 1) // BLOCK
            for r in range(size):
                scored = scores[r]
                if not block_maxima(scored, maxima[:count]):
                    sound[r] = False
                place, end = places[r], indptr[first + r + 1]
                while place < end and taken[place] < stop:
                    scored[taken[place] - start] = -np.inf
                    place += 1
                places[r] = place
                kept = found_values[r], found_numbers[r]
                found[r] = _collect(
                    (scored, maxima[:count]), start, blocked, bounds[r], kept, found[r]
                )
                if found[r] > 2 * n:
                    bounds[r] = shrink(kept[0], kept[1], found[r], n, spare)
                    found[r] = n
        for r in range(size):
            if sound[r]:
                places_of, scores_of = numbers[first + r], values[first + r]
                keep_best(found_values[r], found_numbers[r], found[r], places_of, scores_of)
            else:
                values[first + r] = np.nan
    return numbers, values


@njit(cache=True)
def _collect(
    block_scores: _Pair, start: int, blocked: np.ndarray, bound: float, kept: _Pair, found: int
) -> int:
    """Append the scores above the bound; how many there are then.

    A score that equals the bound belongs to a later item than the n that set it: it loses the tie.
    """
    scored, maxima = block_scores
    found_values, found_numbers = kept
    for block in range(len(maxima)):
        if maxima[block] > bound:
            for column in range(block * BLOCK, min((block + 1) * BLOCK, len(scored))):
                value = scored[column]
                if value > bound and not blocked[start + column]:
                    found_values[found] = value
                    found_numbers[found] = start + column
                    found += 1
    return found
