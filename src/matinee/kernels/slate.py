"""A list made place by place: relevance against likeness and against missing genres."""

import numpy as np
from numba import njit, prange

CHUNK = 32  # rows that share one dense vector of features
SCORE, DIVERSITY, CALIBRATION, GIVEN = 1, 2, 3, 4  # what put a film at its place; 0: none there

Sparse = tuple[np.ndarray, np.ndarray, np.ndarray]  # row starts, columns, values


def slate_reference(
    relevance: np.ndarray,
    vectors: np.ndarray,
    genres: np.ndarray,
    target: np.ndarray,
    given: np.ndarray,
    weights: tuple[float, float, float],
) -> tuple[np.ndarray, np.ndarray]:
    """Plain NumPy meaning of `slate` for one row, from dense rows of its candidates alone."""
    diversity, calibration, smoothing = weights
    order = np.full(len(given), -1)
    rule = np.zeros(len(given), np.int8)
    free = np.ones(len(relevance), bool)
    free[given[given >= 0]] = False
    for place in range(len(given)):
        above = order[:place][order[:place] >= 0]
        likeness = (vectors @ vectors[above].T).sum(axis=1) / max(len(above), 1)
        shares = (genres[above].sum(axis=0) + genres) / (len(above) + 1)
        mixed = (1 - smoothing) * shares + smoothing * target
        wanted = target > 0
        missing = (target * np.log(np.where(wanted, target / np.where(wanted, mixed, 1), 1))).sum(1)
        losses = {DIVERSITY: diversity * likeness, CALIBRATION: calibration * missing}
        if given[place] >= 0:
            order[place], rule[place] = given[place], GIVEN
        elif free.any():
            value = np.where(free, relevance - losses[DIVERSITY] - losses[CALIBRATION], -np.inf)
            best, first = int(value.argmax()), int(free.argmax())
            order[place], rule[place] = best, SCORE
            if best != first:
                gains = {name: loss[first] - loss[best] for name, loss in losses.items()}
                rule[place] = max(gains, key=lambda name: gains[name])
            free[best] = False
    return order, rule


@njit(cache=True)
def _divergence(target: np.ndarray, sums: np.ndarray, films: float, smoothing: float) -> float:
    """Σ p log(p / q) of a list whose genre shares sum up to `sums` over so many films."""
    total = 0.0
    for genre in range(len(target)):
        p = target[genre]
        if p > 0:
            total += p * np.log(p / ((1 - smoothing) * sums[genre] / films + smoothing * p))
    return total


@njit(cache=True)
def _change(
    item: int,
    genres: Sparse,
    target: np.ndarray,
    sums: np.ndarray,
    films: float,
    smoothing: float,
) -> float:
    """What the item's own genres change of `_divergence`."""
    starts, columns, values = genres
    total = 0.0
    for entry in range(starts[item], starts[item + 1]):
        genre = columns[entry]
        p = target[genre]
        if p > 0:
            without = (1 - smoothing) * sums[genre] / films + smoothing * p
            total -= p * np.log1p((1 - smoothing) * values[entry] / films / without)
    return total


