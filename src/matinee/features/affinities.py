"""What a viewer liked of a film's people, keywords, country, decade and length before."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from matinee.dataset import Histories
from matinee.features.levels import levels

# Kind of `levels` -> the feature's name.
KINDS = {
    "director": "director liked before",
    "cast": "cast liked before",
    "writer": "writers liked before",
    "keyword": "keywords liked before",
    "company": "companies liked before",
    "country": "countries liked before",
    "language": "language liked before",
    "decade": "decade liked before",
}
LENGTH = "longer than liked"


@dataclass(frozen=True, slots=True, eq=False)
class Affinities:
    """Of each kind the levels of films, unit rows; and how long films run."""

    kinds: Mapping[str, csr_array]  # feature's name -> (items, levels) float32
    runtime: np.ndarray | None  # (items,) minutes, NaN = unknown; None where no film has one

    @classmethod
    def of(cls, movies: pl.DataFrame) -> "Affinities":
        """Kinds that are known of no film, or tell no films apart, have no feature."""
        found = levels(movies)
        kinds = {name: found[kind].matrix for kind, name in KINDS.items() if kind in found}
        runtime = None
        if "runtime" in movies.columns and movies["runtime"].null_count() < movies.height:
            runtime = movies["runtime"].cast(pl.Float64).fill_null(np.nan).to_numpy()
        return cls(kinds, runtime)

    def pairs(self, histories: Histories, numbers: np.ndarray) -> dict[str, np.ndarray]:
        """Name → (rows, n): the mean likeness of a film's levels to those of the liked films.

        1 if every liked film has exactly its levels; NaN where nothing was liked.
        """
        liked = histories.matrix(np.maximum(histories.strength, 0))
        total = np.asarray(liked.sum(axis=1)).ravel()
        found = {}
        for name, matrix in self.kinds.items():
            profile = np.asarray((liked @ matrix).todense())
            found[name] = _products(matrix, profile, numbers)
        if self.runtime is not None:
            known = np.where(np.isnan(self.runtime), 0, self.runtime)
            there = (~np.isnan(self.runtime)).astype(np.float64)
            with np.errstate(invalid="ignore", divide="ignore"):
                usual = (liked @ known) / (liked @ there)
            found[LENGTH] = self.runtime[numbers] - usual[:, None]
        with np.errstate(invalid="ignore", divide="ignore"):
            for name in self.kinds:
                found[name] = found[name] / total[:, None]
        return {name: values.astype(np.float32) for name, values in found.items()}


def _products(matrix: csr_array, profile: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Of each row's films the products of their levels and the row's profile, (rows, n)."""
    asked = matrix[numbers.ravel()]
    lengths = np.diff(asked.indptr)
    pair = np.repeat(np.arange(numbers.size), lengths)
    values = asked.data * profile[pair // max(numbers.shape[1], 1), asked.indices]
    return np.bincount(pair, values, minlength=numbers.size).reshape(numbers.shape)
