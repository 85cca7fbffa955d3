"""Mean and variance of ratings over the draws of a factorisation machine."""

from typing import NamedTuple

import numpy as np
from numba import njit, prange

_CHUNK = 256  # pairs that share work arrays; so few are not worth waking threads for


class Films(NamedTuple):
    """What each film is expected to be in each draw, and how unsure that is on average."""

    middles: np.ndarray  # (films, S, D) float32
    spreads: np.ndarray  # (films, S, S) float32 covariances


class Viewers(NamedTuple):
    """Viewers in each draw: their vector p, and E[x xᵀ] of x = p with 1 for the level."""

    means: np.ndarray  # (rows, S, D) float32
    covariances: np.ndarray  # (rows, S, S, D) float32
    second: np.ndarray  # (rows, S, S) float32, averaged over draws
    precision: np.ndarray  # (rows, D) float64 of a rating
    noise: np.ndarray  # (rows,) float64, variance of a rating


class Days(NamedTuple):
    """Days of viewers that have ratings: their sums over the films x rated and the targets t."""

    films: np.ndarray  # (cells, S, D) float64, Σ x with 1 for the level
    targets: np.ndarray  # (cells, D) float64, Σ (rating - film's level)
    counts: np.ndarray  # (cells,)
    variance: np.ndarray  # (D,) of a day's level


def moments_reference(
    pairs: tuple[np.ndarray, np.ndarray, np.ndarray], viewers: Viewers, films: Films, days: Days
) -> tuple[np.ndarray, np.ndarray]:
    """Plain NumPy meaning of `moments`."""
    mean, variance = np.zeros(len(pairs[0])), np.zeros(len(pairs[0]))
    for place, (row, film, cell) in enumerate(zip(*pairs, strict=True)):
        m = films.middles[film].astype(np.float64)
        x = np.concatenate([np.ones((1, m.shape[1])), m[1:]])
        p, s2 = viewers.means[row].astype(np.float64), days.variance
        expected, spread = m[0] + (x * p).sum(axis=0), s2
        if cell >= 0:
            gain = (
                viewers.precision[row] * s2 / (1 + viewers.precision[row] * s2 * days.counts[cell])
            )
            expected += gain * (days.targets[cell] - (days.films[cell] * p).sum(axis=0))
            x = x - gain * days.films[cell]
            spread = s2 / (1 + viewers.precision[row] * s2 * days.counts[cell])
        spread = spread + np.einsum("fd,fkd,kd->d", x, viewers.covariances[row], x)
        mean[place] = expected.mean()
        variance[place] = (
            viewers.noise[row]
            + spread.mean()
            + expected.var()
            + (viewers.second[row] * films.spreads[film]).sum()
        )
    return mean, variance


def moments(
    pairs: tuple[np.ndarray, np.ndarray, np.ndarray], viewers: Viewers, films: Films, days: Days
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of the rating of each pair, noise included, (pairs,) float64 each.

    A pair is (row of viewers, film, cell of days or -1 for a day without ratings). Variance: of
    the noise, the viewer, the film and the day, and between draws. The rest of a known day is
    taken at the mean precision of the viewer's ratings.
    """
    rows, numbers, cells = pairs
    out = np.empty(len(rows)), np.empty(len(rows))
    solve = _few if len(rows) <= _CHUNK else _many
    solve(rows, numbers, cells, viewers, films, days, out)
    return out


@njit(cache=True)
def _few(rows, numbers, cells, viewers, films, days, out):  # type: ignore[no-untyped-def]
    _part(rows, numbers, cells, viewers, films, days, out, (0, len(rows)))


@njit(cache=True, parallel=True)
def _many(rows, numbers, cells, viewers, films, days, out):  # type: ignore[no-untyped-def]
    for chunk in prange((len(rows) + _CHUNK - 1) // _CHUNK):
        bounds = chunk * _CHUNK, min(len(rows), (chunk + 1) * _CHUNK)
        _part(rows, numbers, cells, viewers, films, days, out, bounds)


@njit(cache=True)
def _part(rows, numbers, cells, viewers, films, days, out, bounds):  # type: ignore[no-untyped-def]
    _, size, draws = viewers.means.shape
    means, variances = out
    x = np.ones((size, draws), np.float32)
    along, spread = np.empty(draws, np.float32), np.empty(draws, np.float32)
    expected = np.empty(draws)
    for place in range(bounds[0], bounds[1]):
        row, cell = rows[place], cells[place]
        middle = films.middles[numbers[place]]
        p, C = viewers.means[row], viewers.covariances[row]
        x[0] = np.float32(1)
        x[1:] = middle[1:]
        for d in range(draws):
            expected[d] = middle[0, d]
            spread[d] = days.variance[d]
        for f in range(size):
            for d in range(draws):
                expected[d] += x[f, d] * p[f, d]
        if cell >= 0:
            for d in range(draws):
                grown = 1 + viewers.precision[row, d] * days.variance[d] * days.counts[cell]
                gain = viewers.precision[row, d] * days.variance[d] / grown
                spread[d] = days.variance[d] / grown
                left = days.targets[cell, d]
                for f in range(size):
                    left -= days.films[cell, f, d] * p[f, d]
                    x[f, d] -= np.float32(gain * days.films[cell, f, d])
                expected[d] += gain * left
        for f in range(size):
            along[:] = np.float32(0)
            for k in range(f):
                for d in range(draws):
                    along[d] += C[f, k, d] * x[k, d]
            for d in range(draws):
                spread[d] += x[f, d] * (np.float32(2) * along[d] + C[f, f, d] * x[f, d])
        mean, total = 0.0, 0.0
        for d in range(draws):
            mean += expected[d]
            total += spread[d]
        mean /= draws
        total /= draws
        between = 0.0
        for d in range(draws):
            between += (expected[d] - mean) ** 2
        total += between / draws + viewers.noise[row]
        second, wide = viewers.second[row], films.spreads[numbers[place]]
        film = 0.0
        for f in range(size):
            for k in range(size):
                film += second[f, k] * wide[f, k]
        means[place], variances[place] = mean, total + film
