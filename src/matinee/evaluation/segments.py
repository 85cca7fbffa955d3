"""Kinds of viewers, and for whom lists are better or worse."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata, ttest_ind

from matinee.dataset import Dataset, Histories
from matinee.evaluation.deletion import Figure
from matinee.evaluation.significance import Sums

_LEAST = 8  # viewers of a segment, for an interval


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Viewers of one kind."""

    by: str  # "activity" or "taste"
    name: str
    viewers: np.ndarray  # (viewers,) bool


@dataclass(frozen=True, slots=True)
class Quality:
    """A metric in a segment, and its difference to all other viewers (Welch 1947)."""

    by: str
    segment: str
    viewers: int
    value: Figure
    difference: Figure


def segments(histories: Histories, train: Dataset) -> list[Segment]:
    """Thirds of the viewers by how many films they have, and by how popular what they liked is.

    Popularity is the rank of a film among all by its number of viewers in `train`. Viewers who
    liked nothing have no taste here.
    """
    found = _thirds("activity", histories.lengths.astype(np.float64), _activity)
    takers = np.bincount(train.histories.numbers, minlength=len(train.items))
    rank = rankdata(takers) / max(len(takers), 1)
    liked = histories.strength > 0
    rows = histories.entry_rows[liked]
    count = np.bincount(rows, minlength=histories.rows)
    total = np.bincount(rows, rank[histories.numbers[liked]], minlength=histories.rows)
    taste = np.full(histories.rows, np.nan)
    np.divide(total, count, out=taste, where=count > 0)
    return found + _thirds("taste", taste, _taste)


def qualities(values: np.ndarray, parts: list[Segment], seed: int = 0) -> list[Quality]:
    """The mean of `values` (viewers,) in each segment; segments of few viewers are left out."""
    found = []
    for part in parts:
        inside, outside = values[part.viewers], values[~part.viewers]
        if min(len(inside), len(outside)) < _LEAST:
            continue
        test = ttest_ind(inside, outside, equal_var=False)
        ends = test.confidence_interval(0.95)
        gap = float(inside.mean() - outside.mean())
        difference = Figure(gap, float(ends.low), float(ends.high))
        value = Figure.of([Sums.of(inside)], seed)[0]
        found.append(Quality(part.by, part.name, len(inside), value, difference))
    return found


def _thirds(
    by: str, values: np.ndarray, named: Callable[[float, float], list[str]]
) -> list[Segment]:
    known = values[~np.isnan(values)]
    if len(known) < 3 * _LEAST:
        return []
    low, high = np.quantile(known, [1 / 3, 2 / 3])
    masks = [values <= low, (values > low) & (values <= high), values > high]
    names = named(low, high)
    return [Segment(by, name, mask) for name, mask in zip(names, masks, strict=True) if mask.any()]


def _activity(low: float, high: float) -> list[str]:
    return [
        f"up to {low:.0f} films",
        f"{int(low) + 1} to {high:.0f} films",
        f"more than {high:.0f} films",
    ]


def _taste(low: float, high: float) -> list[str]:
    del low, high
    return ["lesser known films", "mixed", "popular films"]
