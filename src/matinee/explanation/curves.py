"""How a ranker's score moves with one feature: partial dependence, and ALE where others follow."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from matinee.errors import InputError
from matinee.ranking.examples import Examples, Features

_POINTS = 20
_PAIRS = 4_000  # that curves are averaged over
TOGETHER = 0.7  # |Spearman correlation| from which two features are said to go together

Score = Callable[[Features], np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """The mean score, less its mean over the curve, where a feature has the values x."""

    feature: str
    x: np.ndarray  # (points,) ascending
    by_viewer: np.ndarray  # (viewers, points): mean over the viewer's pairs, each centred
    ale: np.ndarray  # (points,) accumulated local effects, centred
    goes_with: tuple[tuple[str, float], ...]  # features and their rank correlation


def curve(score: Score, examples: Examples, feature: str, seed: int = 0) -> Curve:
    """Partial dependence (Friedman 2001) and ALE (Apley and Zhu 2020) on quantiles of the feature.

    Pairs of which the feature is not known are left out. Partial dependence averages over pairs
    that do not exist where features go together; ALE moves each pair to its neighbours only.
    """
    rng = np.random.default_rng(seed)
    known = np.flatnonzero(~np.isnan(examples.features.column(feature)))
    if not len(known):
        raise InputError(f"curve: expected {feature!r} to be known of a pair, got none")
    rows = np.sort(rng.choice(known, min(_PAIRS, len(known)), replace=False))
    names, values = examples.features.names, examples.features.values[rows]
    place = names.index(feature)
    column = values[:, place]
    x = np.unique(np.quantile(column, np.linspace(0.01, 0.99, _POINTS)).astype(np.float32))
    viewers = examples.viewers[rows]
    counts = np.bincount(viewers, minlength=len(examples.sizes))
    asked = counts > 0
    by_viewer = np.empty((int(asked.sum()), len(x)))
    at = np.empty((len(rows), len(x)))
    for k, value in enumerate(x):
        at[:, k] = _moved(score, names, values, place, value)
    for k in range(len(x)):
        by_viewer[:, k] = np.bincount(viewers, at[:, k], len(counts))[asked] / counts[asked]
    # Where a viewer's scores lie as a whole is not what the feature does.
    by_viewer -= by_viewer.mean(axis=1, keepdims=True)
    return Curve(
        feature, x, by_viewer, _ale(score, names, values, place, x), _goes_with(examples, feature)
    )


def _moved(
    score: Score, names: tuple[str, ...], values: np.ndarray, place: int, to: np.ndarray | float
) -> np.ndarray:
    changed = values.copy()
    changed[:, place] = to
    return score(Features(names, changed))


def _ale(
    score: Score, names: tuple[str, ...], values: np.ndarray, place: int, x: np.ndarray
) -> np.ndarray:
    if len(x) < 2:
        return np.zeros(len(x))
    bins = np.clip(np.searchsorted(x, values[:, place], side="left"), 1, len(x) - 1)
    step = _moved(score, names, values, place, x[bins]) - _moved(
        score, names, values, place, x[bins - 1]
    )
    count = np.bincount(bins, minlength=len(x))
    mean = np.bincount(bins, step, minlength=len(x)) / np.maximum(count, 1)
    total = np.cumsum(mean)
    middle = (total[1:] + total[:-1]) / 2
    return np.asarray(total - (middle @ count[1:]) / max(count[1:].sum(), 1))


def _goes_with(examples: Examples, feature: str) -> tuple[tuple[str, float], ...]:
    """Features with which this one's rank correlation is at least `TOGETHER`, largest first."""
    names, values = examples.features.names, examples.features.values
    rows = np.linspace(0, len(values) - 1, min(len(values), _PAIRS)).astype(np.int64)
    own = values[rows, names.index(feature)]
    found = []
    for k, name in enumerate(names):
        other = values[rows, k]
        known = ~np.isnan(own) & ~np.isnan(other)
        if name == feature or known.sum() < 3:
            continue
        a, b = rankdata(own[known]), rankdata(other[known])
        if a.std() > 0 and b.std() > 0:
            rho = float(np.corrcoef(a, b)[0, 1])
            if abs(rho) >= TOGETHER:
                found.append((name, rho))
    return tuple(sorted(found, key=lambda one: -abs(one[1])))
