"""Biased matrix factorisation of ratings with uncertainty: variational Bayes on both sides."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from matinee.dataset import Dataset, Histories, Vocabulary, translation
from matinee.errors import InputError, MissingData, NumericError
from matinee.kernels.posteriors import Csr, Side, moments, posteriors, posteriors_and_error
from matinee.models.protocols import Contributions
from matinee.models.stored import check_shape

# Where the learning starts, in standard deviations of a rating.
_SPREAD, _LEVEL_PRECISION, _USER_PRECISION, _ITEM_PRECISION, _NOISE = 0.1, 4.0, 1.0, 20.0, 0.8


@dataclass(frozen=True, slots=True)
class Mf:
    """r_ui = mu + b_u + b_i + p_u·q_i + noise, all of b, p and q Gaussian (Lim and Teh 2007).

    No ridge to tune: the noise and the prior variance of the levels and of each factor are learnt
    with the rest. Viewers are folded in from their ratings in closed form. Later epochs overfit a
    little, since variational posteriors are too sure; hence few by default. Entries without a
    rating are ignored; a low rating draws the film's prediction down to itself.
    """

    factors: int = 16
    epochs: int = 10

    def __post_init__(self) -> None:
        if self.factors < 1 or self.epochs < 1:
            raise InputError(f"mf: expected factors and epochs >= 1, got {self}")

    def fit(self, data: Dataset, rng: np.random.Generator) -> "FittedMf":
        """Alternate between viewers and items; of the items rated at all. Float64."""
        histories = data.histories.where(~np.isnan(data.histories.rating))
        if not histories.entries:
            raise MissingData(f"mf: expected ratings, {data.name} has none")
        rated = np.bincount(histories.numbers, minlength=len(data.items)) > 0
        items = Vocabulary(data.items.ids.filter(pl.Series(rated)))
        histories = histories.on(items)
        mean = float(histories.rating.mean(dtype=np.float64))
        unit = float(histories.rating.std(dtype=np.float64)) or 1.0
        ratings = histories.matrix((histories.rating.astype(np.float64) - mean) / unit)
        side, priors, noise = self._learnt(ratings, rng)
        if not (np.isfinite(side[0]).all() and np.isfinite(side[1]).all()):
            raise NumericError(f"mf: the factors left the finite numbers with {self}")
        # One row more: what is believed of a film that nobody rated.
        means = np.concatenate([side[0], np.zeros((1, self.factors + 1))])
        covariances = np.concatenate([side[1], np.diag(1 / priors[1])[None]])
        scale = np.array([mean, unit, noise, data.scale.minimum, data.scale.maximum])
        return FittedMf(
            self, items, means.astype(np.float32), covariances.astype(np.float32), priors[0], scale
        )

    def _learnt(
        self, ratings: csr_array, rng: np.random.Generator
    ) -> tuple[Side, tuple[np.ndarray, np.ndarray], float]:
        """The item side, the prior precisions of viewers and items, and the noise variance."""
        size = self.factors + 1
        by_user, by_item = (
            (matrix.indptr, matrix.indices, matrix.data) for matrix in (ratings, ratings.T.tocsr())
        )
        users_prior, items_prior = np.full(size, _USER_PRECISION), np.full(size, _ITEM_PRECISION)
        users_prior[0] = items_prior[0] = _LEVEL_PRECISION
        noise = _NOISE
        means = rng.normal(0, _SPREAD, (ratings.shape[1], size))
        means[:, 0] = 0
        items: Side = means, np.zeros((len(means), size, size))
        for epoch in range(self.epochs):
            users = posteriors(by_user, items, users_prior, noise)
            items, error = posteriors_and_error(by_item, users, items_prior, noise)
            if epoch > 1:  # by then the factors say more than their random start
                users_prior, items_prior, noise = _precision(users), _precision(items), error
        return items, (users_prior, items_prior), noise


def _precision(side: Side) -> np.ndarray:
    """The prior precisions under which a side's levels and factors are likeliest."""
    means, covariances = side
    second = means**2 + np.diagonal(covariances, axis1=1, axis2=2)
    return np.asarray(1 / second.mean(axis=0))


