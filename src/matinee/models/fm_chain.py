"""The Markov chain of a Bayesian factorisation machine of ratings."""

from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array

from matinee.kernels.gibbs import Csr, Prior, collapsed, draw_features, draw_rows

_START, _PRECISION, _FEATURE_PRECISION = 0.1, 5.0, 10.0  # where the chain starts, in units
_SHAPES = np.exp(np.linspace(np.log(2), np.log(200), 24))  # of viewers' own noise


def columns(matrix: csr_array) -> Csr:
    """The matrix by column: column starts, row numbers, values."""
    turned = matrix.T.tocsr()
    turned.sort_indices()
    return turned.indptr, turned.indices, turned.data.astype(np.float64)


@dataclass(eq=False)
class Side:
    """The viewers, or the films: their own parts and the parts of their features."""

    entries: tuple[np.ndarray, np.ndarray]  # row starts, numbers of the other side
    blocks: list[Csr]  # of each kind of feature the rows that have it
    own: np.ndarray  # (rows, size)
    theta: list[np.ndarray]  # of each kind (features, size)
    priors: list[Prior]  # of the own parts, then of each kind
    sums: np.ndarray  # (rows, size) of features' parts
    middles: np.ndarray = field(init=False)  # (rows, size): expected given all but own parts
    said: np.ndarray = field(init=False)  # (rows, size, size): M of the kernel

    @classmethod
    def start(
        cls,
        entries: tuple[np.ndarray, np.ndarray],
        blocks: list[Csr],
        size: int,
        rng: np.random.Generator,
    ) -> "Side":
        """Levels 0, small factors at random, no feature says anything."""
        rows = len(entries[0]) - 1
        own = rng.normal(0, _START, (rows, size))
        own[:, 0] = 0
        precisions = [_PRECISION] + [_FEATURE_PRECISION] * len(blocks)
        return cls(
            entries,
            blocks,
            own,
            [np.zeros((len(block[0]) - 1, size)) for block in blocks],
            [(np.zeros(size), np.full(size, precision)) for precision in precisions],
            np.zeros((rows, size)),
        )

    @property
    def full(self) -> np.ndarray:
        """Own and features' parts, (rows, size)."""
        return np.asarray(self.own + self.sums)

    def draw(
        self, values: np.ndarray, weights: np.ndarray, others: np.ndarray, rng: np.random.Generator
    ) -> None:
        """Draw priors, features' parts and own parts, in this order, given the other side."""
        indptr, numbers = self.entries
        self.priors[0] = _drawn_prior(self.own[np.diff(indptr) > 0], self.priors[0], rng)
        said = collapsed((indptr, numbers, values), weights, others, self.priors[0])
        for kind, (block, theta) in enumerate(zip(self.blocks, self.theta, strict=True), 1):
            prior = _drawn_prior(theta[np.diff(block[0]) > 0], self.priors[kind], rng)
            draw_features(block, theta, self.sums, said, prior, rng.standard_normal(theta.shape))
            self.priors[kind] = prior
        normal = rng.standard_normal(self.own.shape)
        self.own, middles = draw_rows(said, self.sums, self.priors[0], normal)
        self.middles, self.said = middles + self.sums, said[0]

    def spread(self) -> np.ndarray:
        """Covariance of each own part given all else, (rows, size, size): P⁻¹ - P⁻¹ M P⁻¹."""
        variance = 1 / self.priors[0][1]
        covariances = -self.said * (variance[:, None] * variance)
        diagonal = np.arange(len(variance))
        covariances[:, diagonal, diagonal] += variance
        return covariances


def _drawn_prior(values: np.ndarray, prior: Prior, rng: np.random.Generator) -> Prior:
    """Mean and precision given what they are the prior of; of themselves N(0, 1/p), Gamma(½, ½)."""
    count, size = values.shape
    scatter = ((values - prior[0]) ** 2).sum(axis=0) + prior[0] ** 2
    precision = rng.gamma(1 + count / 2, size=size) / (0.5 + scatter / 2)
    mean = values.sum(axis=0) / (count + 1)
    return mean + rng.standard_normal(size) / np.sqrt(precision * (count + 1)), precision


@dataclass(eq=False)
class Noise:
    """Precision of the ratings: one for all, times one for each viewer."""

    common: float
    own: np.ndarray  # (viewers,)
    shape: float  # own ~ Gamma(shape/2, shape/2)

    def draw(self, rows: np.ndarray, errors: np.ndarray, rng: np.random.Generator) -> None:
        """Given the errors of all ratings and whose they are."""
        squared = np.bincount(rows, errors**2, minlength=len(self.own))
        counts = np.bincount(rows, minlength=len(self.own))
        self.common = rng.gamma(0.5 + len(errors) / 2) / (0.5 + (self.own * squared).sum() / 2)
        self.own = rng.gamma((self.shape + counts) / 2) / ((self.shape + self.common * squared) / 2)
        self.shape = _drawn_shape(self.own[counts > 0], rng)


def _drawn_shape(own: np.ndarray, rng: np.random.Generator) -> float:
    from scipy.special import gammaln  # noqa: PLC0415

    half = _SHAPES / 2
    said = len(own) * (half * np.log(half) - gammaln(half))
    said += half * (np.log(own) - own).sum()
    chances = np.exp(said - said.max())
    return float(rng.choice(_SHAPES, p=chances / chances.sum()))


@dataclass(eq=False)
class Days:
    """Levels of a viewer's days; -1 is a rating without a time."""

    cells: np.ndarray  # (entries,)
    levels: np.ndarray  # (days,)
    precision: float = 20.0

    @property
    def of_entries(self) -> np.ndarray:
        """The level of each rating's day."""
        return np.asarray(np.append(self.levels, 0.0)[self.cells])

    def draw(self, errors: np.ndarray, weights: np.ndarray, rng: np.random.Generator) -> None:
        """Given what is left of the ratings without them."""
        count = len(self.levels)
        scatter = (self.levels**2).sum()
        self.precision = rng.gamma(0.5 + count / 2) / (0.5 + scatter / 2)
        known = self.cells >= 0
        at, weight = self.cells[known], weights[known]
        sharp = np.bincount(at, weight, minlength=count) + self.precision
        pull = np.bincount(at, weight * errors[known], minlength=count)
        self.levels = pull / sharp + rng.standard_normal(count) / np.sqrt(sharp)
