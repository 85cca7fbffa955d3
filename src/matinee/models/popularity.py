"""Popularity: the same list for everybody, and the yardstick of every other model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from matinee.dataset import Dataset, Histories, Vocabulary
from matinee.models.protocols import Contributions
from matinee.models.stored import check_shape


@dataclass(frozen=True, slots=True)
class Popularity:
    """Score of a film: the positive strengths it got, summed; its likes, if all are 1."""

    def fit(self, data: Dataset, rng: np.random.Generator) -> "FittedPopularity":
        """Count; `rng` is unused. Dislikes are ignored. A film that nobody liked has 0."""
        del rng
        likes = np.maximum(data.histories.strength, 0)
        counts = np.bincount(data.histories.numbers, likes, minlength=len(data.items))
        return FittedPopularity(self, data.items, counts.astype(np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class FittedPopularity:
    """One score a film, whatever the history."""

    kind: ClassVar[str] = "popularity"

    recipe: Popularity
    items: Vocabulary
    popularity: np.ndarray  # (items,) float32

    def score(self, histories: Histories) -> np.ndarray:
        """The same row for every history, (rows, items)."""
        return np.tile(self.popularity, (histories.rows, 1))

    def contributions(self, histories: Histories, items: np.ndarray) -> Contributions:
        """The term "popularity" is the whole score."""
        return same_for_all(histories.on(self.items), {"popularity": self.popularity[items]})

    def arrays(self) -> dict[str, np.ndarray]:
        """Every array but the item ids."""
        return {"popularity": self.popularity}

    @classmethod
    def from_arrays(
        cls, recipe: Popularity, items: Vocabulary, arrays: Mapping[str, np.ndarray]
    ) -> "FittedPopularity":
        """The fitted model of its stored arrays."""
        check_shape("popularity", arrays["popularity"], (len(items),))
        return cls(recipe, items, arrays["popularity"])


def same_for_all(histories: Histories, terms: Mapping[str, np.ndarray]) -> Contributions:
    """Contributions of a score that no history changes: named terms (rows, n) alone."""
    n = next(iter(terms.values())).shape[1]
    return Contributions(histories, np.zeros((histories.entries, n), np.float32), terms)
