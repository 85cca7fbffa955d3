"""What a history says of the films that are liked now: the linear model under a split in time."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from matinee.dataset import NO_TIME, Dataset
from matinee.errors import InputError, MissingData
from matinee.models.item_item import FittedItemItem
from matinee.models.statistic import Inputs, Needs, Weighing, gathered


@dataclass(frozen=True, slots=True)
class Current:
    """min_B Σ_u |y_u - z_u B|² + ridge |B|², diag(B) = 0, where y are likes that fade with age.

    As in `Linear`, z_u is all that a viewer saw; in y_u a like counts strength · exp(-age / days).
    So a film's column tells by which films those who like it *now* are known, and a score is what
    is to be expected of such a viewer in these days: trending, seen from one history. Ages are
    taken at the latest moment that the data knows. Films with fewer than `least` likes are left
    out.
    """

    kind: ClassVar[str] = "current"
    days: float = 7.0
    ridge: float = 500.0
    neutral: float = 0.5
    disliked: float = 0.3
    least: int = 2

    def __post_init__(self) -> None:
        if not (0 < self.days < np.inf and 0 < self.ridge < np.inf):
            raise InputError(f"current: expected finite days > 0 and ridge > 0, got {self}")
        Inputs(self.neutral, self.disliked)

    @property
    def inputs(self) -> Inputs:
        """What the entries of a history count."""
        return Inputs(self.neutral, self.disliked)

    @property
    def needs(self) -> Needs:
        """Everything seen with itself, and with the fading likes."""
        return Needs(Weighing(self.inputs), self.least, True)

    def fit(self, data: Dataset, rng: np.random.Generator) -> FittedItemItem:
        """B = P C - P diag(k), P = (ZᵀZ + ridge)⁻¹, C = ZᵀY, k_j = (PC)_jj / P_jj, in float64.

        `rng` is unused. A like without a time is older than any and adds 0.
        """
        del rng
        histories = data.histories
        if histories.entries and int(histories.time.max()) == NO_TIME:
            raise MissingData(f"current: expected times of ratings, {data.name} has none")
        age = float(data.as_of) - histories.time.astype(np.float64)
        fading = np.maximum(histories.strength, 0) * np.exp(-age / (86_400 * self.days))
        sums = gathered(self, data, fading)
        P = sums.inverse(self.ridge, "current")
        B = sums.predicted(P)
        B -= P * (B.diagonal() / P.diagonal())
        np.fill_diagonal(B, 0.0)
        return FittedItemItem("current", self, sums.items, B.astype(np.float32))
