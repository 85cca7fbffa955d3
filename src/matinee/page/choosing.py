"""Which rows make the page, in which order, and which films they show."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matinee.page.candidates import Candidate
from matinee.page.values import TASKS
from matinee.ranking.layout import ROW_KINDS

VISIBLE = 6  # cards of a row that are seen without moving it
_ALIKE = 0.5  # of its worth a row loses to a row above that is quite like it
_SAME_KIND = 0.12  # and with each row of its kind above
_NEXT_TO = 0.25  # and directly below one of its kind
_VARIED = 0.35  # of a row's spread in rank, what likeness to a film before it costs


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """One row of the page before its cards are explained."""

    candidate: Candidate
    films: np.ndarray  # numbers in the data, as shown


def choose(
    candidates: Sequence[Candidate],
    enjoyment: np.ndarray,
    vectors: np.ndarray,
    rows: int,
    cards: int,
) -> list[Chosen]:
    """At most `rows` rows of at most `cards` films; no film twice, but among task rows.

    Greedy: next comes the row with the most `enjoyment` (films,) of the films that would be seen
    first, times its weight, less for rows above that it is like (cosine of the mean `vectors`
    (films, n) of their first films) or of its own kind. A row with fewer than `least(cards)` films
    left is out, and other rows do without the films of task rows. Films are then varied within
    the row. Each kind of row that has the films is there once, if there are rows enough. Of equals
    the candidate given first.
    """
    chosen: list[Chosen] = []
    if not candidates or not len(enjoyment):
        return chosen
    width = max(len(candidate.films) for candidate in candidates)
    pools = np.full((len(candidates), max(width, 1)), -1, np.int64)
    for k, candidate in enumerate(candidates):
        pools[k, : len(candidate.films)] = candidate.films
    real = pools >= 0
    hoped = np.where(real, enjoyment[pools], 0)
    centres = _centres(vectors, pools[:, :VISIBLE], real[:, :VISIBLE])
    weights = np.array([candidate.weight for candidate in candidates])
    kinds = np.array([ROW_KINDS.index(candidate.kind) for candidate in candidates])
    task = np.array([candidate.kind in TASKS for candidate in candidates])
    last = -1  # kind of the row above
    used = np.zeros(len(enjoyment), bool)
    used[pools[task][real[task]]] = True
    open_, alike, same = np.ones(len(candidates), bool), np.zeros(len(candidates)), 0.0 * weights
    while len(chosen) < rows:
        left = real & (task[:, None] | ~used[pools])
        count = np.cumsum(left, axis=1)
        worth = (hoped * (left & (count <= VISIBLE))).sum(axis=1) / VISIBLE * weights
        next_to = kinds == last
        worth *= (1 - _ALIKE * np.maximum(alike, 0)) * (1 - _SAME_KIND) ** same
        worth *= 1 - _NEXT_TO * next_to
        possible = (count[:, -1] >= least(cards)) & open_
        missing = possible & (same == 0)
        # The last places belong to kinds of rows that the page does not have yet.
        if rows - len(chosen) <= np.count_nonzero(np.bincount(kinds[missing])):
            possible = missing
        worth[~possible] = -np.inf
        best = int(np.argmax(worth))
        if worth[best] == -np.inf:
            break
        films = pools[best][left[best]]
        films = films[:cards] if candidates[best].settled else varied(films, vectors, cards)
        chosen.append(Chosen(candidates[best], films))
        open_[best], last = False, kinds[best]
        used[films] = True
        same += kinds == kinds[best]
        alike = np.maximum(alike, centres @ centres[best])
    return chosen


def least(cards: int) -> int:
    """How many films make a row."""
    return min(cards, 4)


def varied(films: np.ndarray, vectors: np.ndarray, cards: int) -> np.ndarray:
    """`cards` of the films, best first, each as unlike those before it as its rank allows.

    Maximal marginal relevance (Carbonell and Goldstein 1998) of the place in `films` and the cosine
    to the most similar film shown before.
    """
    films = films[: 3 * cards]
    if len(films) < 2:
        return films
    own = vectors[films]
    cosines = own @ own.T
    worth = 1 - np.arange(len(films)) / len(films)
    order = [0]
    nearest = cosines[0].copy()
    worth[0] = -np.inf
    for _ in range(min(cards, len(films)) - 1):
        k = int(np.argmax(worth - _VARIED * np.maximum(nearest, 0)))
        order.append(k)
        worth[k] = -np.inf
        np.maximum(nearest, cosines[k], out=nearest)
    return films[order]


def _centres(vectors: np.ndarray, pools: np.ndarray, real: np.ndarray) -> np.ndarray:
    """Unit mean of the films' vectors, (rows, n); zero where nothing is known of them."""
    total = (vectors[pools] * real[..., None]).sum(axis=1)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return np.asarray(total / np.where(length > 1e-9, length, 1))
