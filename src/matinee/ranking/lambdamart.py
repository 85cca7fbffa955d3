"""LambdaMART: trees that put what is liked before what is not (LightGBM)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from matinee.errors import InputError, MissingPackage
from matinee.ranking.examples import Examples, Features

FIRST_STAGE = "score of the first stage"  # the feature that trees begin from
_SLOPE_PAIRS = 200_000  # enough to tell one slope


@dataclass(frozen=True, slots=True)
class LambdaMart:
    """Gradient-boosted trees on ΔNDCG (Burges 2010), begun from the first stage's scores.

    The trees start from slope · score, where the slope is that of a logistic regression: so they
    learn only where the first stage is wrong, and few viewers change little.
    """

    kind: ClassVar[str] = "lambdamart"
    trees: int = 100
    leaves: int = 15
    learning_rate: float = 0.05
    least: int = 200  # examples in a leaf
    ridge: float = 10.0  # L2 of the leaves
    places: int = 20  # pairs of which neither is among so many first teach nothing

    def __post_init__(self) -> None:
        if not (1 <= self.trees <= 10_000 and 2 <= self.leaves <= 10_000 and self.least >= 1):
            raise InputError(
                f"lambdamart: expected trees and leaves up to 10,000 and least >= 1, got {self}"
            )
        if not (0 < self.learning_rate <= 1 and 0 <= self.ridge < np.inf and self.places >= 1):
            raise InputError(
                f"lambdamart: expected learning_rate in (0, 1], ridge >= 0, places >= 1, got {self}"
            )

    def fit(self, examples: Examples, rng: np.random.Generator) -> "FittedLambdaMart":
        """Learn from viewers who liked some of their candidates and not others."""
        lightgbm = _lightgbm()
        told = examples.told()
        if not len(told.sizes):
            raise InputError("lambdamart: expected viewers who liked one of their candidates")
        slope = slope_of(told, rng)
        begin = slope * told.features.column(FIRST_STAGE).astype(np.float64)
        data = lightgbm.Dataset(
            told.features.values,
            told.liked.astype(np.float32),
            group=told.sizes,
            init_score=begin,
            feature_name=[f"f{k}" for k in range(len(told.features.names))],
        )
        settings = {
            "objective": "lambdarank",
            "lambdarank_truncation_level": self.places,
            "learning_rate": self.learning_rate,
            "num_leaves": self.leaves,
            "min_data_in_leaf": self.least,
            "lambda_l2": self.ridge,
            "feature_fraction": 0.3,
            "bagging_fraction": 0.7,
            "bagging_freq": 1,
            "seed": int(rng.integers(2**31)),
            "deterministic": True,
            "force_col_wise": True,
            "verbose": -1,
        }
        booster = lightgbm.train(settings, data, self.trees)
        return FittedLambdaMart(self, told.features.names, slope, booster.model_to_string())


@dataclass(frozen=True, slots=True, eq=False)
class FittedLambdaMart:
    """Trees as LightGBM writes them, and the slope that they begin with."""

    kind: ClassVar[str] = "lambdamart"
    recipe: LambdaMart
    names: tuple[str, ...]
    slope: float
    trees: str
    _booster: Any = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "_booster", _lightgbm().Booster(model_str=self.trees))

    def score(self, features: Features) -> np.ndarray:
        """One number a pair, (pairs,) float64; only their order within a viewer means something."""
        values = self._own(features)
        trees = self._booster.predict(values, num_threads=1 if len(values) < 2_000 else 0)
        return np.asarray(self.slope * features.column(FIRST_STAGE) + trees)

    def contributions(self, features: Features) -> np.ndarray:
        """What each feature adds to the score (TreeSHAP, Lundberg et al. 2020), (pairs, features).

        The last column more: what is the same for all pairs. Together they are the score.
        """
        found = np.asarray(self._booster.predict(self._own(features), pred_contrib=True))
        first = self.slope * features.column(FIRST_STAGE)
        found[:, self.names.index(FIRST_STAGE)] += first
        return found

    def arrays(self) -> dict[str, np.ndarray]:
        """What `from_arrays` makes it of."""
        return {
            "names": np.array(self.names),
            "slope": np.array(self.slope),
            "trees": np.frombuffer(self.trees.encode(), np.uint8),
        }

    @classmethod
    def from_arrays(
        cls, recipe: LambdaMart, arrays: Mapping[str, np.ndarray]
    ) -> "FittedLambdaMart":
        """What `arrays` gave."""
        trees = np.asarray(arrays["trees"]).tobytes().decode()
        return cls(recipe, tuple(arrays["names"].tolist()), float(arrays["slope"]), trees)

    def importance(self) -> dict[str, float]:
        """Share of all splits' gains, by feature; the first stage's own part is not in it."""
        gains = self._booster.feature_importance("gain")
        total = max(float(gains.sum()), 1e-12)
        return {name: float(gain / total) for name, gain in zip(self.names, gains, strict=True)}

    def _own(self, features: Features) -> np.ndarray:
        if features.names != self.names:
            features = features.only(self.names)
        return features.values


def slope_of(examples: Examples, rng: np.random.Generator) -> float:
    """How much more likely a like is per unit of the first stage's score; at least 0."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - half a second

    score = examples.features.column(FIRST_STAGE).astype(np.float64)
    rows = np.arange(len(score))
    if len(rows) > _SLOPE_PAIRS:
        rows = rng.choice(rows, _SLOPE_PAIRS, replace=False)
    spread = float(score[rows].std()) or 1.0
    if not 0 < examples.liked[rows].sum() < len(rows):
        return 0.0
    fitted = LogisticRegression(C=1e3).fit(score[rows, None] / spread, examples.liked[rows])
    return max(0.0, float(fitted.coef_[0, 0]) / spread)


def _lightgbm() -> Any:
    try:
        import lightgbm  # noqa: PLC0415 - a third of a second
    except (ImportError, OSError) as error:
        raise MissingPackage(
            f"lambdamart: expected LightGBM, which cannot be loaded: {error}; on Debian install "
            "libgomp1, on macOS libomp"
        ) from None
    return lightgbm
