"""The n best of each row, and the masks that come before it."""

import numpy as np
from numba import njit, prange

BLOCK = 32  # columns whose maximum is taken together


def top_n_reference(scores: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Plain NumPy meaning of `top_n`: score descending, then item ascending."""
    items = scores.shape[1]
    order = np.argsort(-scores, axis=1, kind="stable")[:, :n]
    values = np.take_along_axis(scores, order, axis=1).astype(np.float32)
    numbers = np.where(values == -np.inf, -1, order).astype(np.int32)
    numbers[np.isnan(scores).any(axis=1)] = -1
    values[np.isnan(scores).any(axis=1)] = np.nan
    padding = ((0, 0), (0, max(0, n - items)))
    return (
        np.pad(numbers, padding, constant_values=-1),
        np.pad(values, padding, constant_values=-np.inf),
    )


def hide_reference(
    scores: np.ndarray, indptr: np.ndarray, numbers: np.ndarray, blocked: np.ndarray
) -> None:
    """Plain NumPy meaning of `hide`."""
    scores[:, blocked] = -np.inf
    scores[np.repeat(np.arange(len(scores)), np.diff(indptr)), numbers] = -np.inf


@njit(cache=True, parallel=True)
def hide(scores: np.ndarray, indptr: np.ndarray, numbers: np.ndarray, blocked: np.ndarray) -> None:
    """Write -inf into each row's own entries and into the blocked columns of every row."""
    for row in prange(scores.shape[0]):
        for entry in range(indptr[row], indptr[row + 1]):
            scores[row, numbers[entry]] = -np.inf
        for column in blocked:
            scores[row, column] = -np.inf


@njit(cache=True)
def nth_largest(values: np.ndarray, count: int, n: int) -> float:
    """The n-th largest (1 = largest) of the first `count` values, which are reordered.

    Hoare's quickselect with the median of three.
    """
    low, high, place = 0, count - 1, n - 1
    while low < high:
        middle = (low + high) // 2
        if values[middle] > values[low]:
            values[middle], values[low] = values[low], values[middle]
        if values[high] > values[low]:
            values[high], values[low] = values[low], values[high]
        if values[high] > values[middle]:
            values[high], values[middle] = values[middle], values[high]
        pivot = values[middle]
        left, right = low, high
        while left <= right:
            while values[left] > pivot:
                left += 1
            while values[right] < pivot:
                right -= 1
            if left <= right:
                values[left], values[right] = values[right], values[left]
                left += 1
                right -= 1
        if place <= right:
            high = right
        elif place >= left:
            low = left
        else:
            break
    return values[place]  # type: ignore[no-any-return]


@njit(cache=True)
def _sink(values: np.ndarray, numbers: np.ndarray, start: int, count: int) -> None:
    """Let the entry at `start` of a heap whose root is the last in order find its place."""
    root = start
    while True:
        child = 2 * root + 1
        if child >= count:
            return
        if child + 1 < count and (
            values[child + 1] < values[child]
            or (values[child + 1] == values[child] and numbers[child + 1] > numbers[child])
        ):
            child += 1
        if values[child] > values[root] or (
            values[child] == values[root] and numbers[child] < numbers[root]
        ):
            return
        values[root], values[child] = values[child], values[root]
        numbers[root], numbers[child] = numbers[child], numbers[root]
        root = child


@njit(cache=True)
def _sort_best_first(values: np.ndarray, numbers: np.ndarray, count: int) -> None:
    """Heapsort of the first `count` pairs: value down, then number up."""
    for start in range(count // 2 - 1, -1, -1):
        _sink(values, numbers, start, count)
    for end in range(count - 1, 0, -1):
        values[0], values[end] = values[end], values[0]
        numbers[0], numbers[end] = numbers[end], numbers[0]
        _sink(values, numbers, 0, end)


@njit(cache=True)
def block_maxima(row: np.ndarray, maxima: np.ndarray) -> bool:
    """Fill in the maximum of each block; whether the row is free of NaN.

    Floats are compared as integers of the same order: only integers reduce in vector lanes.
    """
    bits = row.view(np.int32)
    ordered = maxima.view(np.int32)
    flip = np.int32(0x7FFFFFFF)
    strange = np.int32(0)
    for block in range(len(maxima)):
        best = np.int32(-(2**31))
        for column in range(block * BLOCK, min((block + 1) * BLOCK, len(row))):
            value = bits[column]
            best = max(best, value ^ ((value >> np.int32(31)) & flip))
            strange = max(strange, value & flip)
        ordered[block] = best ^ ((best >> np.int32(31)) & flip)
    return bool(strange <= np.int32(0x7F800000))


@njit(cache=True)
def shrink(
    found_values: np.ndarray, found_numbers: np.ndarray, found: int, n: int, spare: np.ndarray
) -> float:
    """Move the n best to the front, in the order they had; the n-th best is returned.

    Of equals the earlier stay. `spare` (at least `found`,) is overwritten.
    """
    spare[:found] = found_values[:found]
    last = nth_largest(spare, found, n)
    better = 0
    for k in range(found):
        better += found_values[k] > last
    ties = n - better
    place = 0
    for k in range(found):
        tied = found_values[k] == last
        if found_values[k] > last or (tied and ties > 0):
            found_values[place] = found_values[k]
            found_numbers[place] = found_numbers[k]
            place += 1
            ties -= tied
    return last


@njit(cache=True)
def keep_best(
    found_values: np.ndarray,
    found_numbers: np.ndarray,
    found: int,
    numbers: np.ndarray,
    values: np.ndarray,
) -> None:
    """The best of what was found, in order, into one row of the answer."""
    n = len(numbers)
    if found > n:
        shrink(found_values, found_numbers, found, n, np.empty(found, np.float32))
        found = n
    _sort_best_first(found_values, found_numbers, found)
    values[:found] = found_values[:found]
    numbers[:found] = found_numbers[:found]


@njit(cache=True, parallel=True)
def top_n(scores: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Numbers (rows, n) int32 and scores of the n best of each float32 row.

    Score down, then number up; -inf is never taken, the rest is padded with -1 and -inf. A row
    with NaN is answered by -1 and NaN. The n-th largest of the maxima of blocks bounds the n-th
    score from below, so one pass in vector lanes leaves a few hundred entries to select from.
    """
    rows, items = scores.shape
    blocks = (items + BLOCK - 1) // BLOCK
    numbers = np.full((rows, n), -1, np.int32)
    values = np.full((rows, n), -np.inf, np.float32)
    for row in prange(rows):
        maxima = np.empty(blocks, np.float32)
        if not block_maxima(scores[row], maxima):
            values[row] = np.nan
            continue
        bound = -np.inf
        if n <= blocks:
            bound = nth_largest(maxima.copy(), blocks, n)
        found_values = np.empty(items, np.float32)
        found_numbers = np.empty(items, np.int32)
        found = 0
        for block in range(blocks):
            if maxima[block] >= bound:
                for column in range(block * BLOCK, min((block + 1) * BLOCK, items)):
                    value = scores[row, column]
                    if value >= bound and value > -np.inf:
                        found_values[found] = value
                        found_numbers[found] = column
                        found += 1
        keep_best(found_values, found_numbers, found, numbers[row], values[row])
    return numbers, values
