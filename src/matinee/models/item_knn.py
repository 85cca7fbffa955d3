"""Item-item nearest neighbours: cosine similarity, plain or between BM25-weighted columns."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from matinee.dataset import Dataset, Histories, Vocabulary
from matinee.errors import InputError, MissingData
from matinee.kernels.gram import gram
from matinee.kernels.top_neighbours import top_neighbours
from matinee.kernels.weighted_sums import sparse_sums
from matinee.models.protocols import Contributions
from matinee.models.stored import check_csr

_BLOCK = 256  # rows of the item-item matrix at a time


@dataclass(frozen=True, slots=True)
class ItemKnn:
    """Cosine between item columns of positive strengths; of each item its best `neighbours` kept.

    sim(i, j) = x_i·x_j / (|x_i| |x_j| + shrink) (Sarwar et al. 2001; the shrinkage term of Bell
    and Koren 2007). An item is no neighbour of itself. Dislikes and entries without opinion
    count as not seen. The defaults are what `scripts/tune_defaults.py` found on three data sets
    (884 and 1,611 neighbours, shrink 14.5 and 14.1), rounded.
    """

    neighbours: int = 1000
    shrink: float = 15.0

    def __post_init__(self) -> None:
        if self.neighbours < 1 or not self.shrink >= 0:
            raise InputError(f"item_knn: expected neighbours >= 1 and shrink >= 0, got {self}")

    def fit(self, data: Dataset, rng: np.random.Generator) -> "FittedItemKnn":
        """Similarities of the items rated at all, in float64; `rng` is unused."""
        del rng
        items, liked = _liked(data, "item_knn")
        norms = np.sqrt(np.asarray(liked.multiply(liked).sum(axis=0), np.float64))
        return FittedItemKnn(self, items, *_nearest(liked, self.neighbours, norms, self.shrink))


@dataclass(frozen=True, slots=True)
class Bm25:
    """Dot product between item columns weighted by BM25; of each item its best `neighbours` kept.

    Items are the documents and viewers the terms (Robertson and Zaragoza 2009, eq. 3.15):
    w_ui = idf_u · s (k1 + 1) / (s + k1 (1 - b + b · L_i / mean L)), L_i = Σ_u s_ui and
    idf_u = ln(items / (1 + likes of u)), so that a viewer who likes everything says little.
    An item is no neighbour of itself. Dislikes and entries without opinion count as not seen.
    """

    neighbours: int = 1000
    k1: float = 1.0
    b: float = 0.2

    def __post_init__(self) -> None:
        if self.neighbours < 1 or not 0 <= self.k1 < np.inf or not 0 <= self.b <= 1:
            raise InputError(
                f"bm25: expected neighbours >= 1, k1 >= 0 and b from 0 to 1, got {self}"
            )

    def fit(self, data: Dataset, rng: np.random.Generator) -> "FittedItemKnn":
        """Similarities of the items rated at all, in float64; `rng` is unused."""
        del rng
        items, liked = _liked(data, "bm25")
        weighted = bm25_weights(liked, self.k1, self.b)
        return FittedItemKnn(self, items, *_nearest(weighted, self.neighbours))


@dataclass(frozen=True, slots=True, eq=False)
class FittedItemKnn:
    """Sparse item-item weights: a score is the sum of them over the liked part of a history."""

    recipe: ItemKnn | Bm25
    items: Vocabulary
    indptr: np.ndarray  # (items + 1,) int64: the neighbours of item i lie between i and i + 1
    numbers: np.ndarray  # (entries,) int32, ascending for each item
    weights: np.ndarray  # (entries,) float32

    @property
    def kind(self) -> str:
        """The name of its recipe."""
        return "bm25" if isinstance(self.recipe, Bm25) else "item_knn"

    def score(self, histories: Histories) -> np.ndarray:
        """(rows, items) float32; 0 for an item that is no neighbour of anything liked."""
        own = histories.on(self.items)
        scores: np.ndarray = sparse_sums(
            (own.indptr, own.numbers, own.strength), (self.indptr, self.numbers, self.weights)
        )
        return scores

    def contributions(self, histories: Histories, items: np.ndarray) -> Contributions:
        """Strength x weight of each liked entry; 0 of the others."""
        own = histories.on(self.items)
        # Keys (item, neighbour) ascend, so that one search finds every asked pair.
        sources = np.repeat(np.arange(len(self.items)), np.diff(self.indptr))
        keys = np.append(sources * len(self.items) + self.numbers, len(self.items) ** 2)
        asked = own.numbers[:, None].astype(np.int64) * len(self.items) + items[own.entry_rows]
        place = np.searchsorted(keys, asked)
        weights = np.where(keys[place] == asked, np.append(self.weights, np.float32(0))[place], 0)
        entries = np.maximum(own.strength, 0)[:, None] * weights
        return Contributions(own, entries.astype(np.float32), {})

    def arrays(self) -> dict[str, np.ndarray]:
        """`indptr`, `numbers`, `weights`: a CSR matrix."""
        return {"indptr": self.indptr, "numbers": self.numbers, "weights": self.weights}

    @classmethod
    def from_arrays(
        cls, recipe: ItemKnn | Bm25, items: Vocabulary, arrays: Mapping[str, np.ndarray]
    ) -> "FittedItemKnn":
        """The fitted model of stored arrays."""
        indptr, numbers, weights = arrays["indptr"], arrays["numbers"], arrays["weights"]
        check_csr((weights, numbers, indptr), len(items), len(items))
        return cls(recipe, items, indptr, numbers, weights)


def bm25_weights(liked: csr_array, k1: float, b: float) -> csr_array:
    """The entries of `liked` (users, items) weighted as `Bm25` says."""
    lengths = np.asarray(liked.sum(axis=0), np.float64)
    mean = lengths.mean() or 1.0
    likes = np.diff(liked.indptr)
    idf = np.log(liked.shape[1] / (1 + likes))
    strength = liked.data.astype(np.float64)
    saturation = k1 * (1 - b + b * lengths / mean)[liked.indices]
    weights = np.repeat(idf, likes) * strength * (k1 + 1) / (strength + saturation)
    return csr_array((weights, liked.indices, liked.indptr), shape=liked.shape)


def _liked(data: Dataset, name: str) -> tuple[Vocabulary, csr_array]:
    items = Vocabulary(data.items.ids.filter(pl.Series(data.rated_items)))
    if not len(items):
        raise MissingData(f"{name}: expected interactions to learn from, got none")
    return items, data.histories.on(items).liked()


def _nearest(
    matrix: csr_array, neighbours: int, norms: np.ndarray | None = None, shrink: float = 0.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """CSR arrays of each item's most similar others; `norms` divide where given."""
    items = matrix.shape[1]
    transposed = matrix.T.tocsr()
    kept, counts = [], []
    for start in range(0, items, _BLOCK):
        stop = min(start + _BLOCK, items)
        block = gram(matrix, transposed, start, stop)
        block[np.arange(stop - start), np.arange(start, stop)] = 0
        if norms is not None:
            block /= np.maximum(np.outer(norms[start:stop], norms) + shrink, 1e-12)
        numbers, weights = top_neighbours(block, min(neighbours, items))
        kept.append((numbers[numbers >= 0], weights[numbers >= 0]))
        counts.append((numbers >= 0).sum(axis=1))
    indptr = np.concatenate([[0], np.cumsum(np.concatenate(counts))])
    numbers, weights = (np.concatenate(part) for part in zip(*kept, strict=True))
    return indptr, numbers, weights
