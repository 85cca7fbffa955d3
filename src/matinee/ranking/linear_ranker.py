"""The plane: popularity and predicted rating, weighed (Amatriain and Basilico 2012)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from matinee.errors import InputError
from matinee.ranking.examples import Examples, Features

# The likeliest of those that there are is taken.
POPULARITY = (
    *("likes fading in 10 days", "likes fading in 2 days"),
    *("likes of 90 days", "likes"),
)
RATING = "predicted rating"
OF = ("both", "popularity", "rating")


@dataclass(frozen=True, slots=True)
class LinearRanker:
    """f(u, v) = w1 · popularity(v) + w2 · predicted rating(u, v) + b, by logistic regression.

    "Beyond the 5 stars" (Amatriain and Basilico 2012): the ranking function that is a plane, and
    can be drawn as one. Popularity is ln(1 + likes), of the span that tells most.
    """

    kind: ClassVar[str] = "linear"
    of: str = "both"  # or "popularity" or "rating" alone
    ridge: float = 1.0  # L2 of the weights per unit of spread

    def __post_init__(self) -> None:
        if self.of not in OF:
            raise InputError(f"linear ranker: expected of among {', '.join(OF)}, got {self.of!r}")
        if not 0 < self.ridge < np.inf:
            raise InputError(f"linear ranker: expected ridge > 0, got {self.ridge}")

    def fit(self, examples: Examples, rng: np.random.Generator) -> "FittedLinearRanker":
        """The weights of the two, by likelihood; `rng` is unused."""
        del rng
        told = examples.told()
        if not len(told.sizes):
            raise InputError("linear ranker: expected viewers who liked one of their candidates")
        there = told.features.names
        spans: list[tuple[str, ...]] = [(name,) for name in POPULARITY if name in there]
        if self.of == "rating":
            spans = [()]
        rating = () if self.of == "popularity" else (RATING,)
        if not spans or not set(rating) <= set(there):
            raise InputError(
                f"linear ranker: expected {POPULARITY[-1]!r} and {RATING!r} among the features, "
                f"got {', '.join(there)}"
            )
        fits = [self._fitted(told, span + rating) for span in spans]
        return max(fits, key=lambda fitted: fitted.likelihood(told))

    def _fitted(self, told: Examples, names: tuple[str, ...]) -> "FittedLinearRanker":
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - half a second

        values = _known(told.features.only(names).values)
        mean, spread = values.mean(axis=0), values.std(axis=0)
        spread[spread == 0] = 1
        model = LogisticRegression(C=1 / self.ridge).fit((values - mean) / spread, told.liked)
        weights = model.coef_[0] / spread
        offset = float(model.intercept_[0] - mean @ weights)
        return FittedLinearRanker(self, names, weights, offset)


@dataclass(frozen=True, slots=True, eq=False)
class FittedLinearRanker:
    """A weight for each feature and an offset: the log odds of a like."""

    kind: ClassVar[str] = "linear"
    recipe: LinearRanker
    names: tuple[str, ...]
    weights: np.ndarray  # one a feature
    offset: float

    def score(self, features: Features) -> np.ndarray:
        """Log odds that a pair is liked, (pairs,) float64."""
        return np.asarray(_known(features.only(self.names).values) @ self.weights + self.offset)

    def arrays(self) -> dict[str, np.ndarray]:
        """What `from_arrays` makes it of."""
        return {
            "names": np.array(self.names),
            "weights": self.weights,
            "offset": np.array(self.offset),
        }

    @classmethod
    def from_arrays(
        cls, recipe: LinearRanker, arrays: Mapping[str, np.ndarray]
    ) -> "FittedLinearRanker":
        """What `arrays` gave."""
        names = tuple(arrays["names"].tolist())
        return cls(recipe, names, np.asarray(arrays["weights"]), float(arrays["offset"]))

    def likelihood(self, examples: Examples) -> float:
        """Mean log likelihood of what was liked and what was not."""
        odds = self.score(examples.features)
        return -float(np.logaddexp(0, np.where(examples.liked, -odds, odds)).mean())

    def contributions(self, features: Features) -> np.ndarray:
        """What each feature adds, (pairs, features); the last column more is the offset."""
        own = _known(features.only(self.names).values) * self.weights
        found = np.zeros((len(own), len(features.names) + 1))
        for k, name in enumerate(self.names):
            found[:, features.names.index(name)] = own[:, k]
        found[:, -1] = self.offset
        return found


def _known(values: np.ndarray) -> np.ndarray:
    """Float64; what is not known counts as the mean of the others, 0 where nothing is."""
    values = values.astype(np.float64)
    missing = np.isnan(values)
    if missing.any():
        count = np.maximum((~missing).sum(axis=0), 1)
        values = np.where(missing, np.where(missing, 0, values).sum(axis=0) / count, values)
    return values
