"""The genres of what a viewer likes, as shares: what a calibrated list comes close to."""

import numpy as np
from scipy.sparse import csr_array

from matinee.dataset import NO_TIME, Histories

_DAY = 86_400


def genre_tastes(
    histories: Histories, shares: csr_array, half_life: float | None = None
) -> np.ndarray:
    """p(genre | viewer), (rows, genres) float64; all zero for a viewer without a like.

    The mean of the genre shares of liked films (Steck 2018, 3.1): each counts alike, or half as
    much for every `half_life` days that it lies behind `as_of`. Without a time it counts in full.
    """
    weights = (histories.strength > 0).astype(np.float64)
    if half_life is not None:
        timed = histories.time != NO_TIME
        age = np.where(timed, histories.as_of[histories.entry_rows] - histories.time, 0) / _DAY
        weights *= 0.5 ** (age / half_life)
    tastes = np.asarray((histories.matrix(weights) @ shares).toarray(), np.float64)
    total = tastes.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(tastes, total, out=np.zeros_like(tastes), where=total > 0))
