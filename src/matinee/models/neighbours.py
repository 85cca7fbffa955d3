"""Sparse item-item weights: what recipes of neighbours fit into."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from matinee.dataset import Histories, Vocabulary
from matinee.kernels.gram import gram
from matinee.kernels.top_neighbours import top_neighbours
from matinee.kernels.weighted_sums import sparse_sums
from matinee.models.protocols import Contributions
from matinee.models.stored import check_csr

_BLOCK = 256  # rows of the item-item matrix at a time


@dataclass(frozen=True, slots=True, eq=False)
class FittedNeighbours:
    """A score is the sum of the weights from the films of a history, each by what it counts."""

    recipe: Any
    items: Vocabulary
    indptr: np.ndarray  # (items + 1,) int64: the neighbours of item i lie between i and i + 1
    numbers: np.ndarray  # (entries,) int32, ascending for each item
    weights: np.ndarray  # (entries,) float32

    @property
    def kind(self) -> str:
        """The name of its recipe."""
        return str(self.recipe.kind)

    def counted(self, own: Histories) -> np.ndarray:
        """What the entries count, (entries,) float32 >= 0: as the recipe says, else the likes."""
        counted = getattr(self.recipe, "counted", None)
        return np.asarray(np.maximum(own.strength, 0) if counted is None else counted(own))

    def score(self, histories: Histories) -> np.ndarray:
        """(rows, items) float32; 0 for an item that is no neighbour of anything liked."""
        own = histories.on(self.items)
        scores: np.ndarray = sparse_sums(
            (own.indptr, own.numbers, self.counted(own)), (self.indptr, self.numbers, self.weights)
        )
        return scores

    def contributions(self, histories: Histories, items: np.ndarray) -> Contributions:
        """What the entry counts x its weight."""
        own = histories.on(self.items)
        # Keys (item, neighbour) ascend, so that one search finds every asked pair.
        sources = np.repeat(np.arange(len(self.items)), np.diff(self.indptr))
        keys = np.append(sources * len(self.items) + self.numbers, len(self.items) ** 2)
        asked = own.numbers[:, None].astype(np.int64) * len(self.items) + items[own.entry_rows]
        place = np.searchsorted(keys, asked)
        weights = np.where(keys[place] == asked, np.append(self.weights, np.float32(0))[place], 0)
        entries = self.counted(own)[:, None] * weights
        return Contributions(own, entries.astype(np.float32), {})

    def arrays(self) -> dict[str, np.ndarray]:
        """`indptr`, `numbers`, `weights`: a CSR matrix."""
        return {"indptr": self.indptr, "numbers": self.numbers, "weights": self.weights}

    @classmethod
    def from_arrays(
        cls, recipe: Any, items: Vocabulary, arrays: Mapping[str, np.ndarray]
    ) -> "FittedNeighbours":
        """The fitted model of stored arrays."""
        indptr, numbers, weights = arrays["indptr"], arrays["numbers"], arrays["weights"]
        check_csr((weights, numbers, indptr), len(items), len(items))
        return cls(recipe, items, indptr, numbers, weights)


def nearest(
    by_user: csr_array,
    by_item: csr_array,
    neighbours: int,
    scaled: Callable[[np.ndarray, int], np.ndarray],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """CSR arrays of each item's most similar others, by `by_item` x `by_user`.

    `scaled(block, start)` turns rows of that product, from number `start` on, into similarities.
    No more than a block of rows is ever dense, so that catalogues of any size fit.
    """
    items = by_user.shape[1]
    kept, counts = [], []
    for start in range(0, items, _BLOCK):
        stop = min(start + _BLOCK, items)
        block = gram(by_user, by_item, start, stop)
        block[np.arange(stop - start), np.arange(start, stop)] = 0
        numbers, weights = top_neighbours(scaled(block, start), min(neighbours, items))
        kept.append((numbers[numbers >= 0], weights[numbers >= 0]))
        counts.append((numbers >= 0).sum(axis=1))
    indptr = np.concatenate([[0], np.cumsum(np.concatenate(counts))])
    numbers, weights = (np.concatenate(part) for part in zip(*kept, strict=True))
    return indptr, numbers, weights
