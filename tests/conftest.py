"""Lopsided fixtures: uneven popularity, one empty user, one cold film, ids that are not 0..n."""

import importlib.util
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
import pytest
from sqlalchemy import URL, create_engine, make_url, text

from matinee.dataset import Dataset
from matinee.schema import MOVIES, RATINGS, RatingScale, Tables
from matinee.store.database import sqlite_url


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Real-data tests skip, and say why, where the data is not; in CI they fail instead."""
    if data_folder() is not None or os.environ.get("CI") == "true":
        return
    for item in items:
        if item.get_closest_marker("data"):
            item.add_marker(pytest.mark.skip(reason="MATINEE_DATA is not set to a folder"))


def data_folder() -> Path | None:
    """MATINEE_DATA, or ../shared/data beside the checkout."""
    for folder in (os.environ.get("MATINEE_DATA"), Path(__file__).parents[2] / "shared" / "data"):
        if folder and Path(folder).is_dir():
            return Path(folder)
    return None


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with the real data sets; only for tests marked `data`."""
    folder = data_folder()
    assert folder is not None, "MATINEE_DATA is not set to a folder"
    return folder


@pytest.fixture(scope="session")
def protocols() -> ModuleType:
    """The independent splits and metrics: protocols.py beside the folder of the data."""
    folder = data_folder()
    path = None if folder is None else folder.resolve().parent / "protocols.py"
    if path is None or not path.exists():
        pytest.skip("protocols.py is not beside the folder of MATINEE_DATA")
    spec = importlib.util.spec_from_file_location("protocols", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["protocols"] = module
    spec.loader.exec_module(module)
    return module


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
    """The URL of an empty database, made for the test and dropped after it."""
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


GENRES = ["Drama", "Comedy", "Thriller", "Science Fiction"]


def tables(seed: int = 0, users: int = 40, items: int = 30) -> Tables:
    """Ratings .5-5 with uneven popularity; film "m99" is cold; users u5, u8, u11 ..."""
    rng = np.random.default_rng(seed)
    item_ids = [f"m{10 + k}" for k in range(items - 1)] + ["m99"]
    popularity = 1 / np.arange(1, items + 1)
    popularity[-1] = 0
    popularity /= popularity.sum()
    rows = []
    for user in range(users):
        count = int(rng.integers(3, items // 2))
        for item in rng.choice(items, count, replace=False, p=popularity):
            taste = 3 + 1.5 * np.cos(user % 4 - item % 4)
            rating = np.clip(np.round(2 * (taste + rng.normal(0, 0.6))) / 2, 0.5, 5)
            time = 1_000_000 + int(rng.integers(0, 900_000))
            rows.append((f"u{5 + 3 * user}", item_ids[item], float(rating), time))
    movies = pl.DataFrame({"item_id": item_ids}).with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in MOVIES.items() if name != "item_id"
    )
    number = pl.Series(range(items))
    movies = movies.with_columns(
        title=pl.Series([f"Film {k}" for k in range(items)]),
        year=(1980 + number).cast(pl.Int32),
        genres=pl.Series([[GENRES[k % 4], GENRES[(k // 3) % 4]] for k in range(items)]),
        keywords=pl.Series([[f"word{k % 5}", f"word{k % 7}"] for k in range(items)]),
        directors=pl.Series([[f"Director {k % 6}"] for k in range(items)]),
        cast=pl.Series([[f"Actor {k % 8}", f"Actor {k % 9}"] for k in range(items)]),
        overview=pl.Series(
            [f"A {GENRES[k % 4].lower()} about a robot {k % 5}" for k in range(items)]
        ),
        vote_average=pl.Series([5 + (k % 9) / 2 for k in range(items)]),
        vote_count=pl.Series([10 * (items - k) for k in range(items)]),
    )
    ratings = pl.DataFrame(rows, schema=RATINGS, orient="row")
    return Tables("lopsided", movies, ratings, RatingScale(0.5, 5, 0.5))


@pytest.fixture(scope="session")
def data() -> Dataset:
    """The lopsided data set with one user whose history is empty."""
    full = Dataset.from_tables(tables())
    empty_user = full.histories.entry_rows != 7
    return full.with_histories(full.histories.where(empty_user))
