"""Mean and variance of ratings over the draws of a factorisation machine."""

from typing import NamedTuple

import numpy as np
from numba import njit, prange

from matinee.kernels.drawn_systems import day_gain
from matinee.kernels.threads import one_thread

DOUBTS = 8  # draws over which a viewer's own doubt is averaged: a number that unrolls loops
Pairs = tuple[np.ndarray, np.ndarray, np.ndarray]
Moments = tuple[np.ndarray, np.ndarray]

_CHUNK = 256  # pairs that share work arrays; so few are not worth waking threads for


class Films(NamedTuple):
    """What each film is expected to be in each draw, and how unsure that is on average."""

    middles: np.ndarray  # (films, S, D) float32
    spreads: np.ndarray  # (films, S, S) float32 covariances


class Viewers(NamedTuple):
    """Viewers in each draw: their vector p, and E[x xᵀ] of x = p with 1 for the level."""

    means: np.ndarray  # (rows, S, D) float32
    covariances: np.ndarray  # (rows, S, S, DOUBTS) float32, in the draws of `doubted`
    second: np.ndarray  # (rows, S, S) float32, averaged over draws
    precision: np.ndarray  # (rows, D) float64 of a rating
    noise: np.ndarray  # (rows,) float64, variance of a rating


class Days(NamedTuple):
    """Days of viewers that have ratings: their sums over the films x rated and the targets t."""

    films: np.ndarray  # (cells, S, D) float64, Σ x with 1 for the level
    targets: np.ndarray  # (cells, D) float64, Σ (rating - film's level)
    counts: np.ndarray  # (cells,)
    variance: np.ndarray  # (D,) of a day's level


def doubted(draws: int) -> np.ndarray:
    """Which draws those are, (DOUBTS,): evenly spaced, repeated where there are fewer."""
    return np.arange(DOUBTS) * draws // DOUBTS


def moments_reference(pairs: Pairs, viewers: Viewers, films: Films, days: Days) -> Moments:
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
        C = viewers.covariances[row]
        some = x[:, doubted(x.shape[1])]
        own = np.einsum("fd,fkd,kd->d", some, C, some).mean()
        mean[place] = expected.mean()
        variance[place] = (
            viewers.noise[row]
            + spread.mean()
            + own
            + expected.var()
            + (viewers.second[row] * films.spreads[film]).sum()
        )
    return mean, variance


def moments(pairs: Pairs, viewers: Viewers, films: Films, days: Days) -> Moments:
    """Mean and variance of the rating of each pair, noise included, (pairs,) float64 each.

    A pair is (row of viewers, film, cell of days or -1 for a day without ratings). Variance: of
    the noise, the viewer, the film and the day, and between draws. The rest of a known day is
    taken at the mean precision of the viewer's ratings. What the viewer's own doubt adds hardly
    differs between draws: it is averaged over those of `doubted`.
    """
    count = len(pairs[0])
    out = np.empty(count), np.empty(count)
    if count <= _CHUNK:
        with one_thread():
            _chunks(pairs, viewers, films, days, out)
    else:
        _chunks(pairs, viewers, films, days, out)
    return out


