"""Viewers folded in to each draw of a factorisation machine; the draw is the last axis."""

from typing import NamedTuple

import numpy as np
from numba import njit, prange

from matinee.kernels.drawn_systems import (
    Prior,
    Ratings,
    Work,
    day_gain,
    inverse,
    likeliest,
    mean_in_place,
    solved,
)
from matinee.kernels.threads import one_thread

_NODES = 7  # of the viewer's own noise, one width apart around the likeliest
_FEW = 4  # rows that are not worth waking threads for


class Asked(NamedTuple):
    """Rated entries by viewer, within a viewer by cell (a day).

    The ratings of a cell that is `timed` share the day's level.
    """

    row_cells: np.ndarray  # (rows + 1,) cells of each row
    cell_entries: np.ndarray  # (cells + 1,) entries of each cell
    timed: np.ndarray  # (cells,) bool
    numbers: np.ndarray  # (entries,) films
    values: np.ndarray  # (entries,) float64 ratings, in units


class Drawn(NamedTuple):
    """What was drawn of the films and of viewers at large; S positions, D draws."""

    films: np.ndarray  # (films, S, D) float32: level, factors
    implicit: np.ndarray  # (films, S, D) float32, or none: part of a viewer who rated the film
    mean: np.ndarray  # (S, D) of viewers
    precision: np.ndarray  # (S, D) of viewers
    noise: np.ndarray  # (D,) precision of a rating
    days: np.ndarray  # (D,) variance of the level of a viewer's day
    shape: np.ndarray  # (D,) a viewer's own precision is noise · Gamma(shape/2, shape/2)


class Folded(NamedTuple):
    """Viewers given their ratings, in each draw."""

    means: np.ndarray  # (rows, S, D)
    covariances: np.ndarray  # (rows, S, S, D), or of no row
    noise: np.ndarray  # (rows, 2, D): mean of a rating's precision, mean of its variance
    moved: np.ndarray  # (entries, S, D), or of no entry: what each adds to `means`


def fold_in_reference(asked: Asked, drawn: Drawn, nodes: np.ndarray) -> Folded:
    """Plain NumPy meaning of `fold_in`, its noise integrated over a fine grid of log(own).

    All ratings of a viewer are one Gaussian vector, the days part of its covariance.
    """
    rows, (size, draws) = len(asked.row_cells) - 1, drawn.mean.shape
    means, covariances = np.zeros((rows, size, draws)), np.zeros((rows, size, size, draws))
    noise = np.zeros((rows, 2, draws))
    for row in range(rows):
        cells = np.arange(asked.row_cells[row], asked.row_cells[row + 1])
        day = np.repeat(cells, np.diff(asked.cell_entries)[cells])
        start = asked.cell_entries[asked.row_cells[row]]
        part = slice(start, start + len(day))
        numbers, shared = asked.numbers[part], (day[:, None] == day) & asked.timed[day]
        for d in range(draws):
            X = drawn.films[numbers, :, d].astype(np.float64)
            target = asked.values[part] - X[:, 0]
            X[:, 0] = 1
            prior = drawn.mean[:, d].copy()
            if len(drawn.implicit) and len(numbers):
                prior += drawn.implicit[numbers, :, d].sum(axis=0) / np.sqrt(len(numbers))
            P = np.diag(drawn.precision[:, d])
            found, weights = [], []
            for log_own in nodes:
                sharp = np.exp(log_own) * drawn.noise[d]
                V = np.eye(len(day)) / sharp + drawn.days[d] * shared
                covariance = np.linalg.inv(X.T @ np.linalg.solve(V, X) + P)
                found.append(covariance @ (X.T @ np.linalg.solve(V, target) + P @ prior))
                covariances[row, :, :, d] = covariance
                whole = V + X @ np.linalg.inv(P) @ X.T
                off = target - X @ prior
                said = np.linalg.slogdet(whole)[1] + off @ np.linalg.solve(whole, off)
                half = drawn.shape[d] / 2
                weights.append((half * (log_own - np.exp(log_own)) - said / 2, covariance, sharp))
            logs = np.array([weight[0] for weight in weights])
            chances = np.exp(logs - logs.max())
            chances /= chances.sum()
            means[row, :, d] = chances @ np.array(found)
            within = np.array([weight[1] for weight in weights])
            away = np.array(found) - means[row, :, d]
            spread = within + away[:, :, None] * away[:, None, :]
            covariances[row, :, :, d] = np.einsum("n,nfk->fk", chances, spread)
            sharps = np.array([weight[2] for weight in weights])
            noise[row, :, d] = chances @ sharps, chances @ (1 / sharps)
    return Folded(means, covariances, noise, np.zeros((0, size, draws)))


def fold_in(asked: Asked, drawn: Drawn, spread: bool = False, moved: bool = False) -> Folded:
    """Mean and covariance of every viewer's vector in every draw, given the ratings; float64.

    Given the films and the viewer's own noise the model is linear and Gaussian: closed form, days
    integrated out. Over the viewer's noise it is summed at seven nodes around the likeliest.
    """
    rows, (size, draws) = len(asked.row_cells) - 1, drawn.mean.shape
    out = Folded(
        np.zeros((rows, size, draws)),
        np.zeros((rows if spread else 0, size, size, draws)),
        np.zeros((rows, 2, draws)),
        np.zeros((len(asked.numbers) if moved else 0, size, draws)),
    )
    if rows <= _FEW:
        with one_thread():
            _rows(asked, drawn, out)
    else:
        _rows(asked, drawn, out)
    return out


