"""Films and ratings go into both databases and come out the same."""

import dataclasses
import uuid
from datetime import date

import numpy as np
import polars as pl
import pytest
from sqlalchemy import select

from matinee.dataset import Dataset, interactions
from matinee.errors import InputError
from matinee.schema import MOVIES, RATINGS, RatingScale, Tables, empty
from matinee.store.catalogue import (
    DEFAULT_SCALE,
    changed_at,
    import_tables,
    rating_scale,
    read_films,
    read_tables,
    upsert_films,
    withdraw,
    withdrawn_films,
)
from matinee.store.database import Database
from matinee.store.events import EventLog
from matinee.store.key import Key
from matinee.store.tables import films

KEY = Key(b"a key of these tests")
NOW = 1_750_000_000


def movies(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([dict.fromkeys(MOVIES) | row for row in rows], schema=MOVIES)


def tables() -> Tables:
    """Uneven ratings, one of them twice, one without stars, one without a time."""
    rows = [
        ("u7", "heat", 4.5, NOW - 100),
        ("u7", "heat", 2.0, NOW - 50),
        ("u7", "big", 0.5, NOW - 70),
        ("v", "heat", None, NOW - 60),
        ("v", "a film that no catalogue knows", 5.0, None),
    ]
    ratings = pl.DataFrame(rows, schema=RATINGS, orient="row")
    known = movies(
        {"item_id": "big", "cast": [], "budget": 2**40, "popularity": 0.1 + 0.2},
        {"item_id": "cold", "overview": "Says “hello”\nand 'goodbye'"},
        {"item_id": "heat", "title": "Heat", "release_date": date(1995, 12, 15)}
        | {"year": 1995, "genres": ["Crime", "Ünïcode"]},
    )
    return Tables("mine", known, ratings, RatingScale(0.5, 5, 0.5))


def test_what_was_imported_reads_as_it_was(database: Database) -> None:
    assert import_tables(database, KEY, tables(), NOW) == (3, 4)
    found = read_tables(database)
    assert found.movies.equals(tables().movies)
    assert found.scale == tables().scale
    assert sorted(found.ratings.rows()) == [
        ("u7", "big", 0.5, NOW - 70),
        ("u7", "heat", 2.0, NOW - 50),
        ("v", "a film that no catalogue knows", 5.0, 631_152_000),
    ]
    data = Dataset.from_tables(found)
    assert (len(data.users), len(data.items), data.histories.entries) == (2, 4, 3)


def test_importing_again_adds_what_is_new_alone(database: Database) -> None:
    import_tables(database, KEY, tables(), NOW)
    assert import_tables(database, KEY, tables(), NOW + 9) == (3, 0)
    more = pl.DataFrame([("w", "big", 3.0, NOW)], schema=RATINGS, orient="row")
    grown = dataclasses.replace(tables(), ratings=pl.concat([tables().ratings, more]))
    assert import_tables(database, KEY, grown, NOW + 9) == (3, 1)
    assert read_tables(database).ratings.height == 4


def test_another_scale_is_refused_whole(database: Database) -> None:
    assert rating_scale(database) == DEFAULT_SCALE
    import_tables(database, KEY, tables(), NOW)
    other = dataclasses.replace(tables(), scale=RatingScale(1, 10, 1), movies=empty(MOVIES))
    with pytest.raises(InputError, match=r"import: expected ratings on the scale of the database"):
        import_tables(database, KEY, other, NOW)
    assert rating_scale(database) == tables().scale


def test_a_rating_taken_back_does_not_count(database: Database) -> None:
    import_tables(database, KEY, tables(), NOW)
    log = EventLog(database, Key(b"a key of these tests"), rating_scale(database))
    last = log.of_viewer("u7").filter(pl.col("value") == 2.0)["event_id"].item()

    def retract(user_id: str) -> None:
        sent = {"event_id": str(uuid.uuid4()), "user_id": user_id, "kind": "retract"}
        log.append([sent | {"timestamp": NOW, "retracts": last}], NOW)

    retract("somebody else")
    assert ("u7", "heat", 2.0, NOW - 50) in read_tables(database).ratings.rows()
    retract("u7")
    assert ("u7", "heat", 4.5, NOW - 100) in read_tables(database).ratings.rows()


def test_ratings_and_the_signals_of_their_events_agree(database: Database) -> None:
    import_tables(database, KEY, tables(), NOW)
    log = EventLog(database, Key(b"a key of these tests"), rating_scale(database))
    said = interactions(log.between(0, 99), log.scale).sort("user_id", "item_id")
    data = Dataset.from_tables(read_tables(database))
    rows = np.repeat(np.arange(len(data.users)), np.diff(data.histories.indptr))
    histories = pl.DataFrame(
        {
            "user_id": data.users.ids.gather(rows),
            "item_id": data.items.ids.gather(data.histories.numbers),
            "strength": data.histories.strength,
        }
    ).sort("user_id", "item_id")
    assert said["strength"].to_list() == histories["strength"].to_list()
    assert said["item_id"].to_list() == histories["item_id"].to_list()


def test_a_film_is_replaced_and_stays_withdrawn(database: Database) -> None:
    upsert_films(database, movies({"item_id": "a", "title": "A", "year": 1990}), NOW)
    upsert_films(database, movies({"item_id": "b"}), NOW)
    assert withdraw(database, ["a", "unknown"], NOW + 1) == 1
    assert changed_at(database) == NOW + 1
    upsert_films(database, movies({"item_id": "a", "title": "A, again"}), NOW + 2)
    found, withdrawn = read_films(database), withdrawn_films(database)
    rows = found.select("item_id", "title", "year").rows()
    assert rows == [("a", "A, again", None), ("b", None, None)]
    assert withdrawn == {"a"}
    assert changed_at(database) == NOW + 2
    withdraw(database, ["a"], NOW + 3, back=True)
    assert not withdrawn_films(database)


@pytest.mark.parametrize("bad", ["", "x" * 129, "a\0b"])
def test_ids_that_cannot_be_kept_are_told(database: Database, bad: str) -> None:
    with pytest.raises(InputError, match=r"movies: expected an item_id of 1 to 128 printable"):
        upsert_films(database, movies({"item_id": "a"}, {"item_id": bad}), NOW)
    with pytest.raises(InputError, match=r"expected one row a film, got repeated 'a' \(1\)"):
        upsert_films(database, movies({"item_id": "a"}, {"item_id": "a"}), NOW)
    strange = pl.DataFrame([(bad, "a", 4.0, NOW)], schema=RATINGS, orient="row")
    with pytest.raises(InputError, match=r"ratings: expected a user_id of 1 to 128 printable"):
        import_tables(database, KEY, dataclasses.replace(tables(), ratings=strange), NOW)
    with database.reading() as connection:
        assert connection.execute(select(films)).all() == []
