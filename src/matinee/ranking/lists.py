"""The best unseen items of each viewer, in batches of rows."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from matinee.dataset import Histories, Vocabulary, translation
from matinee.errors import InputError, NumericError
from matinee.kernels import top_n as kernel
from matinee.kernels.threads import threads_for
from matinee.models.protocols import FactorScorer, Scorer
from matinee.ranking.factors import FEW_ROWS, top_of_factors

BATCH_BYTES = 16 * 2**20  # scores held at once: small enough for a processor's last cache
_BATCH_ROWS = 2**16  # viewers whose factors are held at once


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """The n best items of each row, best first; -1 and -inf where there are fewer."""

    items: Vocabulary
    numbers: np.ndarray  # (rows, n) int32, numbers in `items`
    scores: np.ndarray  # (rows, n) float32

    @property
    def n(self) -> int:
        """How many places a list has."""
        return int(self.numbers.shape[1])


def rank(scores: np.ndarray, seen: csr_array, n: int) -> np.ndarray:
    """Numbers of the n best items of each row, (rows, n) int32, -1 where there are fewer.

    Score down, then item number up. Entries stored in `seen` are left out whatever their value,
    and so are scores of -inf; `scores` stays as it is.
    """
    if seen.shape != scores.shape:
        raise InputError(f"rank: expected seen of shape {scores.shape}, got {seen.shape}")
    masked = np.array(scores, np.float32, order="C")
    kernel.hide(masked, seen.indptr, seen.indices, np.empty(0, np.int64))
    return _best(masked, positive(n), 0)[0]


def top(
    scorer: Scorer, histories: Histories, n: int, candidates: np.ndarray | None = None
) -> Ranked:
    """The n best unseen candidates of each history, numbered as in `histories.items`.

    `candidates` (items of `histories`,) bool, by default all of them. An item that the scorer
    lacks is not ranked. Ties go to the item that comes first in the scorer's own order. Scores
    are made and used in batches of rows, those of factors in batches of items too: a users × items
    matrix never exists.
    """
    positive(n)
    if candidates is not None and candidates.shape != (len(histories.items),):
        raise InputError(
            f"candidates: expected {len(histories.items)} flags, got {candidates.shape}"
        )
    with threads_for(histories.rows):
        return _ranked(scorer, histories, n, candidates)


def _ranked(scorer: Scorer, histories: Histories, n: int, candidates: np.ndarray | None) -> Ranked:
    """`top`, on whatever threads there are."""
    numbers = np.empty((histories.rows, n), np.int32)
    values = np.empty((histories.rows, n), np.float32)
    own = histories.on(scorer.items)
    outside, _ = translation(scorer.items, histories.items)  # scorer's numbers -> histories'
    allowed = outside >= 0
    if candidates is not None:
        allowed &= candidates[outside]
    if isinstance(scorer, FactorScorer) and histories.rows >= FEW_ROWS:
        for start in range(0, histories.rows, _BATCH_ROWS):
            part = slice(start, start + _BATCH_ROWS)
            batch = own.slice(start, part.stop)
            numbers[part], values[part] = top_of_factors(
                scorer.users(batch), scorer.factors, batch, n, allowed
            )
    else:
        blocked = np.flatnonzero(~allowed)
        for start, stop in _batches(histories.rows, len(scorer.items)):
            batch = own.slice(start, stop)
            scores = _writable(scorer.score(batch))
            kernel.hide(scores, batch.indptr, batch.numbers, blocked)
            numbers[start:stop], values[start:stop] = _best(scores, n, start)
    found = numbers >= 0
    numbers[found] = outside[numbers[found]]
    return Ranked(histories.items, numbers, values)


def _batches(rows: int, items: int) -> Iterator[tuple[int, int]]:
    """Row ranges whose scores fill at most `BATCH_BYTES` (or one row, if that is more)."""
    size = max(1, BATCH_BYTES // (4 * max(items, 1)))
    for start in range(0, rows, size):
        yield start, min(start + size, rows)


def _writable(scores: np.ndarray) -> np.ndarray:
    """The scores themselves where they are a fresh array, else a copy."""
    fresh = scores.base is None and scores.flags.writeable and scores.flags.c_contiguous
    if fresh and scores.dtype == np.float32:
        return scores
    return np.array(scores, np.float32, order="C")


def positive(n: int) -> int:
    """The number itself, or InputError."""
    if not isinstance(n, int | np.integer) or isinstance(n, bool) or n < 1:
        raise InputError(f"n: expected a whole number from 1, got {n!r}")
    return int(n)


def _best(scores: np.ndarray, n: int, first_row: int) -> tuple[np.ndarray, np.ndarray]:
    """The kernel's answer; NaN has no place in an order and is refused with its place."""
    numbers, values = kernel.top_n(scores, n)
    if (strange := np.isnan(values[:, 0])).any():
        row = int(strange.argmax())
        raise NumericError(
            f"scores: expected numbers, got NaN for row {first_row + row}, item number "
            f"{int(np.isnan(scores[row]).argmax())}"
        )
    return numbers, values
