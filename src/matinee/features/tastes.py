"""What a viewer has liked of each genre, and the film watched last: films against habits."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from matinee.dataset import Dataset, Histories

GENRE = "genre: "
_PRIOR = 3.0  # films of the average taste that a history is counted with


@dataclass(frozen=True, slots=True, eq=False)
class Tastes:
    """Genres of films, and how often anybody likes each."""

    genres: tuple[str, ...]
    shares: np.ndarray  # (items, genres) float32: a film's genres share it equally
    unit: np.ndarray  # (items, genres) float32: the same at length 1
    usual: np.ndarray  # (genres,) of all likes

    @classmethod
    def of(cls, data: Dataset) -> "Tastes | None":
        """None where no genre is known of any film that was liked."""
        listed = (
            data.movies.select("genres")
            .with_row_index("item")
            .explode("genres")
            .drop_nulls()
            .unique(["item", "genres"])
        )
        genres = listed["genres"].unique().sort()
        columns = listed["genres"].cast(pl.Enum(genres)).to_physical().to_numpy()
        items = listed["item"].to_numpy()
        has = np.zeros((len(data.items), len(genres)), np.float32)
        has[items, columns] = 1
        shares = has / np.maximum(has.sum(axis=1, keepdims=True), 1)
        liked = data.histories.numbers[data.histories.strength > 0]
        usual = np.bincount(liked, minlength=len(shares)) @ shares
        if not usual.sum() > 0:
            return None
        # A genre that nobody has liked yet counts as liked once.
        usual = np.maximum(usual, 1) / np.maximum(usual, 1).sum()
        length = np.sqrt((shares**2).sum(axis=1, keepdims=True))
        unit = shares / np.where(length > 0, length, 1)
        return cls(tuple(genres.to_list()), shares, unit, usual.astype(np.float32))

    def films(self) -> dict[str, np.ndarray]:
        """Name → (items,) float32: 1 for the films of each genre, else 0."""
        has = (self.shares > 0).astype(np.float32)
        return {GENRE + genre: has[:, k] for k, genre in enumerate(self.genres)}

    def pairs(self, histories: Histories, numbers: np.ndarray) -> dict[str, np.ndarray]:
        """Name → (rows, n) for films `numbers` (rows, n) of the viewers.

        "taste in genres" is Σ share · ln(viewer's share of the genre / everybody's), the
        viewer's drawn to everybody's by three films.
        """
        asked = self.shares[numbers]
        liked = self._sums(histories, np.maximum(histories.strength, 0))
        mine = liked + _PRIOR * self.usual
        lift = np.log(mine / mine.sum(axis=1, keepdims=True) / self.usual)
        disliked = self._sums(histories, np.maximum(-histories.strength, 0))
        found = {
            "taste in genres": np.einsum("rg,rng->rn", lift, asked),
            "dislikes in genres": np.einsum("rg,rng->rn", disliked, asked),
        }
        last = _last(histories)
        alike = np.einsum("rg,rng->rn", self.unit[np.maximum(last, 0)], self.unit[numbers])
        found["genres of last watched"] = np.where(last[:, None] >= 0, alike, np.nan)
        return {name: values.astype(np.float32) for name, values in found.items()}

    def _sums(self, histories: Histories, values: np.ndarray) -> np.ndarray:
        return np.asarray(histories.matrix(values) @ self.shares)


def _last(histories: Histories) -> np.ndarray:
    """The film watched last, (rows,); of equal times the higher number; -1 where there is none."""
    order = np.lexsort((histories.numbers, histories.time, histories.entry_rows))
    found = np.full(histories.rows, -1, np.int64)
    there = histories.lengths > 0
    found[there] = histories.numbers[order[histories.indptr[1:][there] - 1]]
    return found
