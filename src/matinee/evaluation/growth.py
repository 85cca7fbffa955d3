"""Whether a figure grows with another, told apart within the same viewer and between viewers."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from matinee.evaluation.significance import LEVEL


@dataclass(frozen=True, slots=True)
class Slope:
    """A least-squares slope with its 95 % interval and p-value, of so many viewers."""

    slope: float
    low: float
    high: float
    p: float
    viewers: int


NO_SLOPE = Slope(float("nan"), float("nan"), float("nan"), float("nan"), 0)


def within(x: np.ndarray, y: np.ndarray, viewer: np.ndarray) -> Slope:
    """The slope of y on x among the events of the same viewer, (events,) each; NaN in y left out.

    Each viewer's own means are taken off (fixed effects), so who a viewer is cannot matter; errors
    are clustered by viewer (Cameron and Miller 2015, equation 11, with G/(G-1)). Viewers whose x
    never changes say nothing and are not counted.
    """
    x, y, codes, count = _defined(x, y, viewer)
    if not len(x):
        return NO_SLOPE
    own_x = x - _means(x, codes, count)[codes]
    own_y = y - _means(y, codes, count)[codes]
    moves = np.bincount(codes, own_x**2, minlength=count) > 1e-12
    clusters, total = int(moves.sum()), float(own_x @ own_x)
    if clusters < 1 or total <= 1e-12:
        return NO_SLOPE
    slope = float(own_x @ own_y) / total
    scores = np.bincount(codes, own_x * (own_y - slope * own_x), minlength=count)
    return _tested(slope, float(scores @ scores) / total**2, clusters, clusters - 1)


def between(x: np.ndarray, y: np.ndarray, viewer: np.ndarray) -> Slope:
    """The slope over viewers, one point each: the means of x and y; errors as of White (HC1)."""
    x, y, codes, count = _defined(x, y, viewer)
    if count < 3:
        return NO_SLOPE
    x, y = _means(x, codes, count), _means(y, codes, count)
    x, y = x - x.mean(), y - y.mean()
    total = float(x @ x)
    if total <= 1e-12:
        return NO_SLOPE
    slope = float(x @ y) / total
    scores = x * (y - slope * x)
    # G/(G-2) of HC1 in place of the G/(G-1) that `_tested` applies.
    variance = float(scores @ scores) / total**2 * (count - 1) / (count - 2)
    return _tested(slope, variance, count, count - 2)


def _tested(slope: float, variance: float, clusters: int, freedom: int) -> Slope:
    if clusters < 2:
        return Slope(slope, float("nan"), float("nan"), float("nan"), clusters)
    error = float(np.sqrt(variance * clusters / (clusters - 1)))
    half = float(student.ppf((1 + LEVEL) / 2, freedom)) * error
    p = float(2 * student.sf(abs(slope) / error, freedom)) if error else float(slope == 0)
    return Slope(slope, slope - half, slope + half, p, clusters)


def _defined(
    x: np.ndarray, y: np.ndarray, viewer: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """x and y where y is defined, the viewers numbered from 0, and how many they are."""
    kept = ~np.isnan(y)
    names, codes = np.unique(viewer[kept], return_inverse=True)
    return x[kept].astype(np.float64), y[kept].astype(np.float64), codes, len(names)


def _means(values: np.ndarray, codes: np.ndarray, count: int) -> np.ndarray:
    return np.asarray(
        np.bincount(codes, values, minlength=count) / np.bincount(codes, minlength=count)
    )
