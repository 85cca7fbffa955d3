"""What a ranker's features are worth: what is lost when one of them says nothing any more."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matinee.evaluation.deletion import Figure
from matinee.evaluation.significance import Sums
from matinee.ranking.examples import Examples, Features

_K = 10  # places of NDCG
_TIMES = 2  # permutations of each feature

Score = Callable[[Features], np.ndarray]


@dataclass(frozen=True, slots=True)
class Importance:
    """NDCG@10 that is lost when the feature is permuted.

    Within a viewer's candidates; a feature of the viewer, which is the same for all of them,
    `between` viewers.
    """

    feature: str
    lost: Figure
    between: bool


def ndcg(scores: np.ndarray, examples: Examples, truth: np.ndarray, k: int = _K) -> np.ndarray:
    """NDCG@k of each viewer's candidates by these scores, (viewers,).

    `truth` (viewers,) counts the likes that were to be found, candidates or not. Of equal scores
    the earlier candidate comes first.
    """
    viewers = examples.viewers
    order = np.lexsort((np.arange(len(scores)), -scores, viewers))
    starts = np.concatenate([[0], np.cumsum(examples.sizes)[:-1]])
    place = np.arange(len(scores)) - np.repeat(starts, examples.sizes)
    gain = np.where(place < k, 1 / np.log2(place + 2), 0) * examples.liked[order]
    ideal = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(2, k + 2)))])
    found = np.bincount(viewers, gain, minlength=len(examples.sizes))
    return np.asarray(found / ideal[np.clip(truth, 1, k)])


def importances(
    score: Score,
    examples: Examples,
    truth: np.ndarray,
    seed: int = 0,
    say: Callable[[str], None] = lambda _: None,
) -> tuple[Figure, list[Importance]]:
    """NDCG@10 as it is, and what is lost without each feature (Breiman 2001), largest first.

    Mean of two permutations; intervals over viewers. A feature that repeats what others say loses
    little though the ranker uses it.
    """
    rng = np.random.default_rng(seed)
    whole = ndcg(score(examples.features), examples, truth)
    names, values = examples.features.names, examples.features.values
    lost, between = [], []
    for k, name in enumerate(names):
        say(f"importance of {name}, {k + 1} of {len(names)}")
        column = values[:, k]
        same = _same(column, examples)
        found = np.zeros(len(whole))
        for _ in range(_TIMES):
            changed = values.copy()
            changed[:, k] = _permuted(column, examples, same, rng)
            found += ndcg(score(Features(names, changed)), examples, truth) / _TIMES
        lost.append(Sums.of(whole - found))
        between.append(same)
    figures = Figure.of([Sums.of(whole), *lost], seed)
    found_of = [
        Importance(name, figure, same)
        for name, figure, same in zip(names, figures[1:], between, strict=True)
    ]
    return figures[0], sorted(found_of, key=lambda one: -one.lost.value)


def _same(column: np.ndarray, examples: Examples) -> bool:
    """Whether the feature is the same for all candidates of each viewer."""
    starts = np.concatenate([[0], np.cumsum(examples.sizes)[:-1]])
    first = np.repeat(column[starts[examples.sizes > 0]], examples.sizes[examples.sizes > 0])
    return bool(((column == first) | (np.isnan(column) & np.isnan(first))).all())


def _permuted(
    column: np.ndarray, examples: Examples, between: bool, rng: np.random.Generator
) -> np.ndarray:
    viewers = examples.viewers
    if not between:
        order = np.lexsort((rng.random(len(column)), viewers))
        return np.asarray(column[order])
    starts = np.concatenate([[0], np.cumsum(examples.sizes)[:-1]])
    there = np.flatnonzero(examples.sizes)
    others = np.zeros(len(starts), np.int64)
    others[there] = starts[rng.permutation(there)]
    return np.asarray(column[others[viewers]])