@dataclass(frozen=True, slots=True, eq=False)
class FittedMf:
    """What is believed of each item's level and factors; a viewer's follow from the ratings.

    Position 0 is the level, the others are factors; the last row stands for an unknown item.
    Units: standard deviations of a rating.
    """

    kind: ClassVar[str] = "mf"
    recipe: Mf
    items: Vocabulary
    means: np.ndarray  # (items + 1, 1 + factors) float32
    covariances: np.ndarray  # (items + 1, 1 + factors, 1 + factors) float32
    precision: np.ndarray  # (1 + factors,) float64: a viewer's prior
    scale: np.ndarray  # (5,) float64: mu, unit, noise variance, lowest, highest rating

    def score(self, histories: Histories) -> np.ndarray:
        """The predicted rating, not clipped to the scale so that ties stay rare."""
        means, _ = self._users(histories.on(self.items))
        levels, factors = self.means[:-1, 0], self.means[:-1, 1:]
        users = means.astype(np.float32)
        scores = users[:, 1:] @ factors.T + users[:, :1] + levels
        return np.asarray(np.float32(self.scale[0]) + np.float32(self.scale[1]) * scores)

    def predict(
        self, histories: Histories, rows: np.ndarray, items: np.ndarray, times: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Expected rating within the scale, and standard deviation: noise and all uncertainty.

        `times` are unused.
        """
        del times
        asked, place = np.unique(np.asarray(rows, np.int64), return_inverse=True)
        own = translation(histories.items, self.items)[0][items]
        own = np.where(own < 0, len(self.items), own).astype(np.int64)
        users = self._users(histories.take(asked).on(self.items))
        mean, variance = moments(place, own, users, (self.means, self.covariances))
        mu, unit, noise, lowest, highest = self.scale
        return np.clip(mu + unit * mean, lowest, highest), unit * np.sqrt(noise + variance)

    def contributions(self, histories: Histories, items: np.ndarray) -> Contributions:
        """What each rating adds through the viewer's level and factors; the term "film level"."""
        own = histories.on(self.items)
        _, covariances = self._users(own)
        _, _, values = self._entries(own)
        rated = ~np.isnan(own.rating)
        numbers, rows = own.numbers[rated], own.entry_rows[rated]
        means, spread = self.means.astype(np.float64), self.covariances.astype(np.float64)
        x = means[numbers]
        x[:, 0] = 1
        moved = x * (values - means[numbers, 0])[:, None]
        moved[:, 1:] -= spread[numbers, 1:, 0]
        moved = np.einsum("efg,eg->ef", covariances[rows], moved) / self.scale[2]
        entries = np.zeros((own.entries, items.shape[1]), np.float32)
        for k in range(items.shape[1]):
            y = means[items[rows, k]]
            y[:, 0] = 1
            entries[rated, k] = self.scale[1] * (moved * y).sum(axis=1)
        level = self.scale[0] + self.scale[1] * means[items, 0]
        return Contributions(own, entries, {"film level": level.astype(np.float32)})

    def _entries(self, own: Histories) -> Csr:
        rated = own.where(~np.isnan(own.rating))
        values = (rated.rating.astype(np.float64) - self.scale[0]) / self.scale[1]
        return rated.indptr, rated.numbers, values

    def _users(self, own: Histories) -> Side:
        """Means and covariances of the viewers' levels and factors."""
        found: Side = posteriors(
            self._entries(own), (self.means, self.covariances), self.precision, self.scale[2]
        )
        if not np.isfinite(found[0]).all():
            raise NumericError("mf: expected factors that viewers can be solved from, got others")
        return found

    def arrays(self) -> dict[str, np.ndarray]:
        """Every array but the item ids."""
        return {
            "means": self.means,
            "covariances": self.covariances,
            "precision": self.precision,
            "scale": self.scale,
        }

    @classmethod
    def from_arrays(
        cls, recipe: Mf, items: Vocabulary, arrays: Mapping[str, np.ndarray]
    ) -> "FittedMf":
        """The fitted model of its stored arrays."""
        size, films = recipe.factors + 1, len(items) + 1
        shapes = {"means": (films, size), "covariances": (films, size, size)}
        for name, shape in (shapes | {"precision": (size,), "scale": (5,)}).items():
            check_shape(name, arrays[name], shape)
        least = min(arrays["precision"].min(), arrays["scale"][1:3].min())
        spread = np.diagonal(arrays["covariances"], axis1=1, axis2=2).min()
        if least <= 0 or spread < 0:
            raise InputError(
                "mf: expected precisions, unit and noise above 0 and no variance below, got "
                f"{least:g} and {spread:g}"
            )
        return cls(
            recipe,
            items,
            arrays["means"],
            arrays["covariances"],
            arrays["precision"],
            arrays["scale"],
        )
