"""matinee's own objects of the arrays that prepare.py left."""

import numpy as np
import polars as pl
from arrays import load

from matinee.dataset import NO_TIME, Dataset, Histories, Vocabulary
from matinee.schema import MOVIES, RatingScale


def vocabulary(items: int) -> Vocabulary:
    """Item numbers as ids."""
    return Vocabulary(_numbers(items))


def histories(folder: str, part: str) -> Histories:
    """The part ("seen" or "truth") of every viewer's ratings."""
    indptr, numbers, strength, items = load(
        folder, f"{part}_indptr", f"{part}_numbers", f"{part}_strength", "items"
    )
    return _untimed(int(items), indptr, numbers, strength)


def likes(folder: str) -> Histories:
    """The likes of what every viewer has seen."""
    indptr, numbers, items = load(folder, "likes_indptr", "likes_numbers", "items")
    return _untimed(int(items), indptr, numbers, np.float32(1))


def dataset(whole: Histories) -> Dataset:
    """A data set of these viewers without anything known of the films."""
    users = Vocabulary(_numbers(whole.rows))
    movies = pl.DataFrame({"item_id": whole.items.ids}, schema_overrides=MOVIES)
    missing = {name: kind for name, kind in MOVIES.items() if name not in movies.columns}
    movies = movies.with_columns(pl.lit(None, kind).alias(name) for name, kind in missing.items())
    return Dataset("bench", users, whole.items, whole, movies, RatingScale(0.5, 5, 0.5))


def _untimed(
    items: int, indptr: np.ndarray, numbers: np.ndarray, strength: np.ndarray | np.float32
) -> Histories:
    """Entries without ratings and times: what is the same for all is held once."""
    alike = (np.broadcast_to(value, len(numbers)) for value in (strength, np.float32(np.nan)))
    never = np.broadcast_to(NO_TIME, len(numbers)), np.broadcast_to(NO_TIME, len(indptr) - 1)
    return Histories(vocabulary(items), indptr, numbers, *alike, *never)


def _numbers(count: int) -> pl.Series:
    return pl.int_range(count, eager=True).cast(pl.String)
