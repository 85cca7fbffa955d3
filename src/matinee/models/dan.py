"""DAN: EASE on data normalised by film and by viewer, against popularity and busy viewers."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from matinee.dataset import Dataset
from matinee.errors import InputError
from matinee.models.item_item import FittedItemItem
from matinee.models.solve import check_memory, off_diagonal
from matinee.models.statistic import Inputs, Rows, liked_items


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
        items = liked_items(data, "dan")
        check_memory(len(items), 1.1, "float64", "dan")
        rows = Rows.of(data, items, Inputs(), self.activity)
        likes = np.maximum(np.bincount(rows.liked.indices, minlength=len(rows.items)), 1.0)
        ridges = np.full(len(likes), self.ridge)
        P = rows.inverse(ridges, "dan", scales=likes**-0.5)
        columns = likes ** (0.5 - self.item) / P.diagonal()
        weights = off_diagonal(P, columns, likes ** (self.item - 0.5))
        return FittedItemItem("dan", self, rows.items, weights)