@njit(cache=True, parallel=True)
def _rows(asked: Asked, drawn: Drawn, out: Folded) -> None:
    for row in prange(len(asked.row_cells) - 1):
        _row(asked, drawn, row, out)


@njit(cache=True)
def _row(asked: Asked, drawn: Drawn, row: int, out: Folded) -> None:
    size, draws = drawn.mean.shape
    first, stop = asked.row_cells[row], asked.row_cells[row + 1]
    ratings, prior = _looked_up(asked, drawn, first, stop)
    lower, pull = np.empty((size, size, draws)), np.empty((size, draws))
    weights = np.empty((_NODES, draws))
    middle, width = likeliest(ratings, prior, Work(lower, pull, weights[0]))
    nodes = np.exp(middle + (np.arange(_NODES) - _NODES // 2) * width)
    for node in range(_NODES):
        solved(ratings, prior, nodes[node], Work(lower, pull, weights[node]))
    for d in range(draws):
        weights[:, d] = np.exp(weights[:, d] - weights[:, d].max())
        weights[:, d] /= weights[:, d].sum()
    spread = np.zeros((size, size, draws))
    for node in range(_NODES):
        work = Work(lower, pull, np.empty(draws))
        solved(ratings, prior, nodes[node], work)
        mean_in_place(work)
        _add_scaled(pull, weights[node], out.means[row])
        for d in range(draws):
            precision = nodes[node] * prior.noise[d]
            out.noise[row, 0, d] += weights[node, d] * precision
            out.noise[row, 1, d] += weights[node, d] / precision
        if len(out.covariances) or len(out.moved):
            covariance = inverse(lower)
            for f in range(size):
                _add_scaled(covariance[f], weights[node], spread[f])
                _add_scaled(pull[f] * pull, weights[node], spread[f])
                covariance[f] *= weights[node]
            if len(out.moved):
                _move(asked, drawn, (first, stop), ratings, (nodes[node], covariance, out.moved))
    if len(out.covariances):
        for f in range(size):
            out.covariances[row, f] = spread[f] - out.means[row, f] * out.means[row]


@njit(cache=True)
def _add_scaled(values: np.ndarray, weights: np.ndarray, out: np.ndarray) -> None:
    """out += weights · values, (S, D) each."""
    for f in range(len(values)):
        for d in range(len(weights)):
            out[f, d] += weights[d] * values[f, d]


@njit(cache=True)
def _looked_up(asked: Asked, drawn: Drawn, first: int, stop: int) -> tuple[Ratings, Prior]:
    """The sums over the ratings of the cells first to stop, one viewer's, and the prior."""
    size, draws = drawn.mean.shape
    count = asked.cell_entries[stop] - asked.cell_entries[first]
    mean, share = drawn.mean.copy(), 1 / np.sqrt(max(1, count))
    xx, xt, tt = np.zeros((size, size, draws)), np.zeros((size, draws)), np.zeros(draws)
    day_x, day_t = np.zeros((stop - first, size, draws)), np.zeros((stop - first, draws))
    day_n = np.zeros(stop - first)
    x, target = np.ones((size, draws)), np.empty(draws)
    for cell in range(stop - first):
        begin, end = asked.cell_entries[first + cell], asked.cell_entries[first + cell + 1]
        day_n[cell] = end - begin if asked.timed[first + cell] else 0
        for entry in range(begin, end):
            film = drawn.films[asked.numbers[entry]]
            if len(drawn.implicit):
                said = drawn.implicit[asked.numbers[entry]]
                for f in range(size):
                    for d in range(draws):
                        mean[f, d] += share * said[f, d]
            for d in range(draws):
                target[d] = asked.values[entry] - film[0, d]
                tt[d] += target[d] * target[d]
                day_t[cell, d] += target[d]
            x[1:] = film[1:]
            for f in range(size):
                for d in range(draws):
                    day_x[cell, f, d] += x[f, d]
                    xt[f, d] += x[f, d] * target[d]
                for k in range(f + 1):
                    for d in range(draws):
                        xx[f, k, d] += x[f, d] * x[k, d]
    prior = Prior(mean, drawn.precision, drawn.noise, drawn.days, drawn.shape)
    return Ratings(xx, xt, tt, day_x, day_t, day_n, count), prior


@njit(cache=True)
def _move(
    asked: Asked,
    drawn: Drawn,
    cells: tuple[int, int],
    ratings: Ratings,
    node: tuple[float, np.ndarray, np.ndarray],
) -> None:
    """Add, for one node of the noise, what each entry of the row adds to the viewer's mean."""
    own, weighted, moved = node
    size, draws = drawn.mean.shape
    share = 1 / np.sqrt(max(1, ratings.total))
    pull = np.empty((size, draws))
    for cell in range(cells[0], cells[1]):
        day, count = ratings.day_x[cell - cells[0]], ratings.day_n[cell - cells[0]]
        for entry in range(asked.cell_entries[cell], asked.cell_entries[cell + 1]):
            number = asked.numbers[entry]
            film = drawn.films[number]
            for d in range(draws):
                sharp = own * drawn.noise[d]
                gain = day_gain(sharp, drawn.days[d], count) if count > 0 else 0.0
                target = sharp * (asked.values[entry] - film[0, d])
                for f in range(size):
                    x = film[f, d] if f else 1.0
                    pull[f, d] = (x - gain * day[f, d]) * target
            if len(drawn.implicit):
                for f in range(size):
                    for d in range(draws):
                        said = share * drawn.implicit[number, f, d]
                        pull[f, d] += drawn.precision[f, d] * said
            for f in range(size):
                for k in range(size):
                    for d in range(draws):
                        moved[entry, f, d] += weighted[f, k, d] * pull[k, d]
