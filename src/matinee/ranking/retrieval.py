"""The first stage: some hundred films that may suit a viewer, and what each part says of them."""

from dataclasses import dataclass

import numpy as np

from matinee.dataset import Histories, translation
from matinee.errors import InputError
from matinee.kernels import top_n as kernel
from matinee.models.blend import FittedBlend
from matinee.models.protocols import Scorer
from matinee.ranking.lists import BATCH_BYTES, Ranked


@dataclass(frozen=True, slots=True, eq=False)
class Retrieved:
    """The n best films of each row by the first stage, and the parts of their scores."""

    ranked: Ranked  # numbered as in the histories
    parts: dict[str, np.ndarray]  # name -> (rows, n) float32; 0 where there is no film


def retrieve(
    scorer: Scorer, histories: Histories, n: int, candidates: np.ndarray | None = None
) -> Retrieved:
    """As `ranking.top`, with what each part of a blend adds to the scores beside.

    Of another scorer the score itself is the only part.
    """
    if n < 1:
        raise InputError(f"candidates: expected at least 1, got {n}")
    own = histories.on(scorer.items)
    outside, _ = translation(scorer.items, histories.items)
    allowed = outside >= 0
    if candidates is not None:
        allowed &= candidates[outside]
    blocked = np.flatnonzero(~allowed)
    numbers = np.empty((histories.rows, n), np.int32)
    values = np.empty((histories.rows, n), np.float32)
    parts: dict[str, np.ndarray] = {}
    size = max(1, BATCH_BYTES // (4 * max(len(scorer.items), 1)))
    for start in range(0, histories.rows, size):
        batch = own.slice(start, start + size)
        rows = slice(start, start + batch.rows)
        entering = _entering(scorer, batch)
        scores = entering[0][1].copy()
        for _, found in entering[1:]:
            scores += found
        kernel.hide(scores, batch.indptr, batch.numbers, blocked)
        numbers[rows], values[rows] = kernel.top_n(scores, n)
        there = numbers[rows] >= 0
        places = np.maximum(numbers[rows], 0)
        for name, found in entering:
            whole = parts.setdefault(name, np.zeros((histories.rows, n), np.float32))
            whole[rows] += np.where(there, np.take_along_axis(found, places, axis=1), 0)
    found = numbers >= 0
    numbers[found] = outside[numbers[found]]
    return Retrieved(Ranked(histories.items, numbers, values), parts)


def _entering(scorer: Scorer, batch: Histories) -> list[tuple[str, np.ndarray]]:
    if isinstance(scorer, FittedBlend):
        return list(scorer.entering(batch))
    return [(getattr(scorer, "kind", "model"), np.array(scorer.score(batch), np.float32))]
