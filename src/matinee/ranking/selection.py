"""Which features a ranker is given: those that tell something that no better one tells."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from matinee.ranking.examples import Examples
from matinee.ranking.lambdamart import FIRST_STAGE

ALIKE = 0.98  # of |Spearman's ρ|
_SAMPLE = 20_000  # pairs
_BINS = 16


@dataclass(frozen=True, slots=True)
class Selection:
    """What was kept, and why the others were not."""

    kept: tuple[str, ...]
    dropped: Mapping[str, str]  # name -> why
    information: Mapping[str, float]  # name -> bits that the feature tells of a like


def selection(examples: Examples, rng: np.random.Generator) -> Selection:
    """Constant and redundant features go; of two alike that which tells less of a like.

    Two are alike if |Spearman's ρ| is above 0.98 where both are known, and they are known of the
    same pairs. The mutual information with the likes is that of sixteenths of the values, unknown
    being one more. The first stage's score stays, since rankers begin from it.
    """
    names, values = examples.features.names, examples.features.values
    rows = np.arange(len(values))
    if len(rows) > _SAMPLE:
        rows = np.sort(rng.choice(rows, _SAMPLE, replace=False))
    sample, liked = values[rows], examples.liked[rows]
    ranks = np.stack([_ranks(sample[:, k]) for k in range(len(names))], axis=1)
    bits = {name: _information(ranks[:, k], liked) for k, name in enumerate(names)}
    spread = ranks.std(axis=0)
    # Where a feature is not known is part of what it says: -1 lies apart from all ranks.
    unlike = ranks - ranks.mean(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        likeness = np.abs(unlike.T @ unlike / len(rows) / np.outer(spread, spread))
    dropped: dict[str, str] = {}
    kept: list[int] = []
    first = names.index(FIRST_STAGE)
    for k in sorted(range(len(names)), key=lambda k: (k != first, -bits[names[k]], k)):
        if spread[k] == 0 and k != first:
            dropped[names[k]] = "the same for all"
            continue
        alike = next((j for j in kept if likeness[k, j] > ALIKE), None)
        if alike is None:
            kept.append(k)
        else:
            dropped[names[k]] = f"says the same as {names[alike]} (ρ = {likeness[k, alike]:.3f})"
    return Selection(tuple(names[k] for k in sorted(kept)), dropped, bits)


def _ranks(values: np.ndarray) -> np.ndarray:
    """Mean ranks in [0, 1], (pairs,); -1 where the value is not known."""
    known = ~np.isnan(values)
    found = np.full(len(values), -1.0)
    _, place, count = np.unique(values[known], return_inverse=True, return_counts=True)
    middle = np.cumsum(count) - (count + 1) / 2
    found[known] = middle[place] / max(int(known.sum()) - 1, 1)
    return found


def _information(ranks: np.ndarray, liked: np.ndarray) -> float:
    """I(bin; like) in bits, less what chance gives on average (Miller and Madow 1955)."""
    bins = np.where(ranks < 0, _BINS, np.minimum((ranks * _BINS).astype(np.int64), _BINS - 1))
    table = np.zeros((_BINS + 1, 2))
    np.add.at(table, (bins, liked.astype(np.int64)), 1)
    joint = table / table.sum()
    by_chance = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    there = joint > 0
    bits = float((joint[there] * np.log2(joint[there] / by_chance[there])).sum())
    used, classes = int((table.sum(axis=1) > 0).sum()), int((table.sum(axis=0) > 0).sum())
    bias = (used - 1) * (classes - 1) / (2 * len(ranks) * np.log(2))
    return float(max(0.0, bits - bias))
