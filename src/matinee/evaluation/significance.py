"""How sure a figure is: bootstrap intervals by user, paired tests, Holm's correction."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from matinee.errors import InputError

LEVEL = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """A metric as a ratio of sums over users, so that every user is resampled whole.

    A mean over users has denominators 0 (not defined for this user) and 1; a pooled rating error
    has the user's number of ratings, and the root is taken at the end.
    """

    numerators: np.ndarray  # (users,)
    denominators: np.ndarray  # (users,)
    root: bool = False

    @classmethod
    def of(cls, values: np.ndarray) -> "Sums":
        """The mean of one value a user, NaN left out."""
        defined = ~np.isnan(values)
        return cls(np.where(defined, values, 0.0), defined.astype(np.float64))

    @property
    def value(self) -> float:
        """The metric; NaN if it is defined for no user."""
        return float(self.ratio(self.numerators.sum(), self.denominators.sum()))

    def ratio(self, numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
        """The metric of these sums, NaN where the denominator is 0."""
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.true_divide(numerator, denominator)
        return np.asarray(np.sqrt(ratio) if self.root else ratio)

    def influence(self) -> np.ndarray:
        """What each user moves the metric by, to first order, (users,); sums to 0."""
        total = self.denominators.sum()
        ratio = self.numerators.sum() / total
        moved = (self.numerators - ratio * self.denominators) / total
        if not self.root:
            return np.asarray(moved)
        return np.asarray(moved / (2 * np.sqrt(ratio)) if ratio > 0 else np.zeros_like(moved))


def joined(parts: Sequence[Sums]) -> Sums:
    """The same metric of several groups of users, as one."""
    return Sums(
        np.concatenate([part.numerators for part in parts]),
        np.concatenate([part.denominators for part in parts]),
        parts[0].root,
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """A difference a - b with its 95 % interval and two-sided p-value."""

    difference: float
    low: float
    high: float
    p: float


def bootstrap(
    sums: Sequence[Sums], rng: np.random.Generator, draws: int = 1000
) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the 95 % percentile intervals of all metrics, (metrics,) each.

    Users are drawn with replacement, the same draws for every metric (Efron and Tibshirani 1993,
    chapter 13).
    """
    stacked = np.stack([part for s in sums for part in (s.numerators, s.denominators)], axis=1)
    totals = np.concatenate([w @ stacked for w in _weights(len(stacked), draws, rng)])
    values = np.stack(
        [s.ratio(totals[:, 2 * k], totals[:, 2 * k + 1]) for k, s in enumerate(sums)], axis=1
    )
    return _ends(values)


def bootstrap_lists(
    statistic: Callable[[np.ndarray], np.ndarray],
    users: int,
    rng: np.random.Generator,
    draws: int = 200,
) -> tuple[np.ndarray, np.ndarray]:
    """The same for `statistic`(how often each user counts) of all lists together.

    A resample repeats users and so shows fewer films; the interval is moved by the difference of
    the draws' mean and the statistic itself, and keeps the draws' spread.
    """
    whole = statistic(np.ones(users))
    values = np.stack([statistic(row) for w in _weights(users, draws, rng) for row in w])
    low, high = _ends(values)
    shift = whole - values.mean(axis=0)
    return low + shift, high + shift


def compare(a: Sums, b: Sums) -> Comparison:
    """a - b on the same users: a paired t-test on what each user moves the difference by.

    For means over the same users it is the paired t-test; for pooled errors its ratio form with
    users as clusters (Deng et al. 2018, section 3).
    """
    if len(a.numerators) != len(b.numerators):
        raise InputError(
            f"comparison: expected the same users, got {len(a.numerators)} and {len(b.numerators)}"
        )
    difference = a.value - b.value
    used = (a.denominators > 0) | (b.denominators > 0)
    users = int(used.sum())
    if users < 2:
        return Comparison(difference, float("nan"), float("nan"), float("nan"))
    moved = (a.influence() - b.influence())[used]
    error = float(np.sqrt(users / (users - 1) * (moved @ moved)))
    half = float(student.ppf((1 + LEVEL) / 2, users - 1)) * error
    if error == 0:
        p = 1.0 if difference == 0 else 0.0
    else:
        p = float(2 * student.sf(abs(difference) / error, users - 1))
    return Comparison(difference, difference - half, difference + half, p)


def holm(p: np.ndarray) -> np.ndarray:
    """p-values adjusted for being several (Holm 1979), in the order given; NaN stays.

    >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    adjusted = np.full(len(p), np.nan)
    order = np.argsort(p, kind="stable")
    order = order[~np.isnan(p[order])]
    stepped = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return adjusted


def _weights(users: int, draws: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """How often each user is drawn, in chunks of (some draws, users)."""
    chunk = max(1, 2**22 // max(users, 1))
    for start in range(0, draws, chunk):
        yield np.stack(
            [
                np.bincount(rng.integers(users, size=users), minlength=users).astype(np.float64)
                for _ in range(min(chunk, draws - start))
            ]
        )


def _ends(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The percentiles of (draws, metrics), NaN draws left out; NaN for a metric without any."""
    ends = np.full((2, values.shape[1]), np.nan)
    some = ~np.isnan(values).all(axis=0)
    if some.any():
        ends[:, some] = np.nanquantile(values[:, some], [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return ends[0], ends[1]
