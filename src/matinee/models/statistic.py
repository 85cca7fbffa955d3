"""Sums over viewers from which every linear item-item model is solved."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from matinee.dataset import Dataset, Histories, Vocabulary
from matinee.errors import InputError, MissingData
from matinee.kernels.gram import gram, upper_gram

GRID = 1024  # values are multiples of 1 / GRID: float64 sums of their products are exact
_BLOCK = 512  # rows of the item-item matrix at a time


@dataclass(frozen=True, slots=True)
class Inputs:
    """What an entry of a history counts for: 1 times the strength if liked, else these."""

    neutral: float = 0.0  # seen without opinion
    disliked: float = 0.0  # times |strength|

    def __post_init__(self) -> None:
        if not (0 <= self.neutral <= 1 and 0 <= self.disliked <= 1):
            raise InputError(f"inputs: expected neutral and disliked from 0 to 1, got {self}")

    @property
    def likes_only(self) -> bool:
        """Whether a film that was seen but not liked counts as not seen."""
        return self.neutral == 0 == self.disliked

    def values(self, histories: Histories) -> np.ndarray:
        """Of each entry, (entries,) float32 from 0 to 1."""
        strength = histories.strength
        others = np.where(strength < 0, np.float32(-self.disliked) * strength, self.neutral)
        return np.where(strength > 0, strength, others).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What viewers add to the statistic: y = √w · values, one row a viewer, on rated items.

    A row depends on that viewer's history alone, and is rounded to multiples of 1 / GRID.
    """

    items: Vocabulary
    seen: csr_array  # (users, items) float32: everything that counts
    liked: csr_array  # (users, items) float32: the likes, which are what is predicted

    @classmethod
    def of(cls, data: Dataset, items: Vocabulary, inputs: Inputs, activity: float = 0.0) -> "Rows":
        """Rows of all viewers; w = (entries that count)^-activity, so 0: all viewers alike."""
        own = data.histories.on(items)
        values, strength = inputs.values(own), own.strength
        if activity:
            lengths = np.bincount(own.entry_rows, values > 0, own.rows)
            weight = np.sqrt(np.maximum(lengths, 1.0) ** -activity)[own.entry_rows]
            values, strength = weight * values, weight * strength
        seen = _positive(own, values)
        if inputs.likes_only:
            return cls(items, seen, seen)
        return cls(items, seen, _positive(own, strength))

    def squares(self, dtype: str = "float64") -> np.ndarray:
        """Σ y yᵀ of what was seen, (items, items): the upper triangle, zeros below it."""
        items = self.seen.shape[1]
        out: np.ndarray = np.zeros((items, items), dtype)
        upper_gram(self.seen, out)
        return out

    def products(self, dtype: str = "float64") -> np.ndarray:
        """Σ y_seen y_likedᵀ, (items, items): row = seen, column = liked."""
        items = self.seen.shape[1]
        out: np.ndarray = np.empty((items, items), dtype)
        by_column = self.seen.T.tocsr()
        for start in range(0, items, _BLOCK):
            stop = min(start + _BLOCK, items)
            out[start:stop] = gram(self.liked, by_column, start, stop)
        return out


def liked_items(data: Dataset, name: str, least: int = 1) -> Vocabulary:
    """The items with at least `least` likes, of which a linear model can say anything.

    MissingData where nothing was rated. Data without a like keeps its rated items: their weights
    are 0.
    """
    if not data.histories.entries:
        raise MissingData(f"{name}: expected interactions to learn from, got none")
    liked = data.histories.numbers[data.histories.strength > 0]
    keep = np.bincount(liked, minlength=len(data.items)) >= least
    return Vocabulary(data.items.ids.filter(pl.Series(keep if keep.any() else data.rated_items)))


def _positive(histories: Histories, values: np.ndarray) -> csr_array:
    """(rows, items) of the values that are positive on the grid."""
    rounded = np.asarray(np.round(GRID * values) / GRID, np.float32)
    keep = rounded > 0
    return histories.where(keep).matrix(rounded[keep])
