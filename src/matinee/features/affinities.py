"""What a viewer liked of a film's people, keywords, country, decade and length before."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_array, hstack

from matinee.dataset import Histories
from matinee.features.levels import levels
from matinee.kernels.level_sums import level_sums

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
    """The levels of films of all kinds, unit rows in each kind; and how long films run."""

    names: tuple[str, ...]  # of the features, one a kind
    levels: csr_array  # (items, levels) float32, the kinds beside each other
    kind_of: np.ndarray  # (levels,) uint8, number of the level's feature
    runtime: np.ndarray | None  # (items,) minutes, NaN = unknown; None where no film has one

    @classmethod
    def of(cls, movies: pl.DataFrame) -> "Affinities":
        """Kinds that are known of no film, or tell no films apart, have no feature."""
        found = levels(movies)
        kinds = {name: found[kind].matrix for kind, name in KINDS.items() if kind in found}
        runtime = None
        if "runtime" in movies.columns and movies["runtime"].null_count() < movies.height:
            runtime = movies["runtime"].cast(pl.Float64).fill_null(np.nan).to_numpy()
        nothing = csr_array(np.zeros((movies.height, 0), np.float32))
        whole = csr_array(hstack([nothing, *kinds.values()], format="csr"))
        widths = [matrix.shape[1] for matrix in kinds.values()]
        kind_of = np.repeat(np.arange(len(kinds), dtype=np.uint8), widths)
        return cls(tuple(kinds), whole, kind_of, runtime)

    def pairs(self, histories: Histories, numbers: np.ndarray) -> dict[str, np.ndarray]:
        """Name → (rows, n): the mean likeness of a film's levels to those of the liked films.

        1 if every liked film has exactly its levels; NaN where nothing was liked.
        """
        liked = histories.matrix(np.maximum(histories.strength, 0))
        total = np.asarray(liked.sum(axis=1)).ravel()
        sums = level_sums(
            (liked.indptr, liked.indices, liked.data),
            (self.levels.indptr, self.levels.indices, self.levels.data),
            self.kind_of,
            len(self.names),
            numbers,
        )
        found = {}
        with np.errstate(invalid="ignore", divide="ignore"):
            if self.runtime is not None:
                known = np.where(np.isnan(self.runtime), 0, self.runtime)
                there = (~np.isnan(self.runtime)).astype(np.float64)
                usual = (liked @ known) / (liked @ there)
                found[LENGTH] = (self.runtime[numbers] - usual[:, None]).astype(np.float32)
            likeness = (sums / total[:, None]).astype(np.float32)
        return dict(zip(self.names, likeness, strict=True)) | found
