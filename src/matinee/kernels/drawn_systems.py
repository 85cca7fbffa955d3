"""One viewer's ratings as small linear systems, one for each draw; the draw is the last axis."""

from typing import NamedTuple

import numpy as np
from numba import njit


class Ratings(NamedTuple):
    """Sums over one viewer's ratings; x is a film's vector with 1 for its level, t its target."""

    xx: np.ndarray  # (S, S, D) Σ x xᵀ, the lower triangle
    xt: np.ndarray  # (S, D) Σ x t
    tt: np.ndarray  # (D,) Σ t²
    day_x: np.ndarray  # (cells, S, D) Σ x of each day
    day_t: np.ndarray  # (cells, D) Σ t of each day
    day_n: np.ndarray  # (cells,) ratings of each day, 0 where they share no level
    total: int  # ratings


class Prior(NamedTuple):
    """What is believed of the viewer before the ratings are looked at."""

    mean: np.ndarray  # (S, D)
    precision: np.ndarray  # (S, D)
    noise: np.ndarray  # (D,) precision of a rating
    days: np.ndarray  # (D,) variance of a day's level
    shape: np.ndarray  # (D,) of the own noise


class Work(NamedTuple):
    """What `solved` writes."""

    lower: np.ndarray  # (S, S, D) L of the precision LLᵀ
    pull: np.ndarray  # (S, D) L⁻¹ of precision times mean
    likelihood: np.ndarray  # (D,) logarithm, up to a constant


@njit(cache=True)
def day_gain(noise: float, variance: float, count: float) -> float:
    """By how much of its ratings' summed errors a day's level is expected to be off."""
    gain: float = noise * variance / (1 + noise * variance * count)
    return gain


@njit(cache=True)
def solved(ratings: Ratings, prior: Prior, own: float, work: Work) -> None:
    """Posterior of the viewer's vector at the noise precision own · noise; days integrated out.

    The likelihood includes the density of log(own), own ~ Gamma(shape/2, shape/2).
    """
    size, draws = prior.mean.shape
    for d in range(draws):
        sharp = own * prior.noise[d]
        work.likelihood[d] = 0.5 * (ratings.total * np.log(sharp) - sharp * ratings.tt[d])
        work.likelihood[d] += 0.5 * prior.shape[d] * (np.log(own) - own)
    for f in range(size):
        for d in range(draws):
            pulled = own * prior.noise[d] * ratings.xt[f, d]
            work.pull[f, d] = pulled + prior.precision[f, d] * prior.mean[f, d]
        for k in range(f + 1):
            for d in range(draws):
                work.lower[f, k, d] = own * prior.noise[d] * ratings.xx[f, k, d]
        for d in range(draws):
            work.lower[f, f, d] += prior.precision[f, d]
    _without_days(ratings, prior, own, work)
    _factor(work)


@njit(cache=True)
def _without_days(ratings: Ratings, prior: Prior, own: float, work: Work) -> None:
    size, draws = prior.mean.shape
    factor = np.empty(draws)
    for cell in range(len(ratings.day_n)):
        count = ratings.day_n[cell]
        if count == 0:
            continue
        x, t = ratings.day_x[cell], ratings.day_t[cell]
        for d in range(draws):
            sharp = own * prior.noise[d]
            factor[d] = sharp * day_gain(sharp, prior.days[d], count)
            work.likelihood[d] += 0.5 * factor[d] * t[d] * t[d]
            work.likelihood[d] -= 0.5 * np.log(1 + sharp * prior.days[d] * count)
        for f in range(size):
            for d in range(draws):
                work.pull[f, d] -= factor[d] * x[f, d] * t[d]
            for k in range(f + 1):
                for d in range(draws):
                    work.lower[f, k, d] -= factor[d] * x[f, d] * x[k, d]


@njit(cache=True)
def _factor(work: Work) -> None:
    """Cholesky in place, L⁻¹ of the pull, and their share of the likelihood."""
    L, b = work.lower, work.pull
    size, draws = b.shape
    for f in range(size):
        for j in range(f + 1):
            for k in range(j):
                for d in range(draws):
                    L[f, j, d] -= L[f, k, d] * L[j, k, d]
            if j < f:
                for d in range(draws):
                    L[f, j, d] /= L[j, j, d]
        for d in range(draws):
            L[f, f, d] = np.sqrt(L[f, f, d])
        for k in range(f):
            for d in range(draws):
                b[f, d] -= L[f, k, d] * b[k, d]
        for d in range(draws):
            b[f, d] /= L[f, f, d]
            work.likelihood[d] += 0.5 * b[f, d] * b[f, d] - np.log(L[f, f, d])


@njit(cache=True)
def mean_in_place(work: Work) -> None:
    """The pull becomes the mean, L⁻ᵀ of it."""
    L, b = work.lower, work.pull
    size, draws = b.shape
    for f in range(size - 1, -1, -1):
        for d in range(draws):
            b[f, d] /= L[f, f, d]
        for k in range(f):
            for d in range(draws):
                b[k, d] -= L[f, k, d] * b[f, d]


@njit(cache=True)
def inverse(L: np.ndarray) -> np.ndarray:
    """(LLᵀ)⁻¹ in every draw, (S, S, D)."""
    size, _, draws = L.shape
    lower, out = np.zeros((size, size, draws)), np.zeros((size, size, draws))
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
            for j in range(f, size):
                for d in range(draws):
                    out[f, k, d] += lower[j, f, d] * lower[j, k, d]
            out[k, f] = out[f, k]
    return out


@njit(cache=True)
def likeliest(ratings: Ratings, prior: Prior, work: Work) -> tuple[float, float]:
    """The likeliest log(own), all draws together, and its width; -1.6 to 1.6 is looked at first.

    The log-likelihood is nearly s·l - r·exp(l) in l = log(own): three values give s and r.
    """
    values, step = np.empty(5), 0.8
    for node in range(5):
        solved(ratings, prior, np.exp((node - 2) * step), work)
        values[node] = work.likelihood.mean()
    best = min(max(int(np.argmax(values)), 1), 3)
    middle, width = _peak((best - 2) * step, step, values[best - 1 : best + 2])
    for _ in range(2):
        for node in range(3):
            solved(ratings, prior, np.exp(middle + (node - 1) * width), work)
            values[node] = work.likelihood.mean()
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
