"""Kernel ridge regression over films: what a film would score, from films that are like it."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from matinee.dataset import Dataset, Histories
from matinee.features import FeatureMatrix
from matinee.models.solve import check_memory, invert

_SAMPLE = 500  # histories from which a usual spread is taken


@dataclass(frozen=True, slots=True, eq=False)
class ContentRegression:
    """Any value of films, such as a viewer's scores, is regressed on what is known of the films.

    With K the likeness of the `sources`, k_c that of a film c with them and P = (K + ridge I)⁻¹,
    the value of c is Σ_w value(w) (P k_c)_w. For a source itself it is the value that the others
    give it: Σ_w value(w) · -P_wc / P_cc, the closed form of leaving one out.
    """

    features: csr_array  # (films, features)
    sources: np.ndarray  # (sources,) numbers of the films that are regressed on
    P: np.ndarray  # (sources, sources) float64

    @classmethod
    def of(cls, features: FeatureMatrix, sources: np.ndarray, ridge: float) -> "ContentRegression":
        """O(sources³) time; NumericError where there is no room for two sources² matrices."""
        check_memory(len(sources), 2.0, "float64", "content regression")
        F = features.matrix.astype(np.float64)
        K = csr_array(F[sources] @ F[sources].T).toarray()
        K[np.diag_indices_from(K)] += ridge
        return cls(F, sources, invert(K, "content regression"))

    def columns(self, films: np.ndarray) -> np.ndarray:
        """What each source says of each of the films, (sources, films) float32.

        Zeros for a film of which nothing is known, or nothing that is known of a source.
        """
        F = self.features
        M = (self.P @ csr_array(F[self.sources] @ F[films].T).toarray()).astype(np.float32)
        place = np.full(F.shape[0], -1)
        place[self.sources] = np.arange(len(self.sources))
        own = place[films]
        among = np.flatnonzero(own >= 0)
        own = own[among]
        M[:, among] = self.P[:, own] / -self.P[own, own]
        M[own, among] = 0.0
        return M


def usual_histories(data: Dataset) -> Histories:
    """About five hundred histories that are not empty, from which a usual spread is taken."""
    there = np.flatnonzero(data.histories.lengths)
    return data.histories.take(there[:: max(1, len(there) // _SAMPLE)])


def discounted(data: Dataset, items: np.ndarray, discount: float) -> tuple[np.ndarray, np.ndarray]:
    """Likes of each of the items, at least 1, and (likes / their mean)^-discount, float32."""
    liked = data.histories.numbers[data.histories.strength > 0]
    likes = np.maximum(np.bincount(liked, minlength=len(data.items))[items], 1)
    return likes, ((likes / likes.mean()) ** -discount).astype(np.float32)


def stretch(own: np.ndarray, mapped: np.ndarray) -> np.float32:
    """Spread over films of own scores (rows, films) over that of mapped ones; 1 where all are 0."""
    usual, shrunk = (float(s.var(axis=1, dtype=np.float64).mean()) for s in (own, mapped))
    return np.float32(np.sqrt(usual / shrunk) if shrunk > 0 else 1.0)
