"""Tables from a notebook: what is wrong with them is named with its row."""

from datetime import date, datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest

import matinee
from matinee.api import as_dataset
from matinee.errors import InputError
from matinee.schema import RatingScale

RATINGS = pl.DataFrame(
    {
        "user_id": ["a", "b", "a"],
        "item_id": ["x", "y", "z"],
        "rating": [3.0, 4.0, 5.0],
        "timestamp": [5, 6, 7],
    }
)
MOVIES = pl.DataFrame({"item_id": ["x", "y"], "title": ["A", "B"]})


@pytest.mark.parametrize("table", [[1, 2], {"user_id": ["a"]}, "x", np.zeros((2, 2)), 3])
def test_what_is_no_table_is_refused(table: object):
    with pytest.raises(InputError, match=r"ratings: expected a Polars or pandas table, got "):
        matinee.read(ratings=table)


def test_lazy_and_pandas_tables_are_tables():
    for table in (RATINGS.lazy(), pd.DataFrame(RATINGS.to_dict(as_series=False))):
        assert matinee.read(ratings=table).ratings.rows() == RATINGS.rows()


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("user_id", [None, "b", "a"], r"ratings row 0, user_id: expected an id, got None \(1 of 3"),
        ("item_id", ["x", "", "z"], r"ratings row 1, item_id: expected an id, got ''"),
        ("rating", [3.0, float("inf"), 5.0], r"ratings row 1, rating: expected a rating of 1 to 5"),
        ("rating", [float("nan"), 4.0, 5.0], r"ratings row 0, rating: .*, got nan"),
        ("rating", [40.0, 4.0, 50.0], r"ratings row 0, rating: .*, got 40.0 \(2 of 3 rows\)"),
        ("timestamp", [5, 1577836800000, 7], r"row 1, timestamp: expected a time in UTC seconds"),
        ("timestamp", [-(2**63), 6, 7], r"row 0, timestamp: expected a time in UTC seconds"),
    ],
)
def test_a_row_that_cannot_be_right_is_named(column: str, values: list[object], message: str):
    with pytest.raises(InputError, match=message):
        matinee.read(
            ratings=RATINGS.with_columns(pl.Series(column, values)), scale=RatingScale(1, 5, 1)
        )


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (["x", "x"], r"movies row 0, item_id: expected each film once, got 'x' \(2 of 2 rows\)"),
        ([None, "y"], r"movies row 0, item_id: expected an id, got None"),
    ],
)
def test_a_film_without_or_with_another_s_id_is_named(ids: list[object], message: str):
    with pytest.raises(InputError, match=message):
        matinee.read(movies=MOVIES.with_columns(pl.Series("item_id", ids)))


@pytest.mark.parametrize("moment", [datetime(2020, 1, 1), date(2020, 1, 1)])
def test_moments_are_seconds(moment: object):
    tables = matinee.read(ratings=RATINGS.with_columns(timestamp=pl.Series([moment] * 3)))
    assert tables.ratings["timestamp"].to_list() == [1_577_836_800] * 3


def test_a_mapping_goes_before_a_column_of_our_name():
    renamed = RATINGS.rename({"item_id": "film"}).with_columns(item_id=pl.lit(9))
    mapped = matinee.read(ratings=renamed, mapping={"item_id": "film"})
    assert mapped.ratings["item_id"].to_list() == ["x", "y", "z"]
    with pytest.raises(InputError, match=r"mapping: expected \{ours: theirs\}, got \[1\]"):
        matinee.read(ratings=RATINGS, mapping=[1])  # type: ignore[arg-type]


@pytest.mark.parametrize("source", [3, None, {}, "", ["starter"]])
def test_what_is_no_path_is_refused(source: object):
    with pytest.raises(InputError, match=r"data: expected a path or a name, got "):
        as_dataset(source)  # type: ignore[arg-type]


def test_arguments_of_the_wrong_kind_are_named():
    data = as_dataset(matinee.read(ratings=RATINGS))
    for n in (0, -5, 1.5, "3", None, True):
        with pytest.raises(InputError, match=r"n: expected a whole number from 1, got "):
            matinee.recommend(data, like=["id:x"], model="popularity", n=n)  # type: ignore[arg-type]
    for seed in (-1, 1.5, "a", None):
        with pytest.raises(InputError, match=r"seed: expected a whole number from 0, got "):
            matinee.fit(data, "ease", seed)  # type: ignore[arg-type]
        with pytest.raises(InputError, match=r"seed: expected a whole number from 0, got "):
            matinee.split(data, "random", seed)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"model: expected a name or a recipe .*, got 3"):
        matinee.recommend(data, like=["id:x"], model=3)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"split: expected a name or a file, got 3"):
        matinee.split(data, 3)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"scale: expected RatingScale"):
        matinee.read(ratings=RATINGS, scale="1-5")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"history: expected a path, got ''"):
        matinee.recommend(data, history="")


def test_more_films_than_there_are_need_no_memory():
    data = as_dataset(matinee.read(ratings=RATINGS))
    found = matinee.recommend(data, like="id:x", model="popularity", n=10**12)
    assert {item.item_id for item in found.items} == {"y", "z"}


def test_a_viewer_may_be_a_number():
    numbered = RATINGS.with_columns(user_id=pl.Series([1, 2, 1]))
    data = as_dataset(matinee.read(ratings=numbered))
    assert matinee.recommend(data, user=1, n=1) == matinee.recommend(data, user="1", n=1)  # type: ignore[arg-type]


def test_models_are_compared_where_times_are_not_known():
    rows = [(f"u{k % 9}", f"i{k // 9}", 1.0 + k % 5) for k in range(180)]
    ratings = pl.DataFrame(rows, schema=["user_id", "item_id", "rating"], orient="row")
    said: list[str] = []
    board = matinee.evaluate(matinee.read(ratings=ratings), "bias", "random", say=said.append)
    assert {model.name for model in board.models} == {"bias", "popularity"}
    assert any(text.startswith("left out trending") for text in said)


def test_a_split_that_cannot_be_written_is_a_message(tmp_path):
    from matinee.api.comparing import split_file

    rows = [(f"u{k % 9}", f"i{k // 9}", 1.0 + k % 5) for k in range(180)]
    ratings = pl.DataFrame(rows, schema=["user_id", "item_id", "rating"], orient="row")
    parts = matinee.split(matinee.read(ratings=ratings), "random")
    for path in (tmp_path, tmp_path / "nowhere" / "split.parquet"):
        with pytest.raises(InputError, match=r"expected to write the split there, got "):
            split_file(parts, path)
