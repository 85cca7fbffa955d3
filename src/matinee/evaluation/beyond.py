"""Beyond accuracy: what lists are like, apart from being right.

Lists are (rows, n) item numbers, best first, padded with -1 at the end. Functions that return
(rows,) give one value a user, NaN where it is not defined; the others look at all lists together.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from matinee.dataset import Dataset, Histories
from matinee.evaluation.accuracy import Hits
from matinee.kernels.list_cosines import list_cosines


@dataclass(frozen=True, slots=True, eq=False)
class Takers:
    """How many of the users that a model learnt from took each item."""

    counts: np.ndarray  # (items,) int64
    users: int  # those with at least one interaction

    @classmethod
    def of(cls, train: Dataset) -> "Takers":
        """Every interaction counts, liked or not."""
        histories = train.histories
        counts = np.bincount(histories.numbers, minlength=len(train.items))
        return cls(counts, int((histories.lengths > 0).sum()))

    def information(self) -> np.ndarray:
        """-log2(takers / users) in bits, (items,); an item nobody took counts as taken once."""
        return np.asarray(-np.log2(np.maximum(self.counts, 1) / max(self.users, 1)))

    def percentile(self, candidates: np.ndarray) -> np.ndarray:
        """Share of candidates with fewer takers, half of those with as many added, (items,)."""
        ordered = np.sort(self.counts[candidates])
        below = np.searchsorted(ordered, self.counts, side="left")
        up_to = np.searchsorted(ordered, self.counts, side="right")
        return np.asarray((below + up_to) / (2 * max(len(ordered), 1)))


def exposure(numbers: np.ndarray, items: int, weights: np.ndarray | None = None) -> np.ndarray:
    """In how many lists each item stands, (items,); a list may count `weights` (rows,) times."""
    rows, places = np.nonzero(numbers >= 0)
    listed = numbers[rows, places]
    return np.bincount(listed, None if weights is None else weights[rows], minlength=items)


def coverage(exposed: np.ndarray, candidates: np.ndarray) -> float:
    """Share of the candidates that stand in anyone's list (Ge et al. 2010, section 3)."""
    return float((exposed[candidates] > 0).sum() / max(candidates.sum(), 1))


def gini(exposed: np.ndarray, candidates: np.ndarray) -> float:
    """Σ (2j - n - 1) p(j) / (n - 1), p ascending over all n candidates; 1 = all on one item.

    Candidates that are never recommended are included. Fleder and Hosanagar 2009; Castells,
    Hurley, Vargas 2015, section 26.3.
    """
    ordered = np.sort(exposed[candidates])
    n, total = len(ordered), ordered.sum()
    if n < 2 or total == 0:
        return float("nan")
    return float(((2 * np.arange(1, n + 1) - n - 1) @ (ordered / total)) / (n - 1))


def prediction_coverage(scorable: np.ndarray, catalogue: int) -> float:
    """Share of the whole catalogue's items that a model can score (Herlocker et al. 2004, 4.3)."""
    return float((scorable >= 0).sum() / max(catalogue, 1))


def novelty(numbers: np.ndarray, takers: Takers) -> np.ndarray:
    """Mean of -log2(users who took i / users) over the list, bits (Castells et al. 2011)."""
    return _mean_over_list(numbers, takers.information())


def popularity_bias(
    numbers: np.ndarray, histories: Histories, percentile: np.ndarray
) -> np.ndarray:
    """Mean popularity percentile of the list less that of the history; 0 = as the user does.

    The popularity lift of Abdollahpouri et al. 2019, in percentiles so that no blockbuster
    dominates the mean.
    """
    in_history = histories.matrix(percentile[histories.numbers]).sum(axis=1)
    lengths = histories.lengths
    usual = np.full(histories.rows, np.nan)
    np.divide(in_history, lengths, out=usual, where=lengths > 0)
    return np.asarray(_mean_over_list(numbers, percentile) - usual)


def diversity(
    numbers: np.ndarray, histories: Histories, features: csr_array
) -> tuple[np.ndarray, np.ndarray]:
    """Mean pairwise distance 2 / (k(k-1)) Σ d(i, j), and each place's distance to the history.

    d = 1 - cosine of the unit rows of `features` (items, features): Ziegler et al. 2005, Vargas
    and Castells 2011. The distances to the history, (rows, k), are what `serendipity` asks for.
    """
    to_history, within = list_cosines(
        numbers,
        histories.indptr,
        histories.numbers,
        features.indptr,
        features.indices,
        features.data,
        features.shape[1],
    )
    return 1 - within, 1 - to_history


def serendipity(distance: np.ndarray, hits: Hits) -> np.ndarray:
    """Σ (1 - mean cosine to the history) · relevance / k (after Auralist, Zhang et al. 2012)."""
    k = distance.shape[1]
    surprise = np.where(hits.first(k), distance, 0.0).sum(axis=1) / k
    return np.where(hits.truth > 0, surprise, np.nan)


def serendipity_beyond(numbers: np.ndarray, primitive: np.ndarray, hits: Hits) -> np.ndarray:
    """Share of the list that is relevant and not in the primitive's list (Ge et al. 2010, 4).

    `primitive` (rows, k) are the lists of a model that anyone could have guessed: popularity.
    """
    k = numbers.shape[1]
    expected = (numbers[:, :, None] == primitive[:, None, :]).any(axis=2)
    useful = (hits.first(k) & ~expected).sum(axis=1) / k
    return np.where(hits.truth > 0, useful, np.nan)


def calibration(numbers: np.ndarray, histories: Histories, shares: csr_array) -> np.ndarray:
    """Jensen-Shannon divergence (bits, 0-1) of genre shares: liked history against list.

    Steck 2018, section 3, with Jensen-Shannon for its smoothed Kullback-Leibler: bounded, and no
    smoothing to choose. NaN where either has no genre.
    """
    rows, places = np.nonzero(numbers >= 0)
    ones = np.ones(len(rows))
    lists = csr_array((ones, (rows, numbers[rows, places])), shape=(len(numbers), shares.shape[0]))
    liked = histories.liked()
    liked.data = np.ones(len(liked.data))
    return _jensen_shannon((liked @ shares).toarray(), (lists @ shares).toarray())


def _jensen_shannon(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Of two matrices of unnormalised rows, row by row; NaN where a row is all zero."""
    with np.errstate(invalid="ignore", divide="ignore"):
        p = p / p.sum(axis=1, keepdims=True)
        q = q / q.sum(axis=1, keepdims=True)
    middle = (p + q) / 2
    entropy = [
        -(share * np.log2(np.where(share > 0, share, 1.0))).sum(axis=1) for share in (p, q, middle)
    ]
    return np.asarray(np.maximum(entropy[2] - (entropy[0] + entropy[1]) / 2, 0.0))


def _mean_over_list(numbers: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Mean of `values` (items,) over the places of each list that are filled, (rows,)."""
    filled = numbers >= 0
    total = np.where(filled, values[numbers], 0.0).sum(axis=1)
    means = np.full(len(numbers), np.nan)
    np.divide(total, filled.sum(axis=1), out=means, where=filled.any(axis=1))
    return means
