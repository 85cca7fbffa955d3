"""A data set numbers every film and viewer once, and says what is wrong with a table."""

import numpy as np
import polars as pl
import pytest

from matinee.dataset import NO_TIME, Dataset, strength_of_ratings
from matinee.errors import InputError
from matinee.schema import MOVIES, RATINGS, RatingScale, Tables, empty

SCALE = RatingScale(0.5, 5, 0.5)


def movies(*ids: str) -> pl.DataFrame:
    return pl.DataFrame({"item_id": list(ids), "title": [f"Film {id_}" for id_ in ids]}).select(
        pl.col(name) if name in ("item_id", "title") else pl.lit(None, dtype).alias(name)
        for name, dtype in MOVIES.items()
    )


def ratings(*rows: tuple[str, str, float | None, int | None]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=RATINGS, orient="row")


def test_films_that_nobody_rated_and_ratings_of_unlisted_films_have_numbers() -> None:
    table = ratings(("u2", "7", 4.0, 10), ("u1", "30", 2.0, 12), ("u2", "5", None, None))
    data = Dataset.from_tables(Tables("t", movies("7", "100"), table, SCALE))
    assert data.items.ids.to_list() == ["5", "7", "30", "100"]
    assert data.users.ids.to_list() == ["u1", "u2"]
    assert data.movies["item_id"].to_list() == data.items.ids.to_list()
    assert data.titles(np.array([1, 2])) == ["Film 7", "30"]
    assert data.rated_items.tolist() == [True, True, True, False]
    row = data.histories.slice(1, 2)
    assert row.strength.tolist() == [1, 1]  # seen without a rating counts as liked
    assert np.isnan(row.rating[0])
    assert row.time.tolist() == [NO_TIME, 10]
    assert not data.has_times
    assert data.as_of == 12


def test_enum_ids_give_the_same_data_set(data: Dataset) -> None:
    rows = data.histories.entry_rows
    table = pl.DataFrame(
        {
            "user_id": data.users.ids.gather(rows),
            "item_id": data.items.ids.gather(data.histories.numbers),
            "rating": data.histories.rating,
            "timestamp": data.histories.time,
        }
    )
    shuffled = table.sample(fraction=1, shuffle=True, seed=3)
    as_enum = shuffled.with_columns(
        pl.col(c).cast(pl.Enum(shuffled[c].unique(maintain_order=True)))
        for c in ("user_id", "item_id")
    )
    plain, enums = (
        Dataset.from_tables(Tables("t", empty(MOVIES), t, SCALE)) for t in (shuffled, as_enum)
    )
    assert plain.users == enums.users
    assert plain.items == enums.items
    for name in ("indptr", "numbers", "strength", "rating", "time", "as_of"):
        np.testing.assert_array_equal(
            getattr(plain.histories, name), getattr(enums.histories, name)
        )


@pytest.mark.parametrize(
    ("scale", "liked", "disliked"),
    [
        (RatingScale(0.5, 5, 0.5), 4, 2),
        (RatingScale(1, 5, 1), 4, 2),
        (RatingScale(0, 10, 1), 8, 3),
        (RatingScale(1, 10, 1), 8, 4),
    ],
)
def test_strength_follows_the_scale(scale: RatingScale, liked: float, disliked: float) -> None:
    steps = np.arange(scale.minimum, scale.maximum + scale.step, scale.step)
    expected = np.where(steps >= liked, 1, np.where(steps <= disliked, -1, 0))
    np.testing.assert_array_equal(strength_of_ratings(steps, scale), expected)
    assert strength_of_ratings(np.array([np.nan]), scale).tolist() == [1]


def test_taking_users_keeps_the_items(data: Dataset) -> None:
    part = data.take_users(np.array([9, 3]))
    assert part.users.ids.to_list() == data.users.take(np.array([9, 3]))
    assert part.items is data.items
    np.testing.assert_array_equal(
        part.histories.slice(1, 2).numbers, data.histories.slice(3, 4).numbers
    )


def test_broken_tables_are_refused_by_name() -> None:
    with pytest.raises(InputError, match="one row a film, got repeated '7'"):
        Dataset.from_tables(Tables("t", movies("7", "7"), ratings(("u", "7", 3.0, 1)), SCALE))
    nameless = ratings(("u", "7", 3.0, 1)).with_columns(user_id=pl.lit(None, pl.String))
    with pytest.raises(InputError, match="expected an id in every row, got 1 without"):
        Dataset.from_tables(Tables("t", movies("7"), nameless, SCALE))
    unrated = ratings(("u", "7", 3.0, 1)).drop("rating")
    with pytest.raises(InputError, match=r"ratings: expected columns \['rating'\]"):
        Dataset.from_tables(Tables("t", movies("7"), unrated, SCALE))
    with pytest.raises(InputError, match="minimum < maximum"):
        RatingScale(5, 1, 1)
