"""Which genres and directors a policy puts higher, and for which viewers."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from matinee.evaluation.deletion import Figure
from matinee.evaluation.segments import Segment
from matinee.evaluation.significance import Sums
from matinee.features import FeatureMatrix, sensitive
from matinee.ranking.examples import Examples

_LEAST = 8  # viewers with such a film among their candidates and one without


@dataclass(frozen=True, slots=True)
class Effect:
    """How films of a genre or director stand among a viewer's candidates, in one segment.

    `score`: standard deviations of the viewer's scores that they lie above the other candidates;
    `liked`: how much larger a share of them was liked.
    """

    kind: str
    name: str
    segment: str
    viewers: int
    score: Figure
    liked: Figure


def effects(
    scores: np.ndarray,
    examples: Examples,
    numbers: np.ndarray,
    levels: FeatureMatrix,
    parts: list[Segment],
    *,
    most: int,
    seed: int = 0,
) -> list[Effect]:
    """Of the `most` levels that most viewers have among their candidates, in every segment.

    `numbers` (pairs,) are rows of `levels`, whose names are "kind: name". Differences are within
    viewers; intervals over viewers. What goes with a level is not told apart from it.
    """
    viewers, count = examples.viewers, len(examples.sizes)
    belongs = csr_array(levels.matrix > 0).astype(np.float64)[numbers]
    sums = csr_array(
        (np.ones(len(viewers)), (viewers, np.arange(len(viewers)))), shape=(count, len(viewers))
    )
    having = np.asarray((sums @ belongs).todense())
    asked = (having > 0).sum(axis=0)
    chosen = [
        int(k)
        for k in np.argsort(-asked, kind="stable")
        if asked[k] >= _LEAST and _sayable(levels.names[k])
    ][:most]
    if not chosen:
        return []
    having = having[:, chosen]
    few = csr_array(belongs[:, chosen])
    above = _above(_standard(scores, examples), sums, few, having, examples.sizes)
    liked = _above(examples.liked.astype(np.float64), sums, few, having, examples.sizes)
    found = []
    everybody = Segment("all", "all viewers", np.ones(count, bool))
    for part in [everybody, *parts]:
        for k, level in enumerate(chosen):
            mine, theirs = above[part.viewers, k], liked[part.viewers, k]
            defined = int((~np.isnan(mine)).sum())
            if defined < _LEAST:
                continue
            kind, _, name = levels.names[level].partition(": ")
            score, share = Figure.of([Sums.of(mine), Sums.of(theirs)], seed)
            found.append(Effect(kind, name, part.name, defined, score, share))
    return found


def _sayable(level: str) -> bool:
    """Not what is unknown, and nothing sensitive: segments are of viewers."""
    person = level.startswith("director: ")
    return not level.endswith(": unknown") and (person or not sensitive(level))


def _standard(scores: np.ndarray, examples: Examples) -> np.ndarray:
    """Each viewer's scores with mean 0 and standard deviation 1."""
    viewers, sizes = examples.viewers, np.maximum(examples.sizes, 1)
    mean = np.bincount(viewers, scores, minlength=len(sizes)) / sizes
    off = scores - mean[viewers]
    spread = np.sqrt(np.bincount(viewers, off**2, minlength=len(sizes)) / sizes)
    return np.asarray(off / np.where(spread > 0, spread, 1)[viewers])


def _above(
    values: np.ndarray, sums: csr_array, belongs: csr_array, having: np.ndarray, sizes: np.ndarray
) -> np.ndarray:
    """Mean of the pairs with a level less that of those without, (viewers, levels); NaN if none."""
    with_it = np.asarray((sums @ (belongs * values[:, None]).tocsr()).todense())
    whole = np.asarray(sums @ values)[:, None]
    without = sizes[:, None] - having
    found = np.full(having.shape, np.nan)
    both = (having > 0) & (without > 0)
    means = with_it[both] / having[both]
    others = (whole - with_it)[both] / without[both]
    found[both] = means - others
    return found
