"""Both databases: each test gets one of its own, made for it and dropped after it."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url, text

from matinee.schema import RatingScale
from matinee.store.database import Database, connect, open_database, sqlite_url
from matinee.store.events import EventLog
from matinee.store.key import Key

KEY = Key(b"a key of these tests")
SCALE = RatingScale(0.5, 5, 0.5)
SERVER = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"


@pytest.fixture(scope="session")
def server() -> URL:
    """MATINEE_TEST_POSTGRES, if it answers; in CI it must."""
    url = make_url(os.environ.get("MATINEE_TEST_POSTGRES", SERVER))
    try:
        engine = create_engine(url, connect_args={"connect_timeout": 3})
        engine.connect().close()
        engine.dispose()
    except Exception as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"MATINEE_TEST_POSTGRES ({url!r}): {str(error).splitlines()[0]}")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path)
        return
    server = request.getfixturevalue("server")
    name = f"matinee_test_{secrets.token_hex(6)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield server.set(database=name).render_as_string(hide_password=False)
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        engine.dispose()


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
