"""Predicted against observed enjoyment: whether a chance of one in ten is one in ten."""

from dataclasses import dataclass

import numpy as np

from matinee.evaluation.deletion import Figure
from matinee.evaluation.significance import Sums
from matinee.ranking.examples import Examples

_BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """A tenth of the pairs: mean predicted chance of a like, and the share that was liked."""

    pairs: int
    predicted: float
    observed: Figure


def logistic(scores: np.ndarray, liked: np.ndarray) -> tuple[float, float]:
    """Slope and offset that make scores the log odds of a like (Platt 1999)."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - half a second

    if not 0 < liked.sum() < len(liked):
        return 0.0, 0.0
    spread = float(scores.std()) or 1.0
    fitted = LogisticRegression(C=1e6).fit(scores[:, None] / spread, liked)
    return float(fitted.coef_[0, 0]) / spread, float(fitted.intercept_[0])


def reliability(chances: np.ndarray, examples: Examples, seed: int = 0) -> list[Bin]:
    """Ten bins of as many pairs each, by predicted chance; intervals over viewers."""
    order = np.argsort(chances, kind="stable")
    viewers, count = examples.viewers, len(examples.sizes)
    sums, predicted, sizes = [], [], []
    for part in np.array_split(order, _BINS):
        if not len(part):
            continue
        liked = np.bincount(viewers[part], examples.liked[part], minlength=count)
        sums.append(Sums(liked, np.bincount(viewers[part], minlength=count).astype(np.float64)))
        predicted.append(float(chances[part].mean()))
        sizes.append(len(part))
    figures = Figure.of(sums, seed)
    return [Bin(*each) for each in zip(sizes, predicted, figures, strict=True)]
