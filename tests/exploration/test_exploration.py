import json
from dataclasses import replace

import polars as pl
import pytest

from matinee.exploration import explore
from matinee.schema import MOVIES, RATINGS, Tables, empty


def test_tables_are_shown_as_published_then_cleaned(small):
    document = explore(small).to_json_dict()
    assert document["tables"]["movies"]["rows"] == 4
    assert document["tables"]["movies"]["columns"] == 3
    fields = {f["name"]: f["non_null"] for f in document["tables"]["movies"]["fields"]}
    assert fields["budget"] == 4  # a published zero is a value
    cleaned = {f["name"]: f["non_null"] for f in document["cleaned"]["movies"]["fields"]}
    assert cleaned["budget"] == 3
    assert document["cleaned"]["ratings"]["rows"] == 5
    assert document["changes"] == [
        {"table": "movies", "column": "budget", "change": "zero means unknown", "rows": 1}
    ]
    assert document["quarantine"] == [
        {"file": "ratings.csv", "reason": "rating off the scale", "rows": 2}
    ]


def test_genres_come_most_frequent_first(small):
    found = explore(small)
    assert found.to_json_dict()["top_genres"] == [
        {"genre": "Drama", "count": 2},
        {"genre": "Comedy", "count": 1},
    ]
    assert found.catalogue.without_genre == 2


def test_sparsity_counts_every_film_of_catalogue_or_ratings(small):
    sparsity = explore(small).to_json_dict()["sparsity"]
    assert sparsity == {
        "users": 3, "items": 5, "rated_items": 3, "interactions": 5, "density": 5 / 15,
    }  # fmt: skip


def test_ratings_are_counted_by_value_and_day(small):
    viewing = explore(small).viewing
    assert viewing.distribution["count"].sum() == 4
    assert viewing.mean_rating == pytest.approx(13 / 4)
    assert viewing.period == "day"
    assert viewing.over_time["count"].to_list() == [1, 2, *[0] * 38, 1]


def test_an_average_of_no_votes_is_left_out(small):
    assert explore(small).catalogue.vote_averages["count"].sum() == 3


def test_outliers_are_named_with_the_rule_that_found_them(small):
    wild = small.movies.with_columns(runtime=pl.Series([90.0, 91.0, 92.0, 900.0]))
    wild = pl.concat([wild.with_columns(item_id=pl.col("item_id") + str(k)) for k in range(3)])
    wild = wild.filter((pl.col("runtime") < 200) | (pl.col("item_id") == "40"))
    outliers = explore(replace(small, movies=wild)).catalogue.outliers
    long = outliers.filter(pl.col("column") == "runtime")
    assert long.select("item_id", "value", "side").rows() == [("40", 900.0, "high")]


@pytest.mark.parametrize("left", ["movies", "ratings", "nothing"])
def test_a_part_that_is_not_there_is_left_out(small, left):
    if left != "movies":
        small = replace(small, movies=empty(MOVIES))
    if left != "ratings":
        small = replace(small, ratings=empty(RATINGS))
    document = explore(small).to_json_dict()
    assert ("sparsity" in document) == (left == "ratings")
    assert ("catalogue" in document) == (left == "movies")
    json.dumps(document, allow_nan=False)


def test_the_document_is_json_without_nan(small):
    document = explore(small).to_json_dict()
    assert json.loads(json.dumps(document, allow_nan=False)) == json.loads(json.dumps(document))


def test_ids_held_as_enum_count_as_text(small):
    def as_enum(tables: Tables) -> Tables:
        ids = tables.ratings["item_id"].unique().sort()
        return replace(
            tables, ratings=tables.ratings.with_columns(pl.col("item_id").cast(pl.Enum(ids)))
        )

    ours, text = explore(as_enum(small)).to_json_dict(), explore(small).to_json_dict()
    assert ours["sparsity"] == text["sparsity"]
    assert ours["catalogue"] == text["catalogue"]
