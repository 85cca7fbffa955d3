"""What a service serves from is what models learn from, read some viewers at a time."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from pydantic import SecretStr
from tests.conftest import tables

from matinee.dataset import Dataset, Signals
from matinee.settings import Settings
from matinee.store import all_events
from matinee.store.catalogue import import_tables
from matinee.store.opening import Store, open_store
from matinee.store.people import put_consent
from matinee.training.from_events import tables_of_signals
from matinee.training.from_everybody import tables_to_serve

NOW = int(time.time())
KINDS = ("play", "complete", "skip", "stop", "like", "open", "impression", "rate", "add_to_list")


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    """Ratings of forty viewers, and what twenty-five viewers did, nine of whom had rated."""
    opened = open_store(Settings(home=tmp_path, database_url=SecretStr(url)))
    given = tables()
    movies = given.movies.with_columns(runtime=pl.lit(100.0))
    import_tables(opened.database, opened.key, replace(given, movies=movies), NOW - 10)
    rng = np.random.default_rng(7)
    batch = [
        {
            "event_id": f"{k:032x}",
            "user_id": f"u{3 * int(rng.integers(0, 26)) - 1}",
            "item_id": f"m{int(rng.integers(5, 30))}",  # some are in no catalogue
            "kind": kind,
            "timestamp": NOW - int(rng.integers(10, 90_000)),
            "page_id": f"p{k % 9}",
        }
        | ({"value": float(rng.integers(1, 6))} if kind == "rate" else {})
        | ({"position_s": float(rng.integers(0, 6_000))} if kind in KINDS[:4] else {})
        for k, kind in enumerate(rng.choice(KINDS, 600).tolist())
    ]
    rated = next(event for event in batch if event["kind"] == "rate")
    batch.append(
        {"event_id": f"{999:032x}", "user_id": rated["user_id"], "kind": "retract"}
        | {"retracts": rated["event_id"], "timestamp": NOW}
    )
    assert {answer.state for answer in opened.log.append(batch, NOW)} == {"accepted"}
    put_consent(opened.database, opened.key, "u8", {"improvement": False}, "viewer", NOW)
    put_consent(opened.database, opened.key, "u65", {"improvement": False}, "viewer", NOW)
    yield opened
    opened.database.close()


def _same(found: Dataset, expected: Dataset) -> None:
    assert found.users == expected.users
    rows = [data.histories.on(expected.items) for data in (found, expected)]
    for name in ("indptr", "numbers", "strength", "rating", "time"):
        np.testing.assert_array_equal(*(getattr(row, name) for row in rows), err_msg=name)


@pytest.mark.parametrize("at_once", [1, 70, 50_000])
def test_it_is_what_the_database_says_with_these_weights_however_it_is_read(
    store: Store, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(all_events, "_ROWS_AT_ONCE", at_once)
    weights = Signals(like=0.5, skip=-0.6)
    found = Dataset.from_tables(tables_to_serve(store.database, weights, NOW))
    _same(found, Dataset.from_tables(tables_of_signals(store.database, weights)))
    assert {"u8", "u65"}.isdisjoint(found.users.ids)
    assert len(set(found.histories.strength.tolist())) > 10  # not ratings alone


def test_films_that_models_learn_from_are_known_though_nobody_watched_them(store: Store) -> None:
    event = {"event_id": "f" * 32, "user_id": "u9", "kind": "open", "timestamp": NOW}
    assert store.log.append([event | {"item_id": "strange"}], NOW)[0].state == "accepted"
    found = Dataset.from_tables(tables_to_serve(store.database, Signals(), NOW))
    number = found.items.numbers(["strange"])[0]
    assert number >= 0
    assert not found.rated_items[number]
