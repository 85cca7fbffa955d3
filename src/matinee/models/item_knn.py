"""Item-item nearest neighbours: by cosine, by BM25, by a random walk."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from matinee.dataset import Dataset, Vocabulary
from matinee.errors import InputError, MissingData
from matinee.models.neighbours import FittedNeighbours, nearest


@dataclass(frozen=True, slots=True)
class ItemKnn:
    """Cosine between item columns of positive strengths; of each item its best `neighbours` kept.

    sim(i, j) = x_i·x_j / (|x_i| |x_j| + shrink) (Sarwar et al. 2001; the shrinkage term of Bell
    and Koren 2007). An item is no neighbour of itself. Dislikes and entries without opinion
    count as not seen. The defaults are what `scripts/tune_defaults.py` found on three data sets
    (884 and 1,611 neighbours, shrink 14.5 and 14.1), rounded.
    """

    kind: ClassVar[str] = "item_knn"
    neighbours: int = 1000
    shrink: float = 15.0

    def __post_init__(self) -> None:
        if self.neighbours < 1 or not 0 <= self.shrink < np.inf:
            raise InputError(f"item_knn: expected neighbours >= 1 and shrink >= 0, got {self}")

    def fit(self, data: Dataset, rng: np.random.Generator) -> FittedNeighbours:
        """Similarities of the items rated at all, in float64; `rng` is unused."""
        del rng
        items, liked = _liked(data, "item_knn")
        norms = np.sqrt(np.asarray(liked.multiply(liked).sum(axis=0), np.float64))

        def cosines(block: np.ndarray, start: int) -> np.ndarray:
            own = norms[start : start + len(block)]
            return np.asarray(block / np.maximum(np.outer(own, norms) + self.shrink, 1e-12))

        found = nearest(liked, liked.T.tocsr(), self.neighbours, cosines)
        return FittedNeighbours(self, items, *found)


@dataclass(frozen=True, slots=True)
class Bm25:
    """Dot product between item columns weighted by BM25; of each item its best `neighbours` kept.

    Items are the documents and viewers the terms (Robertson and Zaragoza 2009, eq. 3.15):
    w_ui = idf_u · s (k1 + 1) / (s + k1 (1 - b + b · L_i / mean L)), L_i = Σ_u s_ui and
    idf_u = ln(items / (1 + likes of u)), so that a viewer who likes everything says little.
    An item is no neighbour of itself. Dislikes and entries without opinion count as not seen.
    """

    kind: ClassVar[str] = "bm25"
    neighbours: int = 1000
    k1: float = 1.0
    b: float = 0.2

    def __post_init__(self) -> None:
        if self.neighbours < 1 or not 0 <= self.k1 < np.inf or not 0 <= self.b <= 1:
            raise InputError(
                f"bm25: expected neighbours >= 1, k1 >= 0 and b from 0 to 1, got {self}"
            )

    def fit(self, data: Dataset, rng: np.random.Generator) -> FittedNeighbours:
        """Similarities of the items rated at all, in float64; `rng` is unused."""
        del rng
        items, liked = _liked(data, "bm25")
        weighted = bm25_weights(liked, self.k1, self.b)
        found = nearest(weighted, weighted.T.tocsr(), self.neighbours, lambda block, _: block)
        return FittedNeighbours(self, items, *found)


@dataclass(frozen=True, slots=True)
class Rp3Beta:
    """Three steps of a random walk, popular ends held back: RP3β (Paudel et al. 2016, section 4).

    sim(i, j) = Σ_u p(u | i)^alpha · p(j | u)^alpha / (likes of j)^beta, where p(u | i) and p(j | u)
    are a viewer's and a film's share of the likes of i and of u. An item is no neighbour of
    itself. Dislikes and entries without opinion count as not seen.
    """

    kind: ClassVar[str] = "rp3beta"
    neighbours: int = 1000
    alpha: float = 1.0
    beta: float = 0.3

    def __post_init__(self) -> None:
        if self.neighbours < 1 or not 0 < self.alpha <= 10 or not 0 <= self.beta <= 10:
            raise InputError(
                f"rp3beta: expected neighbours >= 1, alpha above 0 and beta from 0, up to 10, got "
                f"{self}"
            )

    def fit(self, data: Dataset, rng: np.random.Generator) -> FittedNeighbours:
        """Similarities of the items rated at all, in float64; `rng` is unused."""
        del rng
        items, liked = _liked(data, "rp3beta")
        by_user = _shares(liked, 1, self.alpha)
        by_item = _shares(liked, 0, self.alpha).T.tocsr()
        likes = np.maximum(np.asarray(liked.sum(axis=0), np.float64), 1.0)
        ends = likes**-self.beta
        found = nearest(by_user, by_item, self.neighbours, lambda block, _: block * ends)
        return FittedNeighbours(self, items, *found)


def _shares(liked: csr_array, axis: int, power: float) -> csr_array:
    """Each entry's share of its row (axis 1) or column (axis 0), to a power."""
    total = np.asarray(liked.sum(axis=axis), np.float64)
    place = np.repeat(np.arange(liked.shape[0]), np.diff(liked.indptr)) if axis else liked.indices
    return csr_array(
        ((liked.data / total[place]) ** power, liked.indices, liked.indptr), shape=liked.shape
    )


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
