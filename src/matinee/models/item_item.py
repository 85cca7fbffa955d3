"""Dense item-item weights: what every linear recipe fits into."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from matinee.dataset import Histories, Vocabulary
from matinee.kernels.weighted_sums import dense_sums
from matinee.models.protocols import Contributions
from matinee.models.statistic import Inputs
from matinee.models.stored import check_shape


@dataclass(frozen=True, slots=True, eq=False)
class FittedItemItem:
    """A score is the sum of the weights from the films of a history, each by what it counts."""

    kind: str
    recipe: Any
    items: Vocabulary
    weights: np.ndarray  # (items, items) float32: row = in the history, column = scored

    @property
    def inputs(self) -> Inputs:
        """What likes, films without opinion and dislikes count; by default only likes do."""
        return getattr(self.recipe, "inputs", Inputs())

    def score(self, histories: Histories) -> np.ndarray:
        """(rows, items) float32; 0 throughout for a history in which nothing counts."""
        own = histories.on(self.items)
        scores: np.ndarray = dense_sums(
            (own.indptr, own.numbers, self.inputs.values(own)), self.weights
        )
        return scores

    def contributions(self, histories: Histories, items: np.ndarray) -> Contributions:
        """What the entry counts x its weight."""
        own = histories.on(self.items)
        weights = self.weights[own.numbers[:, None], items[own.entry_rows]]
        return Contributions(own, self.inputs.values(own)[:, None] * weights, {})

    def arrays(self) -> dict[str, np.ndarray]:
        """`weights`."""
        return {"weights": self.weights}

    @classmethod
    def from_arrays(
        cls, recipe: Any, items: Vocabulary, arrays: Mapping[str, np.ndarray]
    ) -> "FittedItemItem":
        """The fitted model of stored arrays; InputError unless they fit together."""
        check_shape("weights", arrays["weights"], (len(items), len(items)))
        return cls(recipe.kind, recipe, items, arrays["weights"])
