"""From ratings to draws of a factorisation machine's film side."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from matinee.dataset import Dataset, Histories
from matinee.features import levels
from matinee.kernels.gibbs import Csr
from matinee.models.fm_chain import Days, Noise, Side, columns
from matinee.models.fm_days import day_keys, timed

_WARM = 4  # the first of so many parts of the sweeps is thrown away


class Plan(NamedTuple):
    """What is sampled, and how long."""

    factors: int
    epochs: int
    draws: int
    implicit: bool
    flipped: bool
    side: bool
    time: bool


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    users: Side
    films: Side
    days: Days
    noise: Noise
    common: float


def most_draws(epochs: int) -> int:
    """How many sweeps of so many are not thrown away."""
    return epochs - epochs // _WARM


def sample(
    plan: Plan, data: Dataset, histories: Histories, values: np.ndarray, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """The arrays of `FittedFm`; `values` are the ratings of `histories` in units."""
    rated = np.bincount(histories.numbers, minlength=len(data.items)) > 0
    kept = Kept.room(plan, rated)
    steps = np.linspace(plan.epochs // _WARM, plan.epochs, plan.draws, endpoint=False)
    wanted = set(np.ceil(steps).astype(int).tolist())
    for epoch, state in enumerate(_chain(plan, data, histories, values, rng)):
        if epoch in wanted:
            kept.take(state)
    return kept.arrays()


def _chain(
    plan: Plan, data: Dataset, histories: Histories, values: np.ndarray, rng: np.random.Generator
) -> Iterator[_State]:
    rows, numbers = histories.entry_rows, histories.numbers
    order = np.lexsort((rows, numbers))  # by film
    starts = np.concatenate([[0], np.cumsum(np.bincount(numbers, minlength=len(data.items)))])
    size = plan.factors + 1
    of_users, of_films = _blocks(plan, data, histories)
    users = Side.start((histories.indptr, numbers), of_users, size, rng)
    films = Side.start((starts, rows[order]), of_films, size, rng)
    days = _days(histories) if plan.time else Days(np.full(len(rows), -1), np.zeros(0))
    noise, common = Noise(1.0, np.ones(histories.rows), 8.0), 0.0
    for _ in range(plan.epochs):
        weights = noise.common * noise.own[rows]
        left = values - common - days.of_entries
        users.draw(left, weights, films.full, rng)
        films.draw(left[order], weights[order], users.full, rng)
        yield _State(users, films, days, noise, common)
        p, q = users.full[rows], films.full[numbers]
        errors = values - p[:, 0] - q[:, 0] - np.einsum("ef,ef->e", p[:, 1:], q[:, 1:])
        if len(days.levels):
            days.draw(errors - common, weights, rng)
            errors -= days.of_entries
        total = weights.sum()
        common = (weights * errors).sum() / total + rng.standard_normal() / np.sqrt(total)
        noise.draw(rows, errors - common, rng)


def _blocks(plan: Plan, data: Dataset, histories: Histories) -> tuple[list[Csr], list[Csr]]:
    """The features of viewers and of films."""
    of_users, of_films = [], []
    if plan.implicit:
        share = 1 / np.sqrt(histories.lengths[histories.entry_rows])
        of_users.append(columns(histories.matrix(share)))
    if plan.flipped:
        counts = np.bincount(histories.numbers, minlength=len(data.items))
        share = 1 / np.sqrt(counts[histories.numbers])
        of_films.append(columns(histories.matrix(share).T.tocsr()))
    if plan.side:
        of_films.extend(columns(kind.matrix) for kind in levels(data.movies).values())
    return of_users, of_films


def _days(histories: Histories) -> Days:
    keys = day_keys(histories.entry_rows, histories.time)
    known = timed(keys)
    found, at = np.unique(keys[known], return_inverse=True)
    cells = np.full(len(keys), -1)
    cells[known] = at
    return Days(cells, np.zeros(len(found)))


@dataclass(eq=False)
class Kept:
    """Room for the draws, filled one after the other."""

    rated: np.ndarray  # (films,) bool
    films: np.ndarray
    middles: np.ndarray
    spreads: np.ndarray
    implicit: np.ndarray
    viewers: np.ndarray
    noise: np.ndarray
    taken: int = 0

    @classmethod
    def room(cls, plan: Plan, rated: np.ndarray) -> "Kept":
        """Nothing taken yet."""
        films, size, draws = len(rated), plan.factors + 1, plan.draws
        return cls(
            rated,
            np.empty((films, size, draws), np.float32),
            np.empty((films + 1, size, draws), np.float32),
            np.zeros((films + 1, size, size)),
            np.empty((films if plan.implicit else 0, size, draws), np.float32),
            np.empty((2, size, draws)),
            np.empty((3, draws)),
        )

    def take(self, state: _State) -> None:
        """Keep what a fold-in needs of this state."""
        d, films = self.taken, state.films
        self.films[:, :, d] = films.full
        self.films[:, 0, d] += state.common
        self.middles[:-1, :, d] = films.middles
        self.middles[:-1, 0, d] += state.common
        self.spreads[:-1] += films.spread()
        if len(self.implicit):
            # Of a film that nobody rated nothing was seen but what such parts are on average.
            usual = state.users.priors[1][0]
            self.implicit[:, :, d] = np.where(self.rated[:, None], state.users.theta[0], usual)
        self.viewers[:, :, d] = state.users.priors[0]
        days = 1 / state.days.precision if len(state.days.levels) else 0.0
        self.noise[:, d] = state.noise.common, days, state.noise.shape
        self.taken += 1

    def arrays(self) -> dict[str, np.ndarray]:
        """All of it; the last film stands for one of which nothing is known: any rated film."""
        self.spreads /= self.taken
        some = self.films[self.rated].astype(np.float64)
        self.middles[-1] = some.mean(axis=0)
        some -= some.mean(axis=0)
        self.spreads[-1] = np.einsum("ifd,ikd->fk", some, some) / (len(some) * self.taken)
        return {
            "films": self.films,
            "middles": self.middles,
            "spreads": self.spreads.astype(np.float32),
            "implicit": self.implicit,
            "viewers": self.viewers,
            "noise": self.noise,
        }
