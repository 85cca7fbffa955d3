"""Films like those a viewer liked, by what is known of the films alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.sparse import csr_array

from matinee.dataset import Dataset, Histories, Vocabulary
from matinee.features import FeatureMatrix, soup, tfidf
from matinee.kernels.row_products import row_products
from matinee.models.protocols import Contributions
from matinee.models.stored import check_csr

_BATCH = 2**22  # profile values that are dense at a time: 32 MiB


@dataclass(frozen=True, slots=True)
class Tfidf:
    """Summed cosine of the overview's words with the films of the history (`features.tfidf`)."""

    kind: ClassVar[str] = "tfidf"

    def fit(self, data: Dataset, rng: np.random.Generator) -> "FittedContent":
        """Describe every film, rated or not; no rating is read and `rng` is unused."""
        del rng
        return FittedContent(self, data.items, tfidf(data.movies))


@dataclass(frozen=True, slots=True)
class Soup:
    """Summed cosine of director, cast, genres and keywords with the history (`features.soup`)."""

    kind: ClassVar[str] = "soup"

    def fit(self, data: Dataset, rng: np.random.Generator) -> "FittedContent":
        """Describe every film, rated or not; no rating is read and `rng` is unused."""
        del rng
        return FittedContent(self, data.items, soup(data.movies))


@dataclass(frozen=True, slots=True, eq=False)
class FittedContent:
    """score(i) = Σ_j strength_j · cos(f_i, f_j) over the history.

    A sum and no mean, as in the linear models, so that the two keep their ratio in a blend whether
    a history is one film or hundreds. A dislike lowers the films that are like it, itself most of
    all; an entry without an opinion adds nothing. An empty history, or a film of which nothing is
    known, scores 0.
    """

    recipe: Tfidf | Soup
    items: Vocabulary
    features: FeatureMatrix

    @property
    def kind(self) -> str:
        """The recipe's name."""
        return self.recipe.kind

    def score(self, histories: Histories) -> np.ndarray:
        """(rows, items) float32, summed in float64; the profile H·F is never items × items."""
        histories = histories.on(self.items)
        M = self.features.matrix
        # `astype` would copy the columns too, which takes as long as the score of one viewer.
        F = csr_array((M.data.astype(np.float64), M.indices, M.indptr), shape=M.shape)
        profiles = csr_array(histories.matrix() @ F)
        scores = np.empty((histories.rows, len(self.items)), np.float32)
        batch = max(1, _BATCH // max(F.shape))
        for start in range(0, histories.rows, batch):
            part = profiles[start : start + batch]
            scores[start : start + batch] = (F @ part.T.toarray()).T
        return scores

    def contributions(self, histories: Histories, items: np.ndarray) -> Contributions:
        """What each film of the history adds by its likeness; there is no other term."""
        histories = histories.on(self.items)
        F = self.features.matrix
        rows = (F.indptr, F.indices, F.data)
        strength = histories.strength.astype(np.float64)[:, None]
        entries = np.empty((histories.entries, items.shape[1]), np.float32)
        for row in range(histories.rows):
            part = slice(histories.indptr[row], histories.indptr[row + 1])
            likeness = row_products(rows, F.shape[1], histories.numbers[part], items[row])
            entries[part] = strength[part] * likeness
        return Contributions(histories, entries, {})

    def arrays(self) -> dict[str, np.ndarray]:
        """Every array but the item ids; the names as UTF-8 text, one on a line."""
        matrix = self.features.matrix
        return {
            "values": matrix.data,
            "columns": matrix.indices,
            "starts": matrix.indptr,
            "names": np.frombuffer("\n".join(self.features.names).encode(), np.uint8),
        }

    @classmethod
    def from_arrays(
        cls, recipe: Tfidf | Soup, items: Vocabulary, arrays: Mapping[str, np.ndarray]
    ) -> "FittedContent":
        """The fitted model of its stored arrays."""
        names = arrays["names"].tobytes().decode().split("\n")
        stored = (arrays["values"], arrays["columns"], arrays["starts"])
        check_csr(stored, len(items), len(names))
        matrix = csr_array(stored, shape=(len(items), len(names)))
        return cls(recipe, items, FeatureMatrix(matrix, names))
