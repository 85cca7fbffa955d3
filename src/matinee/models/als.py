"""Implicit ALS: weighted matrix factorisation of likes, with viewers folded in exactly."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl
from scipy.linalg import LinAlgError, cho_solve, cholesky, eigh
from scipy.sparse import csr_array

from matinee.dataset import Dataset, Histories, Vocabulary
from matinee.errors import InputError, MissingData, NumericError
from matinee.kernels.fold_in import fold_in
from matinee.kernels.threads import one_blas_thread
from matinee.models.protocols import Contributions
from matinee.models.stored import check_shape

_TRAINING_STEPS = 2  # of conjugate gradients, from the factors of the epoch before
_TOLERANCE = 1e-6  # relative residual of a fold-in: about what float32 can tell apart
_BLOCK = 2048  # rows whose factors are turned at a time, so that few are held twice

_LARGEST = 1e30  # what is computed with it stays in float32


@dataclass(frozen=True, slots=True)
class Als:
    """min Σ_ui c_ui (p_ui - x_u·y_i)² + Σ ridge_u |x_u|² + Σ ridge_i |y_i|² (Hu et al. 2008).

    p = 1 and c = 1 + (alpha - 1)·strength where the strength is positive, p = 0 and c = 1
    elsewhere: a full like weighs `alpha` times as much as a film not seen. Dislikes and entries
    without opinion count as not seen.

    A row's ridge is ridge · `ridge_unit` · (its mean c)^frequency: with frequency 0 the same for
    all, with 1 in proportion to its weight in the first sum. Up to a constant this is Rendle et
    al. 2021, "Revisiting the Performance of iALS", eq. 5, (likes + α0·items)^ν with
    α0 = 1 / (alpha - 1). The unit grows with the data as noise does, so that one ridge serves
    small and large data alike.
    """

    factors: int = 128
    alpha: float = 12.0
    ridge: float = 0.4
    epochs: int = 15
    frequency: float = 0.0

    def __post_init__(self) -> None:
        if self.factors < 1 or self.epochs < 1:
            raise InputError(f"als: expected factors and epochs >= 1, got {self}")
        if not 1 <= self.alpha < _LARGEST or not 0 < self.ridge < _LARGEST:
            raise InputError(
                f"als: expected alpha >= 1 and ridge > 0 below {_LARGEST:g}, got {self}"
            )
        if not 0 <= self.frequency <= 2:
            raise InputError(f"als: expected frequency from 0 to 2, got {self}")

    def fit(self, data: Dataset, rng: np.random.Generator) -> "FittedAls":
        """Alternate between viewers and items; of the items rated at all.

        Every half epoch takes a few steps of preconditioned conjugate gradients towards the
        solutions of Hu et al. eq. 4 and 5, warm from the epoch before (Takács et al. 2011).
        """
        items = Vocabulary(data.items.ids.filter(pl.Series(data.rated_items)))
        if not len(items):
            raise MissingData("als: expected interactions to learn from, got none")
        by_user = self._weights(data.histories, data.rated_items)
        ridge = self.ridge * ridge_unit(by_user)
        by_item = by_user.T.tocsr()
        users = np.zeros((by_user.shape[0], self.factors), np.float32)
        factors = rng.random((len(items), self.factors), np.float32) / 100
        # BLAS threads and the kernel's would wait for each other; the kernel has most of the work.
        with one_blas_thread():
            for _ in range(self.epochs):
                self._half(by_user, users, factors, ridge)
                self._half(by_item, factors, users, ridge)
        if not np.isfinite(factors).all():
            raise NumericError(f"als: the factors left the finite numbers with {self}")
        to, _ = shared_basis(factors, ridge)
        return FittedAls.of(self, items, factors @ to)

    def _weights(self, histories: Histories, rated: np.ndarray) -> csr_array:
        """c - 1 of each like, in the columns of rated items alone; no entry is sorted or lost."""
        liked = histories.liked()
        numbers = liked.indices  # taken as they are where they can be: there are many
        if not rated.all():
            numbers = (np.cumsum(rated) - 1).astype(np.int32)[numbers]
        liked.data = np.float32(self.alpha - 1) * liked.data  # frees the strengths
        shape = liked.shape[0], int(rated.sum())
        return csr_array((liked.data, numbers, liked.indptr), shape=shape)

    def _half(
        self, weights: csr_array, factors: np.ndarray, others: np.ndarray, ridge: float
    ) -> None:
        """Move `factors`, of the rows of the weights, towards the optimum for fixed `others`.

        The others are turned into their shared basis and back, in place: with all viewers of a
        large fit there is no room for a copy.
        """
        to, back = shared_basis(others, ridge)
        turn(others, to)
        excess, sizes = self.excess(weights), shares(others)
        for block in blocks(factors):
            parts = weights.indptr[block.start : block.stop + 1], weights.indices, weights.data
            ground, start = (excess[block], sizes), factors[block] @ back
            factors[block] = fold_in(parts, others, ground, start, _TRAINING_STEPS, 0.0) @ to.T
        turn(others, back.T)

    def excess(self, weights: csr_array) -> np.ndarray:
        """How much larger each row's ridge is than the least, as a multiple of it, (rows,)."""
        if not self.frequency:
            return np.zeros(weights.shape[0], np.float32)
        means = weights.sum(axis=1, dtype=np.float64) / weights.shape[1]
        return np.asarray((1 + means) ** self.frequency - 1, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class FittedAls:
    """Item factors in the basis in which YᵀY + r I is the identity and YᵀY diagonal.

    r is the least ridge, ridge · `ridge_unit`. In that basis a viewer's system is
    I + e·diag(shares) + Σ w y yᵀ, with e how much larger than r the viewer's is: nothing but the
    history and these factors is needed, and dot products are those of x_u and y_i.
    """

    kind: ClassVar[str] = "als"
    recipe: Als
    items: Vocabulary
    factors: np.ndarray  # (items, factors) float32
    shares: np.ndarray  # (factors,) float32, of the ridge in YᵀY + ridge I

    @classmethod
    def of(cls, recipe: Als, items: Vocabulary, factors: np.ndarray) -> "FittedAls":
        """With the shares that the factors imply."""
        return cls(recipe, items, factors, shares(factors))

    def score(self, histories: Histories) -> np.ndarray:
        """x_u·y_i with x_u solved from the history, (rows, items); 0 where nothing is liked."""
        return np.asarray(self.users(histories) @ self.factors.T)

    def users(self, histories: Histories) -> np.ndarray:
        """The viewers' factors in the basis of `factors`, (rows, factors) float32."""
        own = histories.on(self.items)
        own = own.where(own.strength > 0)
        weights = self._weights(own)
        return fold_in(
            (own.indptr, own.numbers, weights),
            self.factors,
            (self.recipe.excess(own.matrix(weights)), self.shares),
            np.zeros((own.rows, self.factors.shape[1]), np.float32),
            10 * self.factors.shape[1],
            _TOLERANCE,
        )

    def contributions(self, histories: Histories, items: np.ndarray) -> Contributions:
        """c_j · y_iᵀ (YᵀCY + ridge_u I)⁻¹ y_j of each liked entry j (Hu et al. eq. 7), else 0."""
        own = histories.on(self.items)
        liked = own.strength > 0
        weights = np.where(liked, self._weights(own), 0).astype(np.float64)
        excess = self.recipe.excess(own.matrix(weights))
        entries = np.zeros((own.entries, items.shape[1]), np.float32)
        # Systems this small are solved sooner than a second thread is awake.
        with one_blas_thread():
            for row in range(own.rows):
                part = slice(own.indptr[row], own.indptr[row + 1])
                Y = self.factors[own.numbers[part]].astype(np.float64)
                A = np.diag(1 + excess[row] * self.shares) + Y.T @ (weights[part, None] * Y)
                asked = cho_solve(
                    (cholesky(A), False), self.factors[items[row]].T.astype(np.float64)
                )
                entries[part] = ((1 + weights[part]) * liked[part])[:, None] * (Y @ asked)
        return Contributions(own, entries, {})

    def _weights(self, histories: Histories) -> np.ndarray:
        return np.float32(self.recipe.alpha - 1) * histories.strength

    def arrays(self) -> dict[str, np.ndarray]:
        """`factors`."""
        return {"factors": self.factors}

    @classmethod
    def from_arrays(
        cls, recipe: Als, items: Vocabulary, arrays: Mapping[str, np.ndarray]
    ) -> "FittedAls":
        """The fitted model of stored arrays."""
        check_shape("factors", arrays["factors"], (len(items), recipe.factors))
        return cls.of(recipe, items, arrays["factors"])


def ridge_unit(liked: csr_array) -> float:
    """√viewers + √items of those with a like in (viewers, items); ridge 1 is this, in Hu's sum.

    The largest singular value of noise of variance 1 is about that (Bai and Yin 1993), and the two
    ridges take as much from each singular value: Σ |x|² + Σ |y|² is at least twice the nuclear
    norm of the scores (Srebro et al. 2005).
    """
    viewers = np.count_nonzero(np.diff(liked.indptr))
    items = np.count_nonzero(np.bincount(liked.indices, minlength=1))
    return float(max(1.0, np.sqrt(viewers) + np.sqrt(items)))


def blocks(factors: np.ndarray) -> Iterator[slice]:
    """The rows in order, few at a time."""
    for first in range(0, len(factors), _BLOCK):
        yield slice(first, min(first + _BLOCK, len(factors)))


def turn(factors: np.ndarray, by: np.ndarray) -> None:
    """Multiply the rows by a square matrix, in place."""
    for block in blocks(factors):
        factors[block] = factors[block] @ by


def shared_basis(factors: np.ndarray, ridge: float) -> tuple[np.ndarray, np.ndarray]:
    """T with Tᵀ(FᵀF + ridge I)T = I and TᵀFᵀF T diagonal, and T⁻ᵀ; float32, from float64."""
    gram = (factors.T @ factors).astype(np.float64)
    try:
        values, vectors = eigh(gram)
    except (LinAlgError, ValueError) as error:  # not finite
        raise NumericError(
            f"als: expected factors and a ridge of like size, got ridge {ridge}: {error}"
        ) from error
    # A value is known to float32 of the largest only, so a rounded one may lie below zero.
    sizes = np.maximum(values, 0) + ridge
    if sizes.min() * _LARGEST < 1:
        raise NumericError(f"als: expected a ridge above {1 / _LARGEST:g} here, got {ridge}")
    scales = np.sqrt(sizes)
    return (vectors / scales).astype(np.float32), (vectors * scales).astype(np.float32)


def shares(basis: np.ndarray) -> np.ndarray:
    """1 - Σ y² of each factor: the part of the ridge in the identity FᵀF + ridge I, (factors,)."""
    sizes = np.einsum("if,if->f", basis, basis)
    return np.asarray(np.clip(1 - sizes, 0, 1), np.float32)
