"""EASE: every item predicted from all the others by one ridge regression in closed form."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import polars as pl
from scipy.linalg import lapack
from scipy.sparse import csr_array

from matinee.dataset import Dataset, Histories, Vocabulary
from matinee.errors import InputError, MissingData, NumericError
from matinee.kernels.gram import gram
from matinee.kernels.weighted_sums import dense_sums
from matinee.models.protocols import Contributions
from matinee.models.stored import check_shape

_BLOCK = 512  # rows of the item-item matrix at a time


@dataclass(frozen=True, slots=True)
class Ease:
    """min_B ||X - XB||² + ridge ||B||², diag(B) = 0, on positive strengths X (Steck 2019, eq. 8).

    Dislikes and entries without opinion count as not seen: they neither teach nor score.
    """

    ridge: float = 500.0

    def __post_init__(self) -> None:
        if not 0 < self.ridge < np.inf:
            raise InputError(f"ease: expected a finite ridge > 0, got {self.ridge}")

    def fit(self, data: Dataset, rng: np.random.Generator) -> "FittedEase":
        """Solve for B in float64. O(items³) time, 12 items² bytes; `rng` is unused.

        Of the items rated at all. NumericError where the memory for it is not there.
        """
        del rng
        items = Vocabulary(data.items.ids.filter(pl.Series(data.rated_items)))
        if not len(items):
            raise MissingData("ease: expected interactions to learn from, got none")
        _check_memory(len(items), available_memory())
        weights = ease_weights(data.histories.on(items).liked(), self.ridge)
        return FittedEase(self, items, weights)


@dataclass(frozen=True, slots=True, eq=False)
class FittedEase:
    """Item-item weights: a score is the sum of them over the liked part of a history."""

    kind: ClassVar[str] = "ease"
    recipe: Ease
    items: Vocabulary
    weights: np.ndarray  # (items, items) float32: row = in the history, column = scored

    def score(self, histories: Histories) -> np.ndarray:
        """(rows, items) float32; 0 throughout for a history without likes."""
        own = histories.on(self.items)
        scores: np.ndarray = dense_sums((own.indptr, own.numbers, own.strength), self.weights)
        return scores

    def contributions(self, histories: Histories, items: np.ndarray) -> Contributions:
        """Strength x weight of each liked entry; 0 of the others."""
        own = histories.on(self.items)
        weights = self.weights[own.numbers[:, None], items[own.entry_rows]]
        return Contributions(own, np.maximum(own.strength, 0)[:, None] * weights, {})

    def arrays(self) -> dict[str, np.ndarray]:
        """`weights`."""
        return {"weights": self.weights}

    @classmethod
    def from_arrays(
        cls, recipe: Ease, items: Vocabulary, arrays: Mapping[str, np.ndarray]
    ) -> "FittedEase":
        """The fitted model of stored arrays."""
        check_shape("weights", arrays["weights"], (len(items), len(items)))
        return cls(recipe, items, arrays["weights"])


def ease_weights(liked: csr_array, ridge: float) -> np.ndarray:
    """B = I - P diag(P)⁻¹ with P = (XᵀX + ridge I)⁻¹, (items, items) float32, zero diagonal.

    The one float64 matrix holds XᵀX, its Cholesky factor and P in turn.
    """
    n = liked.shape[1]
    transposed = liked.T.tocsr()
    work = np.empty((n, n))
    for start in range(0, n, _BLOCK):
        stop = min(start + _BLOCK, n)
        work[start:stop] = gram(liked, transposed, start, stop)
    work[np.diag_indices(n)] += ridge
    # The transpose of a symmetric C-ordered array is Fortran-ordered: LAPACK copies nothing.
    factor, failed = lapack.dpotrf(work.T, lower=1, clean=0, overwrite_a=1)
    if failed:
        raise NumericError(f"ease: expected a positive definite matrix, got pivot {failed} <= 0")
    inverse, _ = lapack.dpotri(factor, lower=1, overwrite_c=1)
    # LAPACK's lower triangle is this array's upper one; the other half is still XᵀX.
    P = inverse.T
    diagonal = P.diagonal().copy()
    B = np.empty((n, n), np.float32)
    for start in range(0, n, _BLOCK):
        stop = min(start + _BLOCK, n)
        upper = P[start:stop, start:]
        B[start:stop, start:] = -upper / diagonal[start:]
        B[start:, start:stop] = -upper.T / diagonal[start:stop]
        corner = np.triu(upper[:, : stop - start])
        corner += np.triu(corner, 1).T
        B[start:stop, start:stop] = -corner / diagonal[start:stop]
    np.fill_diagonal(B, 0.0)
    return B


def _check_memory(items: int, available: int) -> None:
    """NumericError with advice where 12 items² bytes are not available."""
    needed = 12 * items**2
    if needed > available:
        raise NumericError(
            f"ease: {items:,} items need {needed / 2**30:.1f} GiB of memory, "
            f"{available / 2**30:.1f} GiB are available; leave out rarely rated items, or use "
            "item_knn or als"
        )


def available_memory() -> int:
    """Bytes that may still be taken: Linux says so itself, elsewhere all that is built in."""
    report = Path("/proc/meminfo")
    if report.exists():
        for line in report.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
