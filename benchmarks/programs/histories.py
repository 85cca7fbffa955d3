"""matinee's own objects of the arrays that prepare.py left."""

import numpy as np
import polars as pl
from arrays import load

from matinee.dataset import Dataset, Histories, Vocabulary
from matinee.schema import MOVIES, RatingScale


def vocabulary(items: int) -> Vocabulary:
    """Item numbers as ids."""
    return Vocabulary(pl.Series([str(number) for number in range(items)]))


def histories(folder: str, part: str) -> Histories:
    """The part ("seen" or "truth") of every viewer's ratings."""
    indptr, numbers, strength, items = load(
        folder, f"{part}_indptr", f"{part}_numbers", f"{part}_strength", "items"
    )
    return Histories(
        vocabulary(int(items)),
        indptr,
        numbers,
        strength,
        np.full(len(numbers), np.nan, np.float32),
        np.zeros(len(numbers), np.int64),
        np.zeros(len(indptr) - 1, np.int64),
    )


def dataset(whole: Histories) -> Dataset:
    """A data set of these viewers without anything known of the films."""
    users = Vocabulary(pl.Series([str(row) for row in range(whole.rows)]))
    movies = pl.DataFrame({"item_id": whole.items.ids}, schema_overrides=MOVIES)
    missing = {name: kind for name, kind in MOVIES.items() if name not in movies.columns}
    movies = movies.with_columns(pl.lit(None, kind).alias(name) for name, kind in missing.items())
    return Dataset("bench", users, whole.items, whole, movies, RatingScale(0.5, 5, 0.5))
