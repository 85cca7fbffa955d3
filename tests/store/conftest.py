"""A database and a log of each test's own; `url` makes both kinds."""

from collections.abc import Iterator

import pytest

from matinee.schema import RatingScale
from matinee.store.database import Database, connect, open_database
from matinee.store.events import EventLog
from matinee.store.key import Key

KEY = Key(b"a key of these tests")
SCALE = RatingScale(0.5, 5, 0.5)


@pytest.fixture
def bare(url: str) -> Iterator[Database]:
    """A database without tables."""
    database = connect(url)
    yield database
    database.close()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A database with its tables."""
    database = open_database(url)
    yield database
    database.close()


@pytest.fixture
def log(database: Database) -> EventLog:
    """The log of events of that database."""
    return EventLog(database, KEY, SCALE)
