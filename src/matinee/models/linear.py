"""The general linear item-item model: likes predicted from everything that was seen."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from matinee.dataset import Dataset, Vocabulary
from matinee.errors import InputError
from matinee.features import soup
from matinee.models.item_item import FittedItemItem
from matinee.models.solve import check_dtype
from matinee.models.statistic import FewRows, Inputs, Needs, Sums, Weighing, gathered

_BLOCK = 512  # rows of the item-item matrix at a time


@dataclass(frozen=True, slots=True)
class Linear:
    """min_B Σ_u w_u |x_u - z_u B|² + Σ_i L_i |B_i|², diag(B) = 0: EASE with all its levers.

    x_u are the likes of a viewer, z_u all that was seen: a film seen without opinion counts
    `neutral`, a disliked one `disliked`, since who chose to watch it tells of a taste all the same.
    w_u = (films of u)^-activity holds busy viewers back, L_i = ridge + dropout / (1 - dropout) ·
    Σ_u w_u z_ui² is EDLAE's ridge (Steck 2020), and column j is divided by (likes of j)^discount,
    the item side of DAN (Park et al. 2025). `side` > 0 adds the rows of the films' people, genres
    and keywords, each with that weight, to those of the viewers (Jeunen et al. 2020, "Closed-form
    models for collaborative filtering with side-information"). Films with fewer than `least` likes
    are left out: what one viewer liked teaches noise.
    """

    kind: ClassVar[str] = "linear"
    ridge: float = 200.0
    neutral: float = 0.5
    disliked: float = 0.3
    discount: float = 0.15
    dropout: float = 0.0
    activity: float = 0.0
    side: float = 0.0
    least: int = 2
    dtype: str = "float64"

    def __post_init__(self) -> None:
        if not (0 < self.ridge < np.inf and 0 <= self.dropout < 1 and 0 <= self.side < np.inf):
            raise InputError(
                f"linear: expected ridge > 0, dropout from 0 to below 1 and side >= 0, got {self}"
            )
        if not (-1 <= self.discount <= 1 and 0 <= self.activity <= 1):
            raise InputError(
                f"linear: expected discount from -1 to 1 and activity from 0 to 1, got {self}"
            )
        check_dtype(self.dtype, "linear")
        Inputs(self.neutral, self.disliked)

    @property
    def inputs(self) -> Inputs:
        """What the entries of a history count."""
        return Inputs(self.neutral, self.disliked)

    def fit(self, data: Dataset, rng: np.random.Generator) -> FittedItemItem:
        """B = P C - P diag(k), P = (ZᵀWZ + L)⁻¹, C = ZᵀWX, k_j = (PC)_jj / P_jj; `rng` is unused.

        Of the items with `least` likes: O(items³) time, three items² matrices.
        """
        del rng
        return self.solve(gathered(self, data), data)

    @property
    def needs(self) -> Needs:
        """Everything seen with itself and with the likes."""
        weighing = Weighing(self.inputs, self.activity)
        return Needs(weighing, self.least, True, matrices=self.side > 0, dtype=self.dtype)

    def solve(self, sums: Sums | FewRows, data: Dataset) -> FittedItemItem:
        """The fitted model of ZᵀWZ and ZᵀWX; `data` tells what films are like, for `side`."""
        counts, likes = sums.counts, sums.own
        if self.side:
            assert isinstance(sums, Sums)
            assert sums.products is not None
            shared = _likeness(data, sums.items, self.side)
            np.add(sums.squares, shared, out=sums.squares)
            np.add(sums.products, shared, out=sums.products)
        ridges = self.ridge + self.dropout / (1 - self.dropout) * counts
        P = sums.inverse(ridges, "linear")
        B = sums.predicted(P)
        own = B.diagonal() / P.diagonal()
        known = likes > 0
        usual = likes[known].mean() if known.any() else 1.0
        columns = (np.where(known, likes, 1.0) / usual) ** -self.discount
        # Row i of the weights lies where row i / 2 of B was, which has been read by then.
        weights = B.reshape(-1).view(np.float32)[: B.size].reshape(B.shape)
        for start in range(0, len(B), _BLOCK):
            part = slice(start, start + _BLOCK)
            weights[part] = (B[part] - P[part] * own) * columns
        np.fill_diagonal(weights, 0.0)
        return FittedItemItem("linear", self, sums.items, weights)


def _likeness(data: Dataset, items: Vocabulary, weight: float) -> np.ndarray:
    """weight · TTᵀ of the films' features T, (items, items) float64."""
    T = soup(data.movies).matrix[data.items.numbers(items.ids)].astype(np.float64)
    return np.asarray(weight * (T @ T.T).toarray())
