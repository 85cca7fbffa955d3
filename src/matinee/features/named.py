"""A sparse feature matrix whose columns have names that a person can read."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from matinee.errors import InputError


@dataclass(frozen=True, slots=True, eq=False)
class FeatureMatrix:
    """Row i describes film i; the dot product of two rows, at most 1, is their likeness."""

    matrix: csr_array  # (items, features) float32; rows of length 1 or less; zero: nothing known
    names: Sequence[str]  # "director: Ang Lee", "genre: Drama", "word: robot"; on one line each

    def __post_init__(self) -> None:
        if self.matrix.shape[1] != len(self.names):
            raise InputError(
                f"features: expected a name for each of {self.matrix.shape[1]} columns, "
                f"got {len(self.names)}"
            )

    @property
    def known(self) -> np.ndarray:
        """The films of which anything is known, (items,) bool."""
        return np.diff(self.matrix.indptr) > 0

    def shared(self, left: int, right: int) -> list[tuple[str, float]]:
        """What two films have in common: (name, part of their likeness), largest part first."""
        starts, columns, values = self.matrix.indptr, self.matrix.indices, self.matrix.data
        own, other = (slice(starts[row], starts[row + 1]) for row in (left, right))
        both, first, second = np.intersect1d(
            columns[own], columns[other], assume_unique=True, return_indices=True
        )
        parts = values[own][first] * values[other][second]
        order = np.lexsort((both, -parts))
        return [(self.names[both[k]], float(parts[k])) for k in order.tolist()]


def unit_rows(matrix: csr_array) -> csr_array:
    """The matrix with every row at Euclidean length 1; all-zero rows stay, float64."""
    matrix = matrix.astype(np.float64)
    matrix.eliminate_zeros()
    lengths = np.sqrt(matrix.multiply(matrix).sum(axis=1))
    matrix.data /= np.repeat(lengths, np.diff(matrix.indptr))
    return matrix