@njit(cache=True, parallel=True)
def _chunks(pairs: Pairs, viewers: Viewers, films: Films, days: Days, out: Moments) -> None:
    count = len(pairs[0])
    for chunk in prange((count + _CHUNK - 1) // _CHUNK):
        bounds = chunk * _CHUNK, min(count, (chunk + 1) * _CHUNK)
        _part(pairs, viewers, films, days, bounds, out)


# Sums may be reordered, which lets them vectorise; NaN and infinity keep their meaning.
@njit(cache=True, fastmath={"reassoc", "contract"})
def _part(
    pairs: Pairs,
    viewers: Viewers,
    films: Films,
    days: Days,
    bounds: tuple[int, int],
    out: Moments,
) -> None:
    rows, numbers, cells = pairs
    means, variances = out
    _, size, draws = viewers.means.shape
    expected, ones = np.empty(draws, np.float32), np.ones(draws, np.float32)
    usual = days.variance.mean()
    x, some = np.empty((size, draws), np.float32), np.empty((size, DOUBTS), np.float32)
    second = viewers.second.reshape(-1, size * size)
    spreads = films.spreads.reshape(-1, size * size)  # one long loop vectorises, short ones do not
    for place in range(bounds[0], bounds[1]):
        row, film = rows[place], numbers[place]
        middle, p, within = films.middles[film], viewers.means[row], usual
        covariances = viewers.covariances[row]
        for d in range(draws):
            expected[d] = middle[0, d] + p[0, d]
        for f in range(1, size):
            for d in range(draws):
                expected[d] += middle[f, d] * p[f, d]
        if cells[place] >= 0:
            day = Days(
                days.films[cells[place]],
                days.targets[cells[place]],
                days.counts[cells[place] : cells[place] + 1],
                days.variance,
            )
            x[:] = middle
            within = _on_known_day(p, viewers.precision[row], day, x, expected)
            _pick(x, x[0], some)
        else:
            _pick(middle, ones, some)
        mean, between = _over_draws(expected)
        variance = within + between + viewers.noise[row] + _spread(covariances, some)
        product = np.float32(0)
        for f in range(size * size):
            product += second[row, f] * spreads[film, f]
        means[place], variances[place] = mean, variance + product


@njit(cache=True)
def _pick(x: np.ndarray, level: np.ndarray, out: np.ndarray) -> None:
    """The draws of `doubted`; `level` stands in the first row."""
    draws = x.shape[1]
    for d in range(DOUBTS):
        place = d * draws // DOUBTS
        out[0, d] = level[place]
        for f in range(1, len(x)):
            out[f, d] = x[f, place]


@njit(cache=True, fastmath={"reassoc", "contract"})
def _on_known_day(
    p: np.ndarray, precision: np.ndarray, day: Days, x: np.ndarray, expected: np.ndarray
) -> float:
    """What is expected of a rating moves by what is left of the day's others; in place.

    So does the film's x, whose level becomes 1. The mean variance that is left of the day's level.
    """
    spread = 0.0
    x[0] = np.float32(1)
    for d in range(len(expected)):
        gain = day_gain(precision[d], day.variance[d], day.counts[0])
        spread += day.variance[d] * (1 - gain * day.counts[0])
        left = day.targets[d]
        for f in range(len(x)):
            left -= day.films[f, d] * p[f, d]
            x[f, d] -= np.float32(gain * day.films[f, d])
        expected[d] += np.float32(gain * left)
    return spread / len(expected)


@njit(cache=True, fastmath={"reassoc", "contract"})
def _spread(covariance: np.ndarray, x: np.ndarray) -> float:
    """Mean over draws of xᵀ·covariance·x."""
    along, total = np.empty(DOUBTS, np.float32), np.zeros(DOUBTS, np.float32)
    for f in range(len(x)):
        for d in range(DOUBTS):
            along[d] = np.float32(0.5) * covariance[f, f, d] * x[f, d]
        for k in range(f):
            for d in range(DOUBTS):
                along[d] += covariance[f, k, d] * x[k, d]
        for d in range(DOUBTS):
            total[d] += np.float32(2) * x[f, d] * along[d]
    whole = 0.0
    for d in range(DOUBTS):
        whole += total[d]
    return whole / DOUBTS


@njit(cache=True, fastmath={"reassoc", "contract"})
def _over_draws(expected: np.ndarray) -> tuple[float, float]:
    """Mean and variance."""
    mean, between = np.float32(0), np.float32(0)
    for d in range(len(expected)):
        mean += expected[d]
    mean /= np.float32(len(expected))
    for d in range(len(expected)):
        off = expected[d] - mean
        between += off * off
    return np.float64(mean), np.float64(between) / len(expected)
