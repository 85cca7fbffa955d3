"""Whether the world narrows: how many genres, films and unknown films a contender's lists hold."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from matinee.evaluation.beyond import exposure
from matinee.evaluation.replay import Replayed
from matinee.features import genre_shares


@dataclass(frozen=True, slots=True, eq=False)
class Breadth:
    """Of each asked like's list; NaN where there is no list, or no genre is known."""

    entropy: np.ndarray  # (asked,) bits: of the genres of the list's films, each film counting one
    tail: np.ndarray  # (asked,) share of places for films of the long tail


def breadth(replayed: Replayed, lists: np.ndarray) -> Breadth:
    """Entropy -Σ p log2 p of the shares of genres in each list, and its share of the long tail.

    A film's genres share it equally (Steck 2018, 3.1). The tail: films known at the refit that are
    not among the fewest films with half of all likes until then.
    """
    rows, places = np.nonzero(lists >= 0)
    shown = lists[rows, places]
    length = np.bincount(rows, minlength=len(lists)).astype(np.float64)
    tail = np.bincount(rows, replayed.tail[replayed.asked.refit[rows], shown], len(lists))
    shares = genre_shares(replayed.log.movies)
    if not shares.shape[1]:
        entropy = np.full(len(lists), np.nan)
    else:
        entropy = np.concatenate(
            [
                _entropy(shares, lists[start : start + 2**14])
                for start in range(0, len(lists), 2**14)
            ]
        )
    with np.errstate(invalid="ignore", divide="ignore"):
        return Breadth(entropy, np.where(length > 0, tail / length, np.nan))


def reach(replayed: Replayed, lists: np.ndarray, part: np.ndarray) -> float:
    """Share of the films known by then that stand in any of these lists; NaN without one."""
    exposed = exposure(lists[part], len(replayed.log.items))
    known = replayed.refits[int(replayed.asked.refit[part].max())].films
    return float((exposed > 0).sum() / known) if exposed.any() else float("nan")


def _entropy(shares: csr_array, lists: np.ndarray) -> np.ndarray:
    """Bits, (rows,)."""
    total = np.zeros((len(lists), shares.shape[1]))
    for place in range(lists.shape[1]):
        there = np.flatnonzero(lists[:, place] >= 0)
        total[there] += shares[lists[there, place]].toarray()
    sums = total.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = total / sums
        bits = -(p * np.log2(np.where(p > 0, p, 1.0))).sum(axis=1)
    return np.where(sums[:, 0] > 0, np.maximum(bits, 0.0), np.nan)
