"""Top-N accuracy of ranked lists, one value a user; NaN for a user without truth."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matinee.dataset import Histories
from matinee.errors import InputError
from matinee.kernels import hits as kernel


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """Which places of each list are in the truth, and how many items the truth has."""

    found: np.ndarray  # (rows, n) bool, best place first
    truth: np.ndarray  # (rows,) int64

    @classmethod
    def of(cls, numbers: np.ndarray, truth: Histories) -> "Hits":
        """From lists (rows, n) in the numbers of `truth.items`, -1 padded; every entry counts."""
        if len(numbers) != truth.rows:
            raise InputError(
                f"lists: expected one for each of {truth.rows} rows of truth, got {len(numbers)}"
            )
        found = kernel.hits(numbers, truth.indptr, truth.numbers, len(truth.items))
        return cls(found, truth.lengths)

    def first(self, k: int) -> np.ndarray:
        """The first k places, (rows, k)."""
        if not 1 <= k <= self.found.shape[1]:
            raise InputError(f"k: expected 1 to {self.found.shape[1]} places, got {k}")
        return self.found[:, :k]


def precision(hits: Hits, k: int) -> np.ndarray:
    """Hits among the first k, over k: also where the list is shorter (Herlocker et al. 2004)."""
    return _of_truth(hits, hits.first(k).sum(axis=1), np.float64(k))


def recall(hits: Hits, k: int) -> np.ndarray:
    """Hits among the first k, over min(k, |truth|): 1 can be reached (Liang et al. 2018, 4.2)."""
    return _of_truth(hits, hits.first(k).sum(axis=1), np.minimum(k, hits.truth))


def recall_all(hits: Hits, k: int) -> np.ndarray:
    """Hits among the first k, over |truth| (Herlocker et al. 2004)."""
    return _of_truth(hits, hits.first(k).sum(axis=1), hits.truth)


def hit_rate(hits: Hits, k: int) -> np.ndarray:
    """1 where any of the first k is a hit (Deshpande and Karypis 2004)."""
    return _of_truth(hits, hits.first(k).max(axis=1), np.float64(1))


def average_precision(hits: Hits, k: int) -> np.ndarray:
    """Σ over hits of precision at their place, over min(k, |truth|); its mean over users is MAP."""
    return _of_truth(hits, kernel.precisions(hits.first(k)), np.minimum(k, hits.truth))


def reciprocal_rank(hits: Hits, k: int) -> np.ndarray:
    """1 / place of the first hit among the first k, 0 without one; its mean is MRR."""
    first = hits.first(k)
    place = first.argmax(axis=1) + 1
    return _of_truth(hits, np.where(first.any(axis=1), 1 / place, 0.0), np.float64(1))


def ndcg(hits: Hits, k: int) -> np.ndarray:
    """DCG = Σ hit / log2(place + 1), over that of min(k, |truth|) hits on top.

    Järvelin and Kekäläinen 2002, binary gain; the ideal is cut as in Liang et al. 2018, 4.2.
    """
    gain = 1 / np.log2(np.arange(2, k + 2))
    ideal = np.concatenate([[0.0], np.cumsum(gain)])
    return _of_truth(hits, kernel.gains(hits.first(k), gain), ideal[np.minimum(k, hits.truth)])


def _of_truth(hits: Hits, summed: np.ndarray, divisor: np.ndarray | np.float64) -> np.ndarray:
    """summed / divisor, NaN where there is nothing to find."""
    has_truth = hits.truth > 0
    values = np.full(len(hits.truth), np.nan)
    np.divide(summed, divisor, out=values, where=has_truth)
    return values


Metric = Callable[[Hits], np.ndarray]

_FAMILIES: dict[str, Callable[[Hits, int], np.ndarray]] = {
    "ndcg": ndcg,
    "recall": recall,
    "recall_all": recall_all,
    "precision": precision,
    "map": average_precision,
    "mrr": reciprocal_rank,
    "hit_rate": hit_rate,
}


def metric(name: str) -> Metric:
    """The per-user metric that a name such as "ndcg@10" stands for."""
    family, _, k = name.partition("@")
    if family not in _FAMILIES or not k.isdigit():
        raise InputError(f"metric: expected one of {sorted(_FAMILIES)} and @k, got {name!r}")
    function, places = _FAMILIES[family], int(k)
    return lambda hits: function(hits, places)
