"""Transitions: what viewers go on to like after the films that one saw last."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl
from scipy.sparse import coo_array, csr_array

from matinee.dataset import NO_TIME, Dataset, Histories, Vocabulary
from matinee.errors import InputError, MissingData
from matinee.models.neighbours import FittedNeighbours

_LEAST = 2.0**-12  # of a weight: older transitions are forgotten


@dataclass(frozen=True, slots=True)
class Transitions:
    """From each film to those liked after it, near in order and late in time counting more.

    Of a viewer's films in order of time (equal times: by item number), film i followed after g
    others by a liked j adds strength · lag^g · exp(-age / days) to t_ij, for g < `window`; the
    weight is t_ij / (Σ_j t_ij + shrink), a shrunk Markov chain (Rendle et al. 2010, section 4.1,
    with decay). A history counts by its end: its last film 1, the one before `recency`, and so
    on; disliked films count nothing. Films without a time come before all others.
    """

    kind: ClassVar[str] = "transitions"
    days: float = 90.0
    window: int = 20
    lag: float = 0.95
    recency: float = 0.8
    shrink: float = 1.0

    def __post_init__(self) -> None:
        if not (0 < self.days < np.inf and 1 <= self.window <= 1000 and 0 <= self.shrink < np.inf):
            raise InputError(
                "transitions: expected days > 0, window from 1 to 1,000 and shrink >= 0, got "
                f"{self}"
            )
        if not (0 < self.lag <= 1 and 0 < self.recency <= 1):
            raise InputError(f"transitions: expected lag and recency in (0, 1], got {self}")

    def fit(self, data: Dataset, rng: np.random.Generator) -> FittedNeighbours:
        """Of the items rated at all; `rng` is unused. Ages are taken at the data's latest time."""
        del rng
        histories = data.histories
        if not histories.entries or int(histories.time.max()) == NO_TIME:
            raise MissingData(f"transitions: expected times of ratings, {data.name} has none")
        items = Vocabulary(data.items.ids.filter(pl.Series(data.rated_items)))
        own = histories.on(items)
        weights = self._summed(own, float(data.as_of), len(items))
        total = np.asarray(weights.sum(axis=1)) + self.shrink
        values = weights.data / np.repeat(np.maximum(total, 1e-12), np.diff(weights.indptr))
        return FittedNeighbours(
            self,
            items,
            weights.indptr.astype(np.int64),
            weights.indices.astype(np.int32),
            values.astype(np.float32),
        )

    def counted(self, histories: Histories) -> np.ndarray:
        """recency^(entries after it) of each entry that is not disliked, (entries,) float32."""
        after = np.empty(histories.entries, np.int64)
        last = np.repeat(histories.indptr[1:], histories.lengths) - 1
        after[_in_time(histories)] = last - np.arange(histories.entries)
        return np.where(histories.strength >= 0, self.recency**after, 0).astype(np.float32)

    def _summed(self, own: Histories, as_of: float, items: int) -> csr_array:
        """t of the class docstring, (items, items) float64 without a diagonal."""
        order = _in_time(own)
        rows, numbers = own.entry_rows[order], own.numbers[order]
        age = (as_of - own.time[order].astype(np.float64)) / 86_400
        weight = np.maximum(own.strength[order], 0) * np.exp(-age / self.days)
        summed = csr_array((items, items))
        for gap in range(min(self.window, len(order))):
            late = slice(gap + 1, None)
            early = slice(None, len(order) - gap - 1)
            found = (rows[late] == rows[early]) & (weight[late] > _LEAST)
            values = weight[late][found] * self.lag**gap
            pairs = (numbers[early][found], numbers[late][found])
            summed = summed + coo_array((values, pairs), shape=(items, items)).tocsr()
        summed.sort_indices()
        return summed


def _in_time(histories: Histories) -> np.ndarray:
    """The order of the entries row by row, in a row by time, of one time by item number."""
    return np.lexsort((histories.numbers, histories.time, histories.entry_rows))
