"""DAN: EASE on data normalised by film and by viewer, against popularity and busy viewers."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from matinee.dataset import Dataset
from matinee.errors import InputError
from matinee.models.item_item import FittedItemItem
from matinee.models.solve import off_diagonal
from matinee.models.statistic import FewRows, Needs, Sums, Weighing, gathered


@dataclass(frozen=True, slots=True)
class Dan:
    """EASE with B of D⁻⁽¹⁻ᵅ⁾ Xᵀ U⁻ᵝ X D⁻ᵅ: data-adaptive normalisation.

    Park, Yoon, Kim and Lee 2025 (arXiv 2504.05805). D and U are the likes of each film and of each
    viewer, `item` is α, `activity` β. The asymmetric matrix is similar to the symmetric one of
    α = 1/2, so B = D^(α - 1/2) B_symmetric D^(1/2 - α): α above 1/2 holds popular films back.
    """

    kind: ClassVar[str] = "dan"
    ridge: float = 5.0
    item: float = 0.6
    activity: float = 0.1

    def __post_init__(self) -> None:
        if not (0 < self.ridge < np.inf and 0 <= self.item <= 1 and 0 <= self.activity <= 1):
            raise InputError(f"dan: expected ridge > 0, item and activity from 0 to 1, got {self}")

    def fit(self, data: Dataset, rng: np.random.Generator) -> FittedItemItem:
        """As `Ease.fit`; `rng` is unused. A film that nobody liked counts as liked once."""
        del rng
        return self.solve(gathered(self, data), data)

    @property
    def needs(self) -> Needs:
        """The likes alone, those of busy viewers weighed down."""
        return Needs(Weighing(activity=self.activity))

    def solve(self, sums: Sums | FewRows, data: Dataset) -> FittedItemItem:
        """The fitted model of Xᵀ U⁻ᵝ X; `data` is unused."""
        del data
        likes = np.maximum(sums.likes, 1.0)
        P = sums.inverse(self.ridge, "dan", likes**-0.5)
        columns = likes ** (0.5 - self.item) / P.diagonal()
        weights = off_diagonal(P, columns, likes ** (self.item - 0.5))
        return FittedItemItem("dan", self, sums.items, weights)
