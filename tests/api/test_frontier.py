"""`matinee.frontier` refuses what it cannot measure, before anything is fitted."""

from dataclasses import replace

import polars as pl
import pytest

import matinee
from matinee.dataset import Dataset
from matinee.errors import InputError, MissingData


def test_films_of_which_nothing_is_known_have_no_diversity(data: Dataset) -> None:
    bare = data.movies.with_columns(
        pl.lit(None, data.movies.schema[name]).alias(name)
        for name in ("genres", "keywords", "cast", "directors")
    )
    with pytest.raises(MissingData, match="frontier: movies: expected one of directors"):
        matinee.frontier(replace(data, movies=bare))


def test_a_model_or_a_split_that_there_is_not_is_named(data: Dataset) -> None:
    with pytest.raises(InputError, match="split: expected one of time"):
        matinee.frontier(data, split_by="tomorrow")
    with pytest.raises(InputError, match="got 'nothing'"):
        matinee.frontier(data, "nothing")
