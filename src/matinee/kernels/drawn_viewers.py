"""Viewers folded in to each draw of a factorisation machine, and moments of their ratings.

The draw is the last axis of every array, so that the work is done on all draws at a time.
"""

from typing import NamedTuple

import numpy as np
from numba import njit, prange

_NODES = 5  # of the viewer's own noise, at which the likelihood is worked out
_COARSE = 5
_HALF_LOG_2PI = 0.5 * np.log(2 * np.pi)


class Asked(NamedTuple):
    """Rated entries by viewer, within a viewer by cell (a day), and what a viewer starts from.

    In cells that are not `timed` the ratings share no day's level.
    """

    row_cells: np.ndarray  # (rows + 1,) cells of each row
    cell_entries: np.ndarray  # (cells + 1,) entries of each cell
    timed: np.ndarray  # (cells,) bool
    numbers: np.ndarray  # (entries,) films
    values: np.ndarray  # (entries,) float64 ratings, in units


class Drawn(NamedTuple):
    """What was drawn of the films and of viewers at large; S positions, D draws."""

    films: np.ndarray  # (films, S, D) float32: level, factors
    implicit: np.ndarray  # (films, S, D) float32, or none: what having rated a film says, / sqrt(n)
    mean: np.ndarray  # (S, D) of viewers
    precision: np.ndarray  # (S, D) of viewers
    noise: np.ndarray  # (D,) precision of a rating
    days: np.ndarray  # (D,) variance of the level of a viewer's day
    shape: np.ndarray  # (D,) a viewer's own noise precision is noise · Gamma(shape/2, shape/2)


class Folded(NamedTuple):
    """Viewers given their ratings, in each draw."""

    means: np.ndarray  # (rows, S, D)
    covariances: np.ndarray  # (rows, S, S, D), or (0, S, S, D) where not asked for
    noise: np.ndarray  # (rows, 2, D): mean of a rating's precision, mean of its variance
    moved: np.ndarray  # (entries, S, D), or none: what each entry adds to `means`


def fold_in_reference(asked: Asked, drawn: Drawn, own: np.ndarray) -> Folded:
    """Plain NumPy meaning of `fold_in` at given precisions `own` (rows,) relative to `noise`.

    All ratings of a viewer as one Gaussian vector: days are part of its covariance.
    """
    rows, (size, draws) = len(own), drawn.mean.shape
    means, covariances = np.zeros((rows, size, draws)), np.zeros((rows, size, size, draws))
    noise = np.zeros((rows, 2, draws))
    for row in range(rows):
        cells = range(asked.row_cells[row], asked.row_cells[row + 1])
        day = np.concatenate(
            [np.full(asked.cell_entries[c + 1] - asked.cell_entries[c], c) for c in cells]
            or [np.zeros(0, int)]
        )
        start = asked.cell_entries[asked.row_cells[row]]
        part = slice(start, start + len(day))
        numbers, shared = asked.numbers[part], (day[:, None] == day) & asked.timed[day][:, None]
        for d in range(draws):
            X = drawn.films[numbers, :, d].astype(np.float64)
            target = asked.values[part] - X[:, 0]
            X[:, 0] = 1
            prior = drawn.mean[:, d].copy()
            if len(drawn.implicit) and len(numbers):
                prior += drawn.implicit[numbers, :, d].sum(axis=0) / np.sqrt(len(numbers))
            V = np.eye(len(day)) / (own[row] * drawn.noise[d]) + drawn.days[d] * shared
            P = np.diag(drawn.precision[:, d])
            covariances[row, :, :, d] = np.linalg.inv(X.T @ np.linalg.solve(V, X) + P)
            pull = X.T @ np.linalg.solve(V, target) + P @ prior
            means[row, :, d] = covariances[row, :, :, d] @ pull
            noise[row, :, d] = own[row] * drawn.noise[d], 1 / (own[row] * drawn.noise[d])
    return Folded(means, covariances, noise, np.zeros((0, size, draws)))


