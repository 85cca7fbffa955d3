"""The starter data that ships."""

import numpy as np
import pytest

from matinee.dataset import Dataset
from matinee.schema import MOVIES, RATINGS, check
from matinee.simulation import starter


@pytest.fixture(scope="module")
def tables():
    return starter()


def test_the_starter_data_is_labelled_simulated_and_has_the_agreed_columns(tables):
    assert tables.simulated
    assert tables.name == "starter"
    check(tables.ratings, RATINGS, "ratings")
    check(tables.movies, MOVIES, "movies")


def test_every_rating_is_on_the_grid_and_of_a_film_of_the_catalogue(tables):
    stars = tables.ratings["rating"].to_numpy()
    assert np.array_equal(stars * 2, np.round(stars * 2))
    assert stars.min() >= 0.5
    assert stars.max() <= 5
    assert set(tables.ratings["item_id"]) <= set(tables.movies["item_id"])
    assert not tables.ratings.select("user_id", "item_id").is_duplicated().any()


def test_two_thousand_viewers_rate_a_few_films_or_hundreds(tables):
    data = Dataset.from_tables(tables)
    assert len(data.users) == 2_000
    assert 60_000 <= data.histories.entries <= 120_000
    few, many = np.quantile(data.histories.lengths, [0.1, 0.99])
    assert many > 5 * few