@njit(cache=True)
def _choose(  # noqa: PLR0917 - numba takes arrays, not objects
    numbers: np.ndarray,
    relevance: np.ndarray,
    taken: np.ndarray,
    vectors: Sparse,
    above: np.ndarray,
    genres: Sparse,
    target: np.ndarray,
    sums: np.ndarray,
    films: float,
    weights: tuple[float, float, float],
) -> tuple[int, int]:
    """The column of the best candidate that is left, -1 if none, and what put it ahead.

    `above` and `sums` are the sums of the vectors and genre shares of the list's `films`.
    """
    diversity, calibration, smoothing = weights
    starts, columns, values = vectors
    base = 0.0
    if calibration > 0:
        base = _divergence(target, sums, films + 1, smoothing)
    best, best_value, best_likeness, best_missing = -1, -np.inf, 0.0, 0.0
    first, first_likeness, first_missing = -1, 0.0, 0.0
    for column in range(len(numbers)):
        item = numbers[column]
        if item < 0 or relevance[column] <= best_value:
            break
        if taken[column]:
            continue
        likeness, missing = 0.0, 0.0
        if diversity > 0 and films > 0:
            for entry in range(starts[item], starts[item + 1]):
                likeness += above[columns[entry]] * values[entry]
            likeness *= diversity / films
            if relevance[column] - likeness <= best_value:
                continue
        if calibration > 0:
            change = _change(item, genres, target, sums, films + 1, smoothing)
            missing = calibration * max(base + change, 0.0)
        if first < 0:
            first, first_likeness, first_missing = column, likeness, missing
        value = relevance[column] - likeness - missing
        if value > best_value:
            best, best_value, best_likeness, best_missing = column, value, likeness, missing
    if best == first:
        return best, SCORE
    if first_likeness - best_likeness >= first_missing - best_missing:
        return best, DIVERSITY
    return best, CALIBRATION


@njit(cache=True)
def _add(item: int, matrix: Sparse, sums: np.ndarray) -> None:
    starts, columns, values = matrix
    for entry in range(starts[item], starts[item + 1]):
        sums[columns[entry]] += values[entry]


@njit(cache=True)
def _clear(item: int, matrix: Sparse, sums: np.ndarray) -> None:
    starts, columns, _ = matrix
    for entry in range(starts[item], starts[item + 1]):
        sums[columns[entry]] = 0.0


@njit(cache=True, parallel=True)
def slate(  # noqa: PLR0917 - numba takes arrays, not objects
    numbers: np.ndarray,
    relevance: np.ndarray,
    vectors: Sparse,
    features: int,
    genres: Sparse,
    targets: np.ndarray,
    given: np.ndarray,
    weights: tuple[float, float, float],
) -> tuple[np.ndarray, np.ndarray]:
    """Which candidate stands at each place and what put it there, (rows, places) int32 and int8.

    `numbers` (rows, m) are candidates with `relevance` that does not rise along a row, padded
    with -1; `given` (rows, places) are columns that stand where they stand, -1: free. A free
    place goes to the candidate with the largest

        relevance - diversity · mean cosine to the films above
                  - calibration · KL(p || (1 - smoothing) q + smoothing p)

    of those left, of equals to the first: p are the row's `targets` (rows, genres; all zero: none),
    q the mean genre shares of the films above and the candidate; `weights` are diversity,
    calibration and smoothing, none negative. Smyth and McClave 2001 (the mean), Steck 2018
    (section 5). Both losses are never negative, so the search of a place ends where relevance
    falls below the best found.
    """
    rows, m = numbers.shape
    places = given.shape[1]
    order = np.full((rows, places), -1, np.int32)
    rule = np.zeros((rows, places), np.int8)
    for chunk in prange((rows + CHUNK - 1) // CHUNK):
        above = np.zeros(features)
        sums = np.zeros(targets.shape[1])
        taken = np.zeros(m, np.bool_)
        for row in range(chunk * CHUNK, min((chunk + 1) * CHUNK, rows)):
            taken[:] = False
            for place in range(places):
                if given[row, place] >= 0:
                    taken[given[row, place]] = True
            films = 0
            for place in range(places):
                column, code = given[row, place], GIVEN
                if column < 0:
                    column, code = _choose(
                        numbers[row],
                        relevance[row],
                        taken,
                        vectors,
                        above,
                        genres,
                        targets[row],
                        sums,
                        float(films),
                        weights,
                    )
                    if column < 0:
                        continue
                order[row, place], rule[row, place] = column, code
                taken[column] = True
                films += 1
                _add(numbers[row, column], vectors, above)
                _add(numbers[row, column], genres, sums)
            for place in range(places):
                if order[row, place] >= 0:
                    _clear(numbers[row, order[row, place]], vectors, above)
                    _clear(numbers[row, order[row, place]], genres, sums)
    return order, rule
