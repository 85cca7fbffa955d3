"""From what is known of a film to its place among the others, so that new films have scores."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from matinee.dataset import Dataset, Histories, Vocabulary
from matinee.errors import InputError
from matinee.features import portrait
from matinee.models.content_regression import (
    ContentRegression,
    discounted,
    stretch,
    usual_histories,
)
from matinee.models.item_item import FittedItemItem
from matinee.models.linear import Linear
from matinee.models.protocols import Contributions
from matinee.models.solve import check_memory
from matinee.models.statistic import Inputs
from matinee.models.stored import check_shape


@dataclass(frozen=True, slots=True)
class ContentMap:
    """A film's column of item-item weights, from `features.portrait` by kernel ridge regression.

    Gantner et al. 2010, "Learning attribute-to-feature mappings for cold-start recommendations",
    with the columns of `Linear` (`least=1`) in the place of factors, each divided by
    likes^`discount`: column(c) = B (K + ridge I)⁻¹ k_c over the liked films, K their likeness.
    A film with n likes has n / (n + views) of its own column and the rest of what the map says of
    it when fitted without it (a closed form), so a new film is handed over as likes come in. What
    the map shrinks is stretched again, by one number, to the spread that own columns have: new
    films are neither favoured nor buried among the others.
    """

    kind: ClassVar[str] = "content_map"
    ridge: float = 2.0
    discount: float = 0.25
    views: float = 3.0

    def __post_init__(self) -> None:
        if not (0 < self.ridge < np.inf and 0 <= self.views < np.inf and 0 <= self.discount <= 1):
            raise InputError(
                f"content_map: expected ridge > 0, views >= 0 and discount from 0 to 1, got {self}"
            )

    @property
    def inputs(self) -> Inputs:
        """What the entries of a history count: as in the linear model."""
        return Linear().inputs

    def fit(self, data: Dataset, rng: np.random.Generator) -> "FittedContentMap":
        """Of every film of the catalogue; O(items³) time, about three items² matrices."""
        features = portrait(data.movies)
        everything = len(data.items)
        check_memory(everything, 3.0, "float32", self.kind)
        base = Linear(least=1).fit(data, rng)
        own = data.items.numbers(base.items.ids)
        likes, scales = discounted(data, own, self.discount)
        B = base.weights * scales
        M = ContentRegression.of(features, own, self.ridge).columns(np.arange(everything))
        scores = base.score(usual_histories(data)) * scales
        M *= stretch(scores, scores @ M[:, own])
        mapped = B @ M
        rest = np.where(features.known[own], self.views / (likes + self.views), 0)
        mapped[:, own] = mapped[:, own] * rest + B * (1 - rest)
        new = np.ones(everything, np.uint8)
        new[own] = 0
        weights = np.empty((everything, everything), np.float32)
        weights[own] = mapped
        weights[new == 1] = M[:, new == 1].T @ mapped  # a new film in a history
        np.fill_diagonal(weights, 0.0)
        return FittedContentMap(self, data.items, weights, new)


@dataclass(frozen=True, slots=True, eq=False)
class FittedContentMap:
    """Weights between all films of the catalogue.

    A film of which nothing is known and that nobody liked scores 0; what is known only of new
    films, such as a genre never seen, tells nothing.
    """

    kind: ClassVar[str] = "content_map"
    recipe: ContentMap
    items: Vocabulary
    weights: np.ndarray  # (items, items) float32: row = in the history, column = scored
    new: np.ndarray  # (items,) uint8: 1 for films without a like, known by their content alone

    @property
    def by_content(self) -> np.ndarray:
        """The films whose scores come from what is known of them alone, (items,) bool."""
        return np.asarray(self.new == 1)

    @property
    def _sums(self) -> FittedItemItem:
        return FittedItemItem(self.kind, self.recipe, self.items, self.weights)

    def score(self, histories: Histories) -> np.ndarray:
        """(rows, items) float32; 0 throughout for a history in which nothing counts."""
        return self._sums.score(histories)

    def contributions(self, histories: Histories, items: np.ndarray) -> Contributions:
        """What the entry counts x its weight."""
        return self._sums.contributions(histories, items)

    def arrays(self) -> dict[str, np.ndarray]:
        """`weights` and `new`."""
        return {"weights": self.weights, "new": self.new}

    @classmethod
    def from_arrays(
        cls, recipe: ContentMap, items: Vocabulary, arrays: Mapping[str, np.ndarray]
    ) -> "FittedContentMap":
        """The fitted model of stored arrays; InputError unless they fit together."""
        check_shape("weights", arrays["weights"], (len(items), len(items)))
        check_shape("new", arrays["new"], (len(items),))
        return cls(recipe, items, arrays["weights"], arrays["new"])
