"""Who rates high and what is rated high: the rating analogue of popularity."""

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
class Bias:
    """min Σ (r_ui - mu - b_u - b_i)² + ridge Σ b_i² + user_ridge Σ b_u²; mu is the mean rating.

    Koren 2010, "Factor in the neighbors", section 2.1; the two sides solved in turn, `epochs`
    times.
    """

    ridge: float = 3.0
    user_ridge: float = 5.0
    epochs: int = 10

    def __post_init__(self) -> None:
        ridges = (self.ridge, self.user_ridge)
        if not (all(0 < each < np.inf for each in ridges) and self.epochs >= 1):
            raise InputError(
                f"bias: expected finite ridges > 0 and epochs >= 1, got {self.ridge}, "
                f"{self.user_ridge} and {self.epochs}"
            )

    def fit(self, data: Dataset, rng: np.random.Generator) -> "FittedBias":
        """Solve in float64; `rng` is unused. Entries without a rating are left out."""
        del rng
        rated = ~np.isnan(data.histories.rating)
        if not rated.any():
            raise MissingData(f"bias: expected ratings, {data.name} has none")
        rating = data.histories.rating[rated].astype(np.float64)
        users, items = data.histories.entry_rows[rated], data.histories.numbers[rated]
        user_counts = np.bincount(users, minlength=data.histories.rows)
        counts = np.bincount(items, minlength=len(data.items))
        mean = rating.mean()
        residual = rating - mean
        user_level, level = np.zeros(len(user_counts)), np.zeros(len(counts))
        for _ in range(self.epochs):
            level = _shrunk(items, residual - user_level[users], counts, self.ridge)
            user_level = _shrunk(users, residual - level[items], user_counts, self.user_ridge)
        residual -= user_level[users] + level[items]
        least = data.scale.step / np.sqrt(12)  # what rounding to the scale hides, if nothing else
        return FittedBias(
            self,
            data.items,
            level.astype(np.float32),
            counts.astype(np.int32),
            np.array([mean, max(residual.std(), least), data.scale.minimum, data.scale.maximum]),
        )


def _shrunk(
    groups: np.ndarray, residual: np.ndarray, counts: np.ndarray, ridge: float
) -> np.ndarray:
    """The mean residual of each group, shrunk towards 0 as if by `ridge` more zeros."""
    total = np.bincount(groups, residual, minlength=len(counts))
    return np.asarray(total / (counts + ridge))


@dataclass(frozen=True, slots=True, eq=False)
class FittedBias:
    """The level of each film; a viewer's own is worked out from the history."""

    kind: ClassVar[str] = "bias"

    recipe: Bias
    items: Vocabulary
    level: np.ndarray  # (items,) float32, b_i
    counts: np.ndarray  # (items,) int32, ratings it was learnt from
    scale: np.ndarray  # (4,) float64: mu, standard deviation of a residual, lowest, highest rating

    def score(self, histories: Histories) -> np.ndarray:
        """mu + b_i, (rows, items): a viewer's own level changes no order and is left out."""
        return np.tile((self.scale[0] + self.level).astype(np.float32), (histories.rows, 1))

    def contributions(self, histories: Histories, items: np.ndarray) -> Contributions:
        """Two terms: "mean rating" and "film level"."""
        level = self.level[items]
        mean = np.full(level.shape, self.scale[0], np.float32)
        return same_for_all(histories.on(self.items), {"mean rating": mean, "film level": level})

    def predict(
        self, histories: Histories, rows: np.ndarray, items: np.ndarray, times: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """mu + b_u + b_i within the scale, and its standard deviation, (pairs,) float64 each.

        Variance: σ² (1 + 1/(ridge + n_i) + 1/(user_ridge + n_u)), the residual's plus those of
        the two levels given the ratings behind them (a ridge is σ² over the prior variance).
        `times` are unused.
        """
        del times
        own = self.items.numbers(histories.items.ids)[items]
        known = own >= 0
        level = np.where(known, self.level[own], 0.0)
        count = np.where(known, self.counts[own], 0)
        user_level, user_count = self._viewers(histories.on(self.items))
        mean, deviation, lowest, highest = self.scale
        expected = np.clip(mean + user_level[rows] + level, lowest, highest)
        spread = (
            1 + 1 / (self.recipe.ridge + count) + 1 / (self.recipe.user_ridge + user_count[rows])
        )
        return expected, deviation * np.sqrt(spread)

    def _viewers(self, histories: Histories) -> tuple[np.ndarray, np.ndarray]:
        """b_u of each row, and from how many ratings."""
        rated = ~np.isnan(histories.rating)
        rows, items = histories.entry_rows[rated], histories.numbers[rated]
        counts = np.bincount(rows, minlength=histories.rows)
        residual = histories.rating[rated] - self.scale[0] - self.level[items]
        return _shrunk(rows, residual, counts, self.recipe.user_ridge), counts

    def arrays(self) -> dict[str, np.ndarray]:
        """Every array but the item ids."""
        return {"level": self.level, "counts": self.counts, "scale": self.scale}

    @classmethod
    def from_arrays(
        cls, recipe: Bias, items: Vocabulary, arrays: Mapping[str, np.ndarray]
    ) -> "FittedBias":
        """The fitted model of its stored arrays."""
        for name, length in (("level", len(items)), ("counts", len(items)), ("scale", 4)):
            check_shape(name, arrays[name], (length,))
        return cls(recipe, items, arrays["level"], arrays["counts"], arrays["scale"])
