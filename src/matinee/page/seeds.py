"""Because you watched X: films of the history of which a row can be made, and its films."""

from dataclasses import dataclass

import numpy as np

from matinee.dataset import Histories

POOL = 160  # of the viewer's best films: what is added to their scores decides
_SEEDS = 3
_HALF = 12.0  # liked films watched since, after which a film counts half as a seed
_SUPPORT = 10  # films that a seed should be a reason for
_UNLIKE = 0.15  # likeness that each film has besides: those of other kinds come last
_NAMED_FIRST = 6  # a seed is among so many largest reasons of a film, of positive ones


@dataclass(frozen=True, slots=True, eq=False)
class Seed:
    """A liked film and those for which it is among the main reasons, most first."""

    film: int
    films: np.ndarray  # numbers in the data


def seeds(
    history: Histories,
    numbers: np.ndarray,
    additions: np.ndarray,
    pool: np.ndarray,
    vectors: np.ndarray,
) -> list[Seed]:
    """Up to three liked, recent and different films of a one-row history in the data's numbers.

    `additions` (entries, pool) is what the films `numbers` (entries,) of the history add to the
    scores of `pool`. A film counts by what it adds to the ten films that it adds most to, by how
    few liked films came after it, by its rating, and by how unlike it is to seeds before. The films
    of a seed are those of which it is among the largest reasons: by what it adds, and by likeness.
    """
    liked = history.strength > 0
    films = history.numbers[liked].astype(np.int64)
    entry = {number: row for row, number in enumerate(numbers.tolist())}
    rows = np.array([entry.get(film, -1) for film in films.tolist()], np.int64)
    if not len(films) or not len(pool) or not (rows >= 0).any():
        return []
    added = np.where((rows >= 0)[:, None], additions[rows], 0).astype(np.float64)
    places = min(_NAMED_FIRST, len(additions))
    least = np.partition(additions, -places, axis=0)[-places]
    main = (added > 0) & (added >= least)
    best = np.sort(np.where(main, added, 0), axis=1)[:, -_SUPPORT:].sum(axis=1)
    times, rating = history.time[liked], history.rating[liked]
    since = np.empty(len(films))
    since[np.lexsort((films, times))] = np.arange(len(films))[::-1]
    worth = np.sqrt(best / max(best.max(), 1e-12)) * 0.5 ** (since / _HALF)
    worth *= 1 + np.where(np.isnan(rating), 0, rating >= np.nanmax(np.append(rating, -np.inf)))
    chosen: list[int] = []
    nearest = np.zeros(len(films))
    for _ in range(min(_SEEDS, len(films))):
        left = worth * (1 - np.clip(nearest, 0, 1))
        k = int(np.argmax(left))
        if left[k] <= 0:
            break
        chosen.append(k)
        worth[k] = 0
        np.maximum(nearest, vectors[films] @ vectors[films[k]], out=nearest)
    found = []
    for k in chosen:
        own, alike = pool[main[k]], np.maximum(vectors[pool[main[k]]] @ vectors[films[k]], 0)
        order = np.argsort(-added[k][main[k]] * (_UNLIKE + alike), kind="stable")
        found.append(Seed(int(films[k]), own[order]))
    return found
