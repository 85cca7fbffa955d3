"""EASE: every item predicted from all the others by one ridge regression in closed form."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from matinee.dataset import Dataset
from matinee.errors import InputError
from matinee.models.item_item import FittedItemItem
from matinee.models.solve import check_dtype, off_diagonal
from matinee.models.statistic import FewRows, Needs, Sums, gathered


@dataclass(frozen=True, slots=True)
class Ease:
    """min_B ||X - XB||² + ridge ||B||², diag(B) = 0, on positive strengths X (Steck 2019, eq. 8).

    Dislikes and entries without opinion count as not seen: they neither teach nor score.
    """

    kind: ClassVar[str] = "ease"
    ridge: float = 500.0
    dtype: str = "float64"

    def __post_init__(self) -> None:
        if not 0 < self.ridge < np.inf:
            raise InputError(f"ease: expected a finite ridge > 0, got {self.ridge}")
        check_dtype(self.dtype, "ease")

    def fit(self, data: Dataset, rng: np.random.Generator) -> FittedItemItem:
        """B = I - P diag(P)⁻¹ with P = (XᵀX + ridge I)⁻¹; `rng` is unused.

        Of the items that anybody liked: O(items³) time and one items² matrix, in which XᵀX, its
        Cholesky factor, P and B follow one another. NumericError where the memory for it is not
        there.
        """
        del rng
        return self.solve(gathered(self, data), data)

    @property
    def needs(self) -> Needs:
        """The likes alone, all viewers alike."""
        return Needs(dtype=self.dtype)

    def solve(self, sums: Sums | FewRows, data: Dataset) -> FittedItemItem:
        """The fitted model of XᵀX; `data` is unused."""
        del data
        P = sums.inverse(self.ridge, "ease")
        return FittedItemItem("ease", self, sums.items, off_diagonal(P, 1 / P.diagonal()))
