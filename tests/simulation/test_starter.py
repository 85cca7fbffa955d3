"""The starter data that ships."""

from importlib import resources

import numpy as np
import pytest

from matinee.dataset import Dataset
from matinee.schema import MOVIES, RATINGS, check
from matinee.simulation import WORLD, starter, starter_events
from matinee.simulation.evenings import simulate
from matinee.simulation.events import named_events, numbered_events
from matinee.simulation.shipped import EVENTS_FILE, RATINGS_FILE, WITH_EVENTS
from matinee.simulation.tables import named_ratings, numbered_ratings


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


def test_what_ships_is_what_the_world_makes():
    """Not approximately: the same values, to the second and the half star."""
    _, plays = simulate(WORLD)
    assert starter().ratings.equals(named_ratings(numbered_ratings(plays)))
    events = named_events(numbered_events(*simulate(WORLD, WITH_EVENTS)), WORLD.seed)
    assert starter_events().equals(events)


def test_events_of_fewer_and_of_more_viewers_than_ship_agree():
    few, shipped, more = starter_events(5), starter_events(), starter_events(WITH_EVENTS + 1)
    assert few["user_id"].n_unique() == 5
    assert few.equals(shipped.head(few.height))
    assert shipped.equals(more.head(shipped.height))
    assert more["user_id"].n_unique() == WITH_EVENTS + 1


def test_the_shipped_files_are_small():
    for name in (RATINGS_FILE, EVENTS_FILE):
        assert (resources.files("matinee.simulation") / name).stat().st_size < 600_000
