"""Greedy lists that are as diverse as asked for, at the least weight that makes them so."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from matinee.kernels.list_cosines import list_cosines
from matinee.kernels.slate import slate

SMOOTHING = 0.1  # of calibration: so much of the taste itself is mixed into a list's genres
HEAD = 10  # places whose diversity is asked for

# What likeness may weigh: 16, so that four halvings find one.
WEIGHTS = np.array([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.4, 1.7, 2, 3])


@dataclass(frozen=True, slots=True, eq=False)
class Greedy:
    """Candidates of some rows with what lists are made by; see `kernels.slate`."""

    numbers: np.ndarray  # (rows, m) int32
    relevance: np.ndarray  # (rows, m) float64
    vectors: csr_array  # (items, features)
    genres: csr_array  # (items, genres)
    targets: np.ndarray  # (rows, genres)

    def weights(self, given: np.ndarray, level: float, calibration: float) -> np.ndarray:
        """Of each row the weight of likeness, (rows,): 0 where lists are diverse as ranked.

        The least of `WEIGHTS` at which the mean distance of two of the first ten films is `level`
        or more, found by halving; the largest where none is enough. `given` (rows, places).
        """
        rows = len(self.numbers)
        low, high = np.zeros(rows, np.int64), np.full(rows, len(WEIGHTS) - 1)
        if level <= 0:
            return WEIGHTS[low]
        head = np.ascontiguousarray(given[:, :HEAD])
        while (low < high).any():
            middle = (low + high) // 2
            order, _ = self.lists(head, WEIGHTS[middle], calibration)
            enough = self.diversity(order) >= level
            high = np.where(enough, middle, high)
            low = np.where(enough, low, np.minimum(middle + 1, high))
        return np.asarray(WEIGHTS[low])

    def lists(
        self, given: np.ndarray, weights: np.ndarray, calibration: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Columns and codes of each place, (rows, places); `weights` (rows,) of likeness."""
        return slate(
            self.numbers,
            self.relevance,
            (self.vectors.indptr, self.vectors.indices, self.vectors.data),
            self.vectors.shape[1],
            (self.genres.indptr, self.genres.indices, self.genres.data),
            self.targets,
            given,
            weights,
            float(calibration),
            SMOOTHING,
        )

    def diversity(self, order: np.ndarray) -> np.ndarray:
        """Mean distance of two films of each list, (rows,); 1 for a list of fewer than two."""
        columns = np.maximum(order, 0)
        films = np.where(order >= 0, np.take_along_axis(self.numbers, columns, axis=1), -1)
        films = np.take_along_axis(films, np.argsort(films < 0, axis=1, kind="stable"), axis=1)
        nothing = np.zeros(len(films) + 1, np.int64), np.empty(0, np.int32)
        vectors = self.vectors
        parts = (vectors.indptr, vectors.indices, vectors.data, vectors.shape[1])
        _, within = list_cosines(films.astype(np.int32), *nothing, *parts)
        return np.where(np.isnan(within), 1.0, 1 - within)
