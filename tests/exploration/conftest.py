"""A small data set with something of everything that an exploration tells."""

import polars as pl
import pytest

from matinee.schema import CHANGES, MOVIES, QUARANTINE, RATINGS, RatingScale, Tables, check


def small_tables(simulated: bool = False) -> Tables:
    """Four films, one of them wild; five ratings; what was changed and set aside."""
    published = pl.DataFrame(
        {"id": [1, 2, 3, 4], "title": ["A", "B", "C", "D"], "budget": [0, 10**7, 4 * 10**7, 1]}
    )
    movies = pl.DataFrame({"item_id": ["1", "2", "3", "4"]}).with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in MOVIES.items() if name != "item_id"
    )
    movies = movies.with_columns(
        title=published["title"],
        year=pl.Series([1999, 2000, 2001, None], dtype=pl.Int32),
        genres=pl.Series([["Drama", "Comedy"], ["Drama"], [], None], dtype=pl.List(pl.String)),
        budget=pl.Series([None, 10**7, 4 * 10**7, 1], dtype=pl.Int64),
        revenue=pl.Series([None, 3 * 10**7, 2 * 10**7, 5], dtype=pl.Int64),
        runtime=pl.Series([90.0, 100.0, 110.0, 900.0]),
        vote_average=pl.Series([6.5, 7.0, 0.0, 5.0]),
        vote_count=pl.Series([100, 20, 0, 3]),
    )
    day = 86_400
    ratings = pl.DataFrame(
        [
            ("u1", "1", 4.0, 0),
            ("u1", "2", 3.5, day),
            ("u2", "1", 5.0, day),
            ("u3", "1", 0.5, 40 * day),
            ("u3", "9", None, None),
        ],
        schema=RATINGS,
        orient="row",
    )
    changes = pl.DataFrame(
        [("movies", "budget", "zero means unknown", 1)], schema=CHANGES, orient="row"
    )
    broken = [("ratings.csv", k, "rating", "9", "rating off the scale", "") for k in (3, 7)]
    return Tables(
        "small",
        check(movies, MOVIES, "movies"),
        ratings,
        RatingScale(0.5, 5, 0.5),
        published={"movies": published},
        changes=changes,
        quarantine=pl.DataFrame(broken, schema=QUARANTINE, orient="row"),
        simulated=simulated,
    )


@pytest.fixture
def small() -> Tables:
    """`small_tables()`."""
    return small_tables()