def fold_in(asked: Asked, drawn: Drawn, spread: bool = False, moved: bool = False) -> Folded:
    """Mean and covariance of every viewer's vector in every draw, given the ratings; float64.

    Given the films and the viewer's own noise the model is linear and Gaussian: closed form, days
    integrated out. Over the viewer's noise it is summed at five nodes around the likeliest.
    """
    rows, (size, draws) = len(asked.row_cells) - 1, drawn.mean.shape
    out = Folded(
        np.empty((rows, size, draws)),
        np.empty((rows if spread else 0, size, size, draws)),
        np.empty((rows, 2, draws)),
        np.zeros((len(asked.numbers) if moved else 0, size, draws)),
    )
    (_few if rows <= 4 else _many)(asked, drawn, out)
    return out


@njit(cache=True)
def _few(asked: Asked, drawn: Drawn, out: Folded) -> None:
    for row in range(len(asked.row_cells) - 1):
        _row(asked, drawn, row, out)


@njit(cache=True, parallel=True)
def _many(asked: Asked, drawn: Drawn, out: Folded) -> None:
    for row in prange(len(asked.row_cells) - 1):
        _row(asked, drawn, row, out)


@njit(cache=True)
def _row(asked: Asked, drawn: Drawn, row: int, out: Folded) -> None:
    first_cell, stop_cell = asked.row_cells[row], asked.row_cells[row + 1]
    first, stop = asked.cell_entries[first_cell], asked.cell_entries[stop_cell]
    size, draws = drawn.mean.shape
    count = stop - first
    prior = drawn.mean.copy()
    share = 1 / np.sqrt(max(1, count))
    if len(drawn.implicit):
        for entry in range(first, stop):
            prior += share * drawn.implicit[asked.numbers[entry]]
    H, c, total = np.zeros((size, size, draws)), np.zeros((size, draws)), np.zeros(draws)
    cells = stop_cell - first_cell
    a, t = np.zeros((cells, size, draws)), np.zeros((cells, draws))
    n = np.zeros(cells)
    x, target = np.ones((size, draws)), np.empty(draws)
    for cell in range(cells):
        begin, end = (
            asked.cell_entries[first_cell + cell],
            asked.cell_entries[first_cell + cell + 1],
        )
        n[cell] = end - begin if asked.timed[first_cell + cell] else 0
        for entry in range(begin, end):
            film = drawn.films[asked.numbers[entry]]
            for d in range(draws):
                target[d] = asked.values[entry] - film[0, d]
                total[d] += target[d] * target[d]
                t[cell, d] += target[d]
            x[1:] = film[1:]
            for f in range(size):
                for d in range(draws):
                    a[cell, f, d] += x[f, d]
                    c[f, d] += x[f, d] * target[d]
                for k in range(f + 1):
                    for d in range(draws):
                        H[f, k, d] += x[f, d] * x[k, d]
    ratings = (H, c, total, a, t, n, count)
    A, b = np.empty((size, size, draws)), np.empty((size, draws))
    likelihood = np.empty(draws)
    middle, width = _likeliest(ratings, drawn, prior, A, b, likelihood)
    weights = np.empty((_NODES, draws))
    nodes = np.empty(_NODES)
    for node in range(_NODES):
        nodes[node] = np.exp(middle + (node - _NODES // 2) * width)
        _system(ratings, drawn, prior, nodes[node], A, b, weights[node])
    for d in range(draws):
        best = weights[:, d].max()
        weights[:, d] = np.exp(weights[:, d] - best)
        weights[:, d] /= weights[:, d].sum()
    mean = np.zeros((size, draws))
    spread = np.zeros((size, size, draws))
    inverse = np.empty((size, size, draws))
    out.noise[row] = 0.0
    needs_inverse = len(out.covariances) > 0 or len(out.moved) > 0
    for node in range(_NODES):
        _system(ratings, drawn, prior, nodes[node], A, b, likelihood)
        _backward(A, b)
        for d in range(draws):
            out.noise[row, 0, d] += weights[node, d] * nodes[node] * drawn.noise[d]
            out.noise[row, 1, d] += weights[node, d] / (nodes[node] * drawn.noise[d])
        for f in range(size):
            for d in range(draws):
                mean[f, d] += weights[node, d] * b[f, d]
        if not needs_inverse:
            continue
        _inverse(A, inverse)
        for f in range(size):
            for k in range(size):
                for d in range(draws):
                    spread[f, k, d] += weights[node, d] * (inverse[f, k, d] + b[f, d] * b[k, d])
        if len(out.moved):
            parts = (prior, a, n, first_cell, share)
            _move(asked, drawn, parts, nodes[node], weights[node], inverse, out.moved)
    out.means[row] = mean
    if len(out.covariances):
        for f in range(size):
            for k in range(size):
                for d in range(draws):
                    out.covariances[row, f, k, d] = spread[f, k, d] - mean[f, d] * mean[k, d]


@njit(cache=True)
def _likeliest(ratings, drawn, prior, A, b, likelihood):  # type: ignore[no-untyped-def]
    """The likeliest logarithm of the own noise precision, all draws together, and its width.

    The log-likelihood is nearly s·l - r·exp(l) in that logarithm l: three values give s and r.
    """
    values = np.empty(_COARSE)
    step = 0.8
    for node in range(_COARSE):
        log_own = (node - _COARSE // 2) * step
        _system(ratings, drawn, prior, np.exp(log_own), A, b, likelihood)
        values[node] = likelihood.mean()
    best = min(max(int(np.argmax(values)), 1), _COARSE - 2)
    middle, width = _peak((best - _COARSE // 2) * step, step, values[best - 1 : best + 2])
    for _ in range(2):
        for node in range(3):
            _system(ratings, drawn, prior, np.exp(middle + (node - 1) * width), A, b, likelihood)
            values[node] = likelihood.mean()
        middle, width = _peak(middle, width, values[:3])
    return middle, width


@njit(cache=True)
def _peak(middle: float, step: float, values: np.ndarray) -> tuple[float, float]:
    """Where s·l - r·exp(l) through three values, `step` apart around `middle`, is greatest."""
    first, second = values[1] - values[0], values[2] - values[1]
    growth = np.exp(middle) - np.exp(middle - step)
    r = (first - second) / (growth * (np.exp(step) - 1))
    s = (first + r * growth) / step
    if r <= 0 or s <= 0:
        return middle + (step if second > 0 else -step), step
    peak = min(max(np.log(s / r), middle - 2 * step), middle + 2 * step)
    return peak, min(max(1 / np.sqrt(s), 0.01), 0.8)


@njit(cache=True)
def _system(ratings, drawn, prior, own, A, b, likelihood):  # type: ignore[no-untyped-def]
    """A: the Cholesky factor L of the precision; b: L⁻¹ of the pull; the log-likelihood."""
    H, c, total, a, t, n, count = ratings
    size, draws = b.shape
    for f in range(size):
        for d in range(draws):
            sharp = own * drawn.noise[d]
            b[f, d] = sharp * c[f, d] + drawn.precision[f, d] * prior[f, d]
        for k in range(f + 1):
            for d in range(draws):
                A[f, k, d] = own * drawn.noise[d] * H[f, k, d]
        for d in range(draws):
            A[f, f, d] += drawn.precision[f, d]
    for d in range(draws):
        sharp = own * drawn.noise[d]
        half = 0.5 * drawn.shape[d]
        # The ratings' share, and that of the noise's prior in its logarithm.
        likelihood[d] = 0.5 * (count * np.log(sharp) - sharp * total[d])
        likelihood[d] += half * (np.log(own) - own)
    factor = np.empty(draws)
    for cell in range(len(n)):
        if n[cell] == 0:
            continue
        for d in range(draws):
            sharp = own * drawn.noise[d]
            grown = 1 + sharp * drawn.days[d] * n[cell]
            factor[d] = sharp * sharp * drawn.days[d] / grown
            likelihood[d] += 0.5 * (factor[d] * t[cell, d] * t[cell, d] - np.log(grown))
        for f in range(size):
            for d in range(draws):
                b[f, d] -= factor[d] * a[cell, f, d] * t[cell, d]
            for k in range(f + 1):
                for d in range(draws):
                    A[f, k, d] -= factor[d] * a[cell, f, d] * a[cell, k, d]
    for f in range(size):
        for j in range(f + 1):
            for k in range(j):
                for d in range(draws):
                    A[f, j, d] -= A[f, k, d] * A[j, k, d]
            if j < f:
                for d in range(draws):
                    A[f, j, d] /= A[j, j, d]
        for d in range(draws):
            A[f, f, d] = np.sqrt(A[f, f, d])
        for k in range(f):
            for d in range(draws):
                b[f, d] -= A[f, k, d] * b[k, d]
        for d in range(draws):
            b[f, d] /= A[f, f, d]
            likelihood[d] += 0.5 * b[f, d] * b[f, d] - np.log(A[f, f, d])


@njit(cache=True)
def _backward(L: np.ndarray, b: np.ndarray) -> None:
    size, draws = b.shape
    for f in range(size - 1, -1, -1):
        for d in range(draws):
            b[f, d] /= L[f, f, d]
        for k in range(f):
            for d in range(draws):
                b[k, d] -= L[f, k, d] * b[f, d]


@njit(cache=True)
def _inverse(L: np.ndarray, out: np.ndarray) -> None:
    """(LLᵀ)⁻¹ in every draw."""
    size, _, draws = L.shape
    lower = np.zeros((size, size, draws))
    for f in range(size):
        for j in range(f):
            for k in range(j + 1):
                for d in range(draws):
                    lower[f, k, d] -= L[f, j, d] * lower[j, k, d]
        for d in range(draws):
            lower[f, f, d] = 1.0
        for k in range(f + 1):
            for d in range(draws):
                lower[f, k, d] /= L[f, f, d]
    for f in range(size):
        for k in range(f + 1):
            out[f, k] = 0.0
            for j in range(f, size):
                for d in range(draws):
                    out[f, k, d] += lower[j, f, d] * lower[j, k, d]
            out[k, f] = out[f, k]


@njit(cache=True)
def _move(asked, drawn, parts, own, weights, inverse, moved):  # type: ignore[no-untyped-def]
    """Add, for one node of the noise, what each entry of the row adds to the viewer's mean."""
    _, a, n, first_cell, share = parts
    size, draws = drawn.mean.shape
    pull = np.empty((size, draws))
    for cell in range(len(n)):
        for entry in range(
            asked.cell_entries[first_cell + cell], asked.cell_entries[first_cell + cell + 1]
        ):
            number = asked.numbers[entry]
            film = drawn.films[number]
            for f in range(size):
                for d in range(draws):
                    sharp = own * drawn.noise[d]
                    by_day = sharp * drawn.days[d] / (1 + sharp * drawn.days[d] * n[cell])
                    if n[cell] == 0:
                        by_day = 0.0
                    x = film[f, d] if f else 1.0
                    target = asked.values[entry] - film[0, d]
                    pull[f, d] = sharp * (x - by_day * a[cell, f, d]) * target
            if len(drawn.implicit):
                for f in range(size):
                    for d in range(draws):
                        said = share * drawn.implicit[number, f, d]
                        pull[f, d] += drawn.precision[f, d] * said
            for f in range(size):
                for k in range(size):
                    for d in range(draws):
                        moved[entry, f, d] += weights[d] * inverse[f, k, d] * pull[k, d]
