"""The IMDB weighted rating: demographic filtering."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from matinee.dataset import Dataset, Histories, Vocabulary
from matinee.errors import InputError, MissingData
from matinee.models.popularity import same_for_all
from matinee.models.protocols import Contributions
from matinee.models.stored import check_shape


@dataclass(frozen=True, slots=True)
class WeightedRating:
    """Score of a film: WR = v/(v+m) · R + m/(v+m) · C.

    v votes of mean R; C the mean of R and m the `quantile` of v over all films with a vote. The
    votes are the catalogue's (`vote_average`, `vote_count`), or the data's ratings where the
    catalogue has none. Films below m, which a chart would leave out, are scored by the same
    formula: few votes pull towards C, and a film without any has C.
    """

    quantile: float = 0.9

    def __post_init__(self) -> None:
        if not 0 <= self.quantile <= 1:
            raise InputError(f"weighted_rating: expected quantile in 0 to 1, got {self.quantile}")

    def fit(self, data: Dataset, rng: np.random.Generator) -> "FittedWeightedRating":
        """Weigh the votes; `rng` is unused."""
        del rng
        votes, mean = _catalogue_votes(data)
        if not votes.any():
            votes, mean = _rating_votes(data)
        voted = votes > 0
        if not voted.any():
            raise MissingData(
                f"weighted_rating: expected vote_average and vote_count, or ratings, {data.name} "
                f"has none"
            )
        C = mean[voted].mean()
        m = np.quantile(votes[voted], self.quantile)
        scores = votes / (votes + m) * mean + m / (votes + m) * C
        return FittedWeightedRating(self, data.items, scores.astype(np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class FittedWeightedRating:
    """One score a film, whatever the history; on the scale of the votes."""

    kind: ClassVar[str] = "weighted_rating"

    recipe: WeightedRating
    items: Vocabulary
    weighted_rating: np.ndarray  # (items,) float32

    def score(self, histories: Histories) -> np.ndarray:
        """The same row for every history, (rows, items)."""
        return np.tile(self.weighted_rating, (histories.rows, 1))

    def contributions(self, histories: Histories, items: np.ndarray) -> Contributions:
        """The term "weighted rating" is the whole score."""
        return same_for_all(
            histories.on(self.items), {"weighted rating": self.weighted_rating[items]}
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """Every array but the item ids."""
        return {"weighted_rating": self.weighted_rating}

    @classmethod
    def from_arrays(
        cls, recipe: WeightedRating, items: Vocabulary, arrays: Mapping[str, np.ndarray]
    ) -> "FittedWeightedRating":
        """The fitted model of its stored arrays."""
        check_shape("weighted_rating", arrays["weighted_rating"], (len(items),))
        return cls(recipe, items, arrays["weighted_rating"])


def _catalogue_votes(data: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Votes and mean vote of each film by the catalogue, float64; 0 votes where unknown."""
    mean = data.movies["vote_average"].to_numpy()
    votes = data.movies["vote_count"].fill_null(0).to_numpy().astype(np.float64)
    return np.where(np.isnan(mean), 0, votes), np.nan_to_num(mean)


def _rating_votes(data: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Ratings and mean rating of each film in the data, float64."""
    rated = ~np.isnan(data.histories.rating)
    numbers = data.histories.numbers[rated]
    votes = np.bincount(numbers, minlength=len(data.items)).astype(np.float64)
    total = np.bincount(numbers, data.histories.rating[rated], minlength=len(data.items))
    return votes, total / np.maximum(votes, 1)
