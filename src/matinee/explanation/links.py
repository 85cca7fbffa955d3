"""Which films speak for which: what one liked film alone adds to the scores of others."""

from dataclasses import dataclass

import numpy as np

from matinee.dataset import Histories
from matinee.models.leave_one_out import leave_one_out
from matinee.models.protocols import Scorer, is_linear

_ROWS = 64


@dataclass(frozen=True, slots=True)
class Link:
    """What a film, were it all that a viewer liked, adds to the score of another."""

    film: int  # both in the scorer's numbers
    other: int
    added: float


def links(scorer: Scorer, films: np.ndarray, others: np.ndarray) -> np.ndarray:
    """What each of `films` alone adds to the scores of `others`, (films, others) float64.

    Both are the scorer's numbers. Of a linear scorer these are its weights; of another what the
    film's absence changes. What a film adds to itself is NaN: it would not be recommended.
    """
    found = np.full((len(films), len(others)), np.nan)
    for start in range(0, len(films), _ROWS):
        part = films[start : start + _ROWS]
        rows = np.arange(len(part))
        histories = Histories.from_entries(
            scorer.items, rows, part, len(part), strength=1.0, time=0, as_of=0
        )
        asked = np.broadcast_to(others, (len(part), len(others)))
        if is_linear(scorer):
            parts = scorer.contributions(histories, asked)
        else:
            parts = leave_one_out(scorer, histories, asked)
        entries = np.zeros((len(part), len(others)))
        np.add.at(entries, parts.histories.entry_rows, parts.entries)
        found[start : start + len(part)] = entries
    found[films[:, None] == others[None, :]] = np.nan
    return found


def strongest(scorer: Scorer, films: np.ndarray, most: int) -> list[Link]:
    """The `most` strongest links among these films, each pair once, the stronger way round."""
    added = links(scorer, films, films)
    np.fill_diagonal(added, -np.inf)
    weaker = added < added.T
    weaker |= (added == added.T) & np.tri(len(films), dtype=bool)
    added[weaker] = -np.inf
    order = np.argsort(-added, axis=None, kind="stable")[:most]
    pairs = zip(*np.unravel_index(order, added.shape), strict=True)
    return [
        Link(int(films[a]), int(films[b]), float(added[a, b]))
        for a, b in pairs
        if added[a, b] > 0 and np.isfinite(added[a, b])
    ]


def spoken_for(scorer: Scorer, film: int, most: int) -> list[Link]:
    """The films for which one film speaks most, the strongest first."""
    others = np.arange(len(scorer.items))
    added = links(scorer, np.array([film]), others)[0]
    order = np.argsort(-np.nan_to_num(added, nan=-np.inf), kind="stable")[:most]
    return [Link(film, int(k), float(added[k])) for k in order if added[k] > 0]
