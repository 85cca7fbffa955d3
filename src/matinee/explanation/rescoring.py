"""What a model really says of changed histories: it is asked again."""

import numpy as np

from matinee.dataset import Histories
from matinee.models.protocols import Scorer

_BYTES = 16 * 2**20  # of scores that are held at once


def rescored(
    scorer: Scorer, changed: Histories, hidden: Histories, items: np.ndarray, also: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The place of `items` (rows,) by the changed histories, (rows,), and the scores of `also`.

    All in the scorer's numbers. Places are counted from 1 among the films that row r of `hidden`
    does not hold, though the changed history may lack some of them: they were seen all the same.
    Of equal scores the lower number comes first, as in `ranking.top`. `also` is (rows, m).
    """
    places = np.empty(len(items), np.int64)
    values = np.empty(also.shape, np.float32)
    size = max(1, _BYTES // (4 * max(len(scorer.items), 1)))
    for start in range(0, len(items), size):
        part = slice(start, min(start + size, len(items)))
        scores = np.array(scorer.score(changed.slice(part.start, part.stop)), np.float32)
        values[part] = np.take_along_axis(scores, also[part], axis=1)
        rows = np.arange(len(scores))
        own = scores[rows, items[part]].copy()
        seen = hidden.slice(part.start, part.stop)
        scores[seen.entry_rows, seen.numbers] = -np.inf
        scores[rows, items[part]] = own
        above = (scores > own[:, None]).sum(axis=1)
        equal = scores == own[:, None]
        equal &= np.arange(scores.shape[1]) < items[part, None]
        places[part] = 1 + above + equal.sum(axis=1)
    return places, values


def without(histories: Histories, rows: np.ndarray, removed: list[list[int]]) -> Histories:
    """Copies of these rows, the k-th without the entries at the places `removed[k]` of its row."""
    copies = histories.take(rows)
    keep = np.ones(copies.entries, bool)
    for start, places in zip(copies.indptr[:-1], removed, strict=True):
        keep[start + np.asarray(places, np.int64)] = False
    return copies.where(keep)
