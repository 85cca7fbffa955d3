"""Denoising item-item regressions: EDLAE, RDLAE and DEQL differ from EASE in two vectors."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from matinee.dataset import Dataset
from matinee.errors import InputError
from matinee.models.item_item import FittedItemItem
from matinee.models.solve import off_diagonal
from matinee.models.statistic import FewRows, Needs, Sums, gathered


@dataclass(frozen=True, slots=True)
class Edlae:
    """Predict each film from the others when each of those is dropped with chance `dropout`.

    Steck 2020 ("Autoencoders that don't overfit towards the identity"), eq. 11 with full rank: EASE
    with the ridge ridge + dropout / (1 - dropout) · (XᵀX)_ii of film i, so that popular films
    are shrunk more.
    """

    kind: ClassVar[str] = "edlae"
    ridge: float = 100.0
    dropout: float = 0.2

    def __post_init__(self) -> None:
        _check(self.kind, self.ridge, self.dropout)

    def fit(self, data: Dataset, rng: np.random.Generator) -> FittedItemItem:
        """As `Ease.fit`; `rng` is unused, since the expectation over dropping is exact."""
        del rng
        return self.solve(gathered(self, data), data)

    @property
    def needs(self) -> Needs:
        """The likes alone, all viewers alike."""
        return Needs()

    def solve(self, sums: Sums | FewRows, data: Dataset) -> FittedItemItem:
        """The fitted model of XᵀX; `data` is unused."""
        del data
        P, _, _ = _inverse(self, sums)
        return FittedItemItem(self.kind, self, sums.items, off_diagonal(P, 1 / P.diagonal()))


@dataclass(frozen=True, slots=True)
class Rdlae:
    """EDLAE whose diagonal need not be 0 but at most `slack`.

    Moon, Kim and Lee 2023 (arXiv 2305.12922), eq. 14 and 15: column j of B = I - P diag(k) has
    k_j = L_j, the film's ridge, where 1 - L_j P_jj <= slack, else (1 - slack) / P_jj. What a film
    says of itself scores no film that is not seen, so the diagonal is left out.
    """

    kind: ClassVar[str] = "rdlae"
    ridge: float = 100.0
    dropout: float = 0.2
    slack: float = 0.3

    def __post_init__(self) -> None:
        _check(self.kind, self.ridge, self.dropout)
        if not 0 <= self.slack < 1:
            raise InputError(f"rdlae: expected slack from 0 to below 1, got {self.slack}")

    def fit(self, data: Dataset, rng: np.random.Generator) -> FittedItemItem:
        """As `Ease.fit`; `rng` is unused."""
        del rng
        return self.solve(gathered(self, data), data)

    @property
    def needs(self) -> Needs:
        """The likes alone, all viewers alike."""
        return Needs()

    def solve(self, sums: Sums | FewRows, data: Dataset) -> FittedItemItem:
        """The fitted model of XᵀX; `data` is unused."""
        del data
        P, ridges, _ = _inverse(self, sums)
        diagonal = P.diagonal().copy()
        free = 1 - ridges * diagonal <= self.slack
        columns = np.where(free, ridges, (1 - self.slack) / diagonal)
        return FittedItemItem(self.kind, self, sums.items, off_diagonal(P, columns))


@dataclass(frozen=True, slots=True)
class Deql:
    """EDLAE that also learns, with the weight `kept`, from films that were not dropped.

    The quadratic loss of Guo et al. 2026 (arXiv 2603.07402, "DEQL") for a = 1 and b² = `kept`:
    a dropped film counts 1, a kept one `kept`. Column j solves a system in which only row and
    column j differ from one matrix for all; eliminated, its part off the diagonal is EDLAE's times
    1 - kept (1 - dropout) / c · B_jj, with c = dropout + kept (1 - dropout).
    """

    kind: ClassVar[str] = "deql"
    ridge: float = 100.0
    dropout: float = 0.2
    kept: float = 0.1

    def __post_init__(self) -> None:
        _check(self.kind, self.ridge, self.dropout)
        if not (self.dropout > 0 and 0 <= self.kept <= 1):
            raise InputError(
                f"deql: expected dropout > 0 and kept from 0 to 1, got {self.dropout}, {self.kept}"
            )

    def fit(self, data: Dataset, rng: np.random.Generator) -> FittedItemItem:
        """As `Ease.fit`; `rng` is unused."""
        del rng
        return self.solve(gathered(self, data), data)

    @property
    def needs(self) -> Needs:
        """The likes alone, all viewers alike."""
        return Needs()

    def solve(self, sums: Sums | FewRows, data: Dataset) -> FittedItemItem:
        """The fitted model of XᵀX; `data` is unused."""
        del data
        P, ridges, counts = _inverse(self, sums)
        diagonal = P.diagonal().copy()
        share = self.kept * (1 - self.dropout)
        c = self.dropout + share
        q = 1 - self.dropout
        # P is (XᵀX + L)⁻¹, L_j = ridge + dropout / q · (XᵀX)_jj: the system of every column over
        # c q². Of column j, g is XᵀX off the diagonal and T the system without j: by the Schur
        # complement of P_jj, gᵀ T g = (XᵀX)_jj + L_j - 1 / P_jj.
        explained = counts + ridges - 1 / diagonal
        own = share * (counts - explained)
        own /= share * counts + self.ridge * c * q**2 - share**2 / c * explained
        columns = (1 - share / c * own) / diagonal
        return FittedItemItem(self.kind, self, sums.items, off_diagonal(P, columns / q))


def _check(name: str, ridge: float, dropout: float) -> None:
    if not (0 < ridge < np.inf and 0 <= dropout < 1):
        raise InputError(
            f"{name}: expected ridge > 0 and dropout from 0 to below 1, got {ridge}, {dropout}"
        )


def _inverse(
    recipe: Edlae | Rdlae | Deql, sums: Sums | FewRows
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """P = (XᵀX + diag(L))⁻¹, the ridges L and the diagonal of XᵀX, both (items,)."""
    counts = sums.counts
    ridges = recipe.ridge + recipe.dropout / (1 - recipe.dropout) * counts
    return sums.inverse(ridges, recipe.kind), ridges, counts
