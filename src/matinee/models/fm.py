"""A Bayesian factorisation machine of ratings: who, what, who rated what, what is known, when."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import ClassVar

import numpy as np

from matinee.dataset import Dataset, Histories, Vocabulary, translation
from matinee.errors import InputError, MissingData, NumericError
from matinee.kernels.drawn_ratings import Films, Viewers, doubted, moments
from matinee.kernels.drawn_viewers import Drawn, fold_in
from matinee.models.fm_days import ByDay, by_day, day_keys, known_days
from matinee.models.fm_sampling import Plan, most_draws, sample
from matinee.models.protocols import Contributions
from matinee.models.stored import check_shape

_BATCH = 512  # viewers whose covariances are held at a time


@dataclass(frozen=True, slots=True)
class Fm:
    """r = w + b_u + b_i + p_u·q_i + day + noise; levels b and factors p, q are sums of parts.

    A viewer's parts: the own, and 1/sqrt(n) of one for each film rated (`implicit`). A film's: the
    own, one for each genre, year, person and keyword known of it (`side`), and 1/sqrt(n) of one
    for each viewer who rated it (`flipped`, which finds the ratings of a past that is known better,
    and those of the future worse). `time` adds a level of each day of a viewer. Every viewer has
    an own noise. All of it is Gaussian, with means and precisions learnt, and sampled (Gibbs):
    Rendle 2013, "Scaling factorization machines to relational data"; Rendle, Zhang and Koren 2019.
    `draws` states are kept of the last three quarters of `epochs` sweeps. Entries without a rating
    are ignored.
    """

    factors: int = 10
    epochs: int = 200
    draws: int = 32
    implicit: bool = True
    flipped: bool = False
    side: bool = True
    time: bool = True

    def __post_init__(self) -> None:
        if self.factors < 1 or not 1 <= self.draws <= most_draws(self.epochs):
            raise InputError(
                f"fm: expected factors >= 1 and 1 to {most_draws(self.epochs)} draws, got {self}"
            )

    def fit(self, data: Dataset, rng: np.random.Generator) -> "FittedFm":
        """Sample in float64, of all films of the data, rated or not; keep float32."""
        histories = data.histories.where(~np.isnan(data.histories.rating))
        if not histories.entries:
            raise MissingData(f"fm: expected ratings, {data.name} has none")
        mean = float(histories.rating.mean(dtype=np.float64))
        unit = float(histories.rating.std(dtype=np.float64)) or 1.0
        values = (histories.rating.astype(np.float64) - mean) / unit
        arrays = sample(Plan(*astuple(self)), data, histories, values, rng)
        if not all(np.isfinite(array).all() for array in arrays.values()):
            raise NumericError(f"fm: the factors left the finite numbers with {self}")
        scale = np.array([mean, unit, data.scale.minimum, data.scale.maximum])
        return FittedFm(self, data.items, **arrays, scale=scale)


@dataclass(frozen=True, slots=True, eq=False)
class FittedFm:
    """Draws of the films' side; in each, a viewer follows from the ratings in closed form.

    Position 0 is the level, the others are factors; the draw is the last axis, so that a film's
    draws lie together. Units: standard deviations of a rating.
    """

    kind: ClassVar[str] = "fm"
    recipe: Fm
    items: Vocabulary
    films: np.ndarray  # (items, 1 + factors, draws) float32: drawn, with w in the level
    middles: np.ndarray  # (items + 1, ...) float32: expected given all but the own part
    spreads: np.ndarray  # (items + 1, 1 + factors, 1 + factors) float32: covariance of it
    implicit: np.ndarray  # (items or 0, 1 + factors, draws) float32: part of who rated the film
    viewers: np.ndarray  # (2, 1 + factors, draws) float64: mean and precision of the own parts
    noise: np.ndarray  # (3, draws) float64: precision, variance of a day's level, shape
    scale: np.ndarray  # (4,) float64: mean rating, unit, lowest, highest rating

    def score(self, histories: Histories) -> np.ndarray:
        """The predicted rating on a day like any other, not clipped so that ties stay rare."""
        found = self._ratings(histories.on(self.items))
        means = fold_in(found.asked, self._drawn).means.astype(np.float32)
        _, size, draws = means.shape
        level = means[:, 0].mean(axis=1, keepdims=True)
        means[:, 0] = 1  # of the film's level
        scores = means.reshape(-1, size * draws) @ self.middles[:-1].reshape(-1, size * draws).T
        scores *= np.float32(self.scale[1] / draws)
        scores += np.float32(self.scale[0]) + np.float32(self.scale[1]) * level
        return np.asarray(scores)

    def predict(
        self, histories: Histories, rows: np.ndarray, items: np.ndarray, times: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Expected rating within the scale, and standard deviation: noise and all uncertainty.

        A day of `times` on which the viewer has rated has the level seen there; of another day, or
        NO_TIME, the level is as uncertain as days are.
        """
        own = translation(histories.items, self.items)[0][items].astype(np.int64)
        own[own < 0] = len(self.items)
        asked, place = np.unique(np.asarray(rows, np.int64), return_inverse=True)
        histories = histories.take(asked).on(self.items)
        mean, variance = np.empty(len(own)), np.empty(len(own))
        order = np.argsort(place, kind="stable")
        for first in range(0, len(asked), _BATCH):
            last = min(first + _BATCH, len(asked))
            chosen = order[slice(*np.searchsorted(place[order], [first, last]))]
            mean[chosen], variance[chosen] = self._moments(
                histories.slice(first, last),
                (place[chosen] - first, own[chosen]),
                np.asarray(times, np.int64)[chosen],
            )
        mu, unit, lowest, highest = self.scale
        return np.clip(mu + unit * mean, lowest, highest), unit * np.sqrt(variance)

    def _moments(
        self, own: Histories, pairs: tuple[np.ndarray, np.ndarray], times: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Mean and variance of pairs (row, own number), in units."""
        found = self._ratings(own)
        means, covariances, noise, _ = fold_in(found.asked, self._drawn, spread=True)
        cells, days = known_days(found, self.films, self.noise[1], day_keys(pairs[0], times))
        with_level = means.copy()
        with_level[:, 0] = 1
        second = np.einsum("rfd,rkd->rfk", with_level, with_level)
        second[:, 1:, 1:] += covariances[:, 1:, 1:].sum(axis=3)
        viewers = Viewers(
            means.astype(np.float32),
            covariances[..., doubted(means.shape[2])].astype(np.float32),
            (second / means.shape[2]).astype(np.float32),
            noise[:, 0],
            noise[:, 1].mean(axis=1),
        )
        return moments((*pairs, cells), viewers, Films(self.middles, self.spreads), days)

    def contributions(self, histories: Histories, items: np.ndarray) -> Contributions:
        """What each rating adds, by its value and by its being there; and three terms' worth.

        "film level" is what everybody would rate the film, "viewers at large" what a viewer without
        ratings adds to it. How the entries share the rest depends on the viewer's noise, which all
        ratings together decide.
        """
        own = histories.on(self.items)
        found = self._ratings(own)
        folded = fold_in(found.asked, self._drawn, moved=True)
        draws = folded.means.shape[2]
        rows = own.entry_rows[found.places]
        rest = folded.means.copy()
        np.subtract.at(rest, rows, folded.moved)
        entries = np.zeros((own.entries, items.shape[1]), np.float32)
        at_large = np.empty(items.shape, np.float32)
        unit = self.scale[1] / draws
        for k in range(items.shape[1]):
            x = self.middles[items[:, k]].astype(np.float64)
            x[:, 0] = 1
            at_large[:, k] = unit * (rest * x).sum(axis=(1, 2))
            entries[found.places, k] = unit * np.einsum("efd,efd->e", folded.moved, x[rows])
        return Contributions(
            own, entries, {"film level": self._level(items), "viewers at large": at_large}
        )

    def _level(self, films: np.ndarray | slice) -> np.ndarray:
        """The level of films on the scale of the ratings, float32."""
        level = self.middles[films, 0].mean(axis=-1, dtype=np.float64)
        return np.asarray(self.scale[0] + self.scale[1] * level, np.float32)

    @property
    def _drawn(self) -> Drawn:
        return Drawn(self.films, self.implicit, *self.viewers, *self.noise)

    def _ratings(self, own: Histories) -> ByDay:
        return by_day(own, self.scale, bool(self.noise[1].any()))

    def arrays(self) -> dict[str, np.ndarray]:
        """Every array but the item ids."""
        return {
            "films": self.films,
            "middles": self.middles,
            "spreads": self.spreads,
            "implicit": self.implicit,
            "viewers": self.viewers,
            "noise": self.noise,
            "scale": self.scale,
        }

    @classmethod
    def from_arrays(
        cls, recipe: Fm, items: Vocabulary, arrays: Mapping[str, np.ndarray]
    ) -> "FittedFm":
        """The fitted model of its stored arrays."""
        films, size, draws = len(items), recipe.factors + 1, recipe.draws
        shapes = {
            "films": (films, size, draws),
            "middles": (films + 1, size, draws),
            "spreads": (films + 1, size, size),
            "implicit": (films if recipe.implicit else 0, size, draws),
            "viewers": (2, size, draws),
            "noise": (3, draws),
            "scale": (4,),
        }
        for name, shape in shapes.items():
            check_shape(name, arrays[name], shape)
        return cls(recipe, items, **{name: arrays[name] for name in shapes})
