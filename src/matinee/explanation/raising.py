"""What would raise a recommendation: a film that the viewer has not seen, if it were liked."""

from dataclasses import dataclass

import numpy as np

from matinee.dataset import Histories
from matinee.explanation.rescoring import rescored
from matinee.models.protocols import Scorer

_TRIED = 10  # films most like the recommended one


@dataclass(frozen=True, slots=True)
class Raise:
    """If this film were liked too, the recommendation would stand at `place_with`.

    Places are counted without that film, so that its own leaving raises nothing.
    """

    item_id: str
    place: int
    place_with: int


def raising(scorer: Scorer, histories: Histories, items: np.ndarray) -> list[list[Raise | None]]:
    """Of each row and each listed item (rows, listed; the scorer's numbers, -1 none) one.

    Of the films that the model itself holds most like the item those are tried that the viewer
    has not seen; the one with which the item stands highest, by the model's answer. None where
    none of them raises it.
    """
    own = histories.on(scorer.items)
    rows, columns = np.nonzero(items >= 0)
    listed = items[rows, columns].astype(np.int64)
    alike = _alike(scorer, own, rows, listed)
    tried = np.repeat(np.arange(len(rows)), (alike >= 0).sum(axis=1))
    films = alike[alike >= 0]
    before, after = _places(scorer, own, rows[tried], listed[tried], films)
    found: list[list[Raise | None]] = [[] for _ in range(own.rows)]
    for k, row in enumerate(rows):
        mine = np.flatnonzero(tried == k)
        best = mine[after[mine].argmin()] if len(mine) else None
        if best is None or after[best] >= before[best]:
            found[row].append(None)
        else:
            id_ = scorer.items.ids[int(films[best])]
            found[row].append(Raise(id_, int(before[best]), int(after[best])))
    return found


def _alike(scorer: Scorer, own: Histories, rows: np.ndarray, listed: np.ndarray) -> np.ndarray:
    """The unseen films that who likes the item is to get, (listed, up to `_TRIED`), -1 none."""
    every = np.arange(len(listed))
    liking = Histories.from_entries(
        own.items, every, listed, len(listed), strength=1.0, as_of=own.as_of[rows]
    )
    scores = np.array(scorer.score(liking), np.float32)
    scores[every, listed] = -np.inf
    seen = own.take(rows)
    scores[seen.entry_rows, seen.numbers] = -np.inf
    best = np.argsort(-scores, axis=1, kind="stable")[:, :_TRIED]
    there = np.isfinite(np.take_along_axis(scores, best, axis=1))
    return np.where(there, best, -1)


def _places(
    scorer: Scorer, own: Histories, rows: np.ndarray, items: np.ndarray, films: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The places of `items` by each row's history, and by it with a film more that is liked."""
    copies = own.take(rows)
    every = np.arange(len(rows))
    entry_rows = np.concatenate([copies.entry_rows, every])
    numbers = np.concatenate([copies.numbers, films])
    with_film = Histories.from_entries(
        own.items,
        entry_rows,
        numbers,
        len(rows),
        strength=np.concatenate([copies.strength, np.ones(len(rows), np.float32)]),
        rating=np.concatenate([copies.rating, np.full(len(rows), np.nan, np.float32)]),
        time=np.concatenate([copies.time, copies.as_of]),
        as_of=copies.as_of,
    )
    nothing = np.empty((len(rows), 0), np.int64)
    before, _ = rescored(scorer, copies, with_film, items, nothing)
    after, _ = rescored(scorer, with_film, with_film, items, nothing)
    return before, after
