"""A glass box: one drawn curve a feature, added up (explainable boosting, interpret-core)."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from matinee.errors import InputError
from matinee.ranking.examples import Examples, Features
from matinee.ranking.lambdamart import FIRST_STAGE, slope_of


@dataclass(frozen=True, slots=True)
class GlassBox:
    """Σ f_j(x_j) + Σ f_jk(x_j, x_k): boosted curves and few planes (Lou et al. 2012, 2013).

    Begins from slope · the first stage's score, as `LambdaMart` does, and learns the log odds of
    a like. What it learns is drawn whole: nothing of a score is hidden.
    """

    kind: ClassVar[str] = "ebm"
    rounds: int = 300
    bins: int = 64
    interactions: int = 5
    bags: int = 2
    learning_rate: float = 0.05
    viewers: int = 4_000  # at most so many are learnt from

    def __post_init__(self) -> None:
        if not (1 <= self.rounds <= 100_000 and 4 <= self.bins <= 1024 and 1 <= self.bags <= 100):
            raise InputError(f"ebm: expected rounds >= 1, bins from 4, bags from 1, got {self}")
        if not (0 < self.learning_rate <= 1 and self.interactions >= 0 and self.viewers >= 1):
            raise InputError(
                "ebm: expected learning_rate in (0, 1], interactions >= 0 and viewers >= 1, got "
                f"{self}"
            )

    def fit(self, examples: Examples, rng: np.random.Generator) -> "FittedGlassBox":
        """Learn the curves; of many viewers some are drawn, since each curve needs few."""
        from interpret.glassbox import ExplainableBoostingClassifier  # noqa: PLC0415 - seconds

        told = examples.told()
        if not len(told.sizes):
            raise InputError("ebm: expected viewers who liked one of their candidates")
        if len(told.sizes) > self.viewers:
            told = told.of(np.sort(rng.choice(len(told.sizes), self.viewers, replace=False)))
        names, values = told.features.names, told.features.values
        # A column that is the same for all, or not known of any, has no curve.
        varied = [k for k in range(len(names)) if len(np.unique(values[:, k])) > 1]
        slope = slope_of(told, rng)
        model = ExplainableBoostingClassifier(
            feature_names=[f"f{k}" for k in varied],
            feature_types=["continuous"] * len(varied),
            max_bins=self.bins,
            max_interaction_bins=16,
            interactions=self.interactions,
            outer_bags=self.bags,
            learning_rate=self.learning_rate,
            max_rounds=self.rounds,
            early_stopping_rounds=0 if self.bags == 1 else 50,
            min_samples_leaf=50,
            random_state=int(rng.integers(2**31)),
            n_jobs=1,
        )
        begin = slope * told.features.column(FIRST_STAGE).astype(np.float64)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(values[:, varied].astype(np.float64), told.liked, init_score=begin)
        terms: list[Term] = []
        for places, scores in zip(model.term_features_, model.term_scores_, strict=True):
            cuts = [_cuts(model.bins_[place], len(places)) for place in places]
            own = tuple(names[varied[place]] for place in places)
            terms.append(Term(own, tuple(cuts), np.asarray(scores, np.float64)))
        return FittedGlassBox(self, names, slope, float(model.intercept_[0]), tuple(terms))


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A curve of one feature, or a plane of steps of two."""

    names: tuple[str, ...]
    cuts: tuple[np.ndarray, ...]  # ascending; a value at a cut belongs to the bin above
    scores: np.ndarray  # of each bin; along each axis first what is not known, then the bins

    def values(self, features: Features) -> np.ndarray:
        """What the term adds to each pair, (pairs,)."""
        places = []
        for name, cuts in zip(self.names, self.cuts, strict=True):
            column = features.column(name)
            bins = np.searchsorted(cuts, column, side="right") + 1
            places.append(np.where(np.isnan(column), 0, bins))
        return np.asarray(self.scores[tuple(places)])


@dataclass(frozen=True, slots=True, eq=False)
class FittedGlassBox:
    """The curves."""

    kind: ClassVar[str] = "ebm"
    recipe: GlassBox
    names: tuple[str, ...]
    slope: float
    offset: float
    terms: tuple[Term, ...]

    def score(self, features: Features) -> np.ndarray:
        """Log odds that a pair is liked, (pairs,) float64."""
        total = self.offset + self.slope * features.column(FIRST_STAGE).astype(np.float64)
        for term in self.terms:
            total += term.values(features)
        return np.asarray(total)

    def arrays(self) -> dict[str, np.ndarray]:
        """What `from_arrays` makes it of; of the k-th term its names, cuts and scores."""
        found = {
            "names": np.array(self.names),
            "slope": np.array(self.slope),
            "offset": np.array(self.offset),
        }
        for k, term in enumerate(self.terms):
            found[f"term{k}_names"] = np.array(term.names)
            found[f"term{k}_scores"] = term.scores
            for axis, cuts in enumerate(term.cuts):
                found[f"term{k}_cuts{axis}"] = cuts
        return found

    @classmethod
    def from_arrays(cls, recipe: GlassBox, arrays: Mapping[str, np.ndarray]) -> "FittedGlassBox":
        """What `arrays` gave."""
        terms: list[Term] = []
        while f"term{len(terms)}_names" in arrays:
            own = f"term{len(terms)}_"
            names = tuple(arrays[own + "names"].tolist())
            cuts = tuple(np.asarray(arrays[f"{own}cuts{axis}"]) for axis in range(len(names)))
            terms.append(Term(names, cuts, np.asarray(arrays[own + "scores"])))
        names = tuple(arrays["names"].tolist())
        slope, offset = float(arrays["slope"]), float(arrays["offset"])
        return cls(recipe, names, slope, offset, tuple(terms))

    def contributions(self, features: Features) -> np.ndarray:
        """What each feature adds, (pairs, features + 1), exact; planes are halved between the two.

        The last column is the same for all pairs.
        """
        found = np.zeros((len(features.values), len(features.names) + 1))
        found[:, -1] = self.offset
        places = {name: k for k, name in enumerate(features.names)}
        found[:, places[FIRST_STAGE]] = self.slope * features.column(FIRST_STAGE)
        for term in self.terms:
            for name in term.names:
                found[:, places[name]] += term.values(features) / len(term.names)
        return found


def _cuts(levels: list[np.ndarray], order: int) -> np.ndarray:
    """The cuts that a term of this order uses: planes may have coarser ones than curves."""
    return np.asarray(levels[min(order, len(levels)) - 1], np.float64)
