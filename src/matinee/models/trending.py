"""Decayed popularity: what is liked now, the yardstick under a split in time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from matinee.dataset import NO_TIME, Dataset, Histories, Vocabulary
from matinee.errors import InputError, MissingData
from matinee.models.popularity import same_for_all
from matinee.models.protocols import Contributions
from matinee.models.stored import check_shape


@dataclass(frozen=True, slots=True)
class Trending:
    """Score of a film: Σ strength⁺ · exp(-age / days) over those who liked it.

    `days` is the time constant: a like of that age counts 1/e. The age is taken at the latest
    moment that the data knows; at a later one all scores shrink alike and the order stays.
    """

    days: float = 30.0

    def __post_init__(self) -> None:
        if not 0 < self.days < np.inf:
            raise InputError(f"trending: expected finite days > 0, got {self.days}")

    def fit(self, data: Dataset, rng: np.random.Generator) -> "FittedTrending":
        """Sum in float64; `rng` is unused. A like without a time is older than any and adds 0."""
        del rng
        histories = data.histories
        if histories.entries and int(histories.time.max()) == NO_TIME:
            raise MissingData(f"trending: expected times of ratings, {data.name} has none")
        age = float(data.as_of) - histories.time.astype(np.float64)
        weight = np.maximum(histories.strength, 0) * np.exp(-age / (86_400 * self.days))
        scores = np.bincount(histories.numbers, weight, minlength=len(data.items))
        return FittedTrending(self, data.items, scores.astype(np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class FittedTrending:
    """One score a film, whatever the history."""

    kind: ClassVar[str] = "trending"

    recipe: Trending
    items: Vocabulary
    trend: np.ndarray  # (items,) float32

    def score(self, histories: Histories) -> np.ndarray:
        """The same row for every history, (rows, items)."""
        return np.tile(self.trend, (histories.rows, 1))

    def contributions(self, histories: Histories, items: np.ndarray) -> Contributions:
        """The term "trend" is the whole score."""
        return same_for_all(histories.on(self.items), {"trend": self.trend[items]})

    def arrays(self) -> dict[str, np.ndarray]:
        """Every array but the item ids."""
        return {"trend": self.trend}

    @classmethod
    def from_arrays(
        cls, recipe: Trending, items: Vocabulary, arrays: Mapping[str, np.ndarray]
    ) -> "FittedTrending":
        """The fitted model of its stored arrays."""
        check_shape("trend", arrays["trend"], (len(items),))
        return cls(recipe, items, arrays["trend"])
