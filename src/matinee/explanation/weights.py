"""How much each feature adds to a ranker's scores, and the curves and planes it is made of."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from matinee.ranking.examples import Examples, Features
from matinee.ranking.glass_box import FittedGlassBox, Term
from matinee.ranking.linear_ranker import FittedLinearRanker

_STEPS = 24  # of a drawn plane, along each axis


class Explained(Protocol):
    """A ranker whose scores are sums over features."""

    def contributions(self, features: Features) -> np.ndarray:
        """(pairs, features + 1)."""
        ...


def mean_contributions(ranker: Explained, examples: Examples) -> dict[str, float]:
    """Feature → mean |contribution less its mean over the viewer's candidates|.

    Only what differs between the candidates of one viewer moves their order.
    """
    found = ranker.contributions(examples.features)[:, :-1]
    viewers, sizes = examples.viewers, np.maximum(examples.sizes, 1)
    starts = np.concatenate([[0], np.cumsum(examples.sizes)[:-1]])
    there = examples.sizes > 0
    means = np.zeros((len(sizes), found.shape[1]))
    means[there] = np.add.reduceat(found, starts[there], axis=0) / sizes[there, None]
    off = np.abs(found - means[viewers]).mean(axis=0)
    return dict(zip(examples.features.names, off.tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Step:
    """A piece of a drawn shape: what is added where x (and y) lie within."""

    x: float
    x2: float
    value: float
    y: float | None = None
    y2: float | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """A curve of one feature, or a plane of two, as it is in the ranker."""

    features: tuple[str, ...]
    weight: float  # mean |value - mean| over pairs
    steps: tuple[Step, ...]


def shapes(box: FittedGlassBox, examples: Examples) -> list[Shape]:
    """All curves and planes of a glass box, the weightiest first; drawn where pairs are."""
    found = []
    for term in box.terms:
        values = term.values(examples.features)
        weight = float(np.abs(values - values.mean()).mean())
        edges = [
            _edges(examples.features.column(name), cuts)
            for name, cuts in zip(term.names, term.cuts, strict=True)
        ]
        found.append(Shape(term.names, weight, tuple(_steps(term, edges))))
    return sorted(found, key=lambda one: -one.weight)


def plane(ranker: FittedLinearRanker, examples: Examples) -> Shape:
    """The linear ranker: popularity across, predicted rating upwards, the log odds of a like."""
    x, y = (_edges(examples.features.column(name), None) for name in ranker.names)
    middle_x, middle_y = (x[1:] + x[:-1]) / 2, (y[1:] + y[:-1]) / 2
    steps = [
        Step(
            float(x[i]),
            float(x[i + 1]),
            float(ranker.weights @ (middle_x[i], middle_y[j]) + ranker.offset),
            float(y[j]),
            float(y[j + 1]),
        )
        for i in range(len(middle_x))
        for j in range(len(middle_y))
    ]
    values = ranker.score(examples.features)
    return Shape(ranker.names, float(np.abs(values - values.mean()).mean()), tuple(steps))


def _edges(column: np.ndarray, cuts: np.ndarray | None) -> np.ndarray:
    """The borders of the bins within the middle 99 % of the values, ends included."""
    known = column[~np.isnan(column)]
    if not len(known):
        return np.array([0.0, 1.0])
    low, high = (float(q) for q in np.quantile(known, [0.005, 0.995]))
    if low == high:
        low, high = low - 0.5, high + 0.5
    if cuts is None:
        return np.linspace(low, high, _STEPS + 1)
    return np.concatenate([[low], cuts[(cuts > low) & (cuts < high)], [high]])


def _steps(term: Term, edges: list[np.ndarray]) -> list[Step]:
    middles = [(edge[1:] + edge[:-1]) / 2 for edge in edges]
    bins = [
        np.searchsorted(cuts, middle, side="right") + 1
        for cuts, middle in zip(term.cuts, middles, strict=True)
    ]
    if len(edges) == 1:
        x = edges[0]
        return [
            Step(float(x[i]), float(x[i + 1]), float(term.scores[k])) for i, k in enumerate(bins[0])
        ]
    x, y = edges
    return [
        Step(float(x[i]), float(x[i + 1]), float(term.scores[k, m]), float(y[j]), float(y[j + 1]))
        for i, k in enumerate(bins[0])
        for j, m in enumerate(bins[1])
    ]
