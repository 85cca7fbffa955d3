"""A database's events as a data set: every signal teaches, only what is known hides a film."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from pydantic import SecretStr
from tests.conftest import tables

from matinee.api.reading import DATABASE, read
from matinee.dataset import Dataset, Histories, Signals
from matinee.errors import InputError
from matinee.settings import Settings
from matinee.store.catalogue import import_tables, read_tables, upsert_films
from matinee.store.opening import Store, open_store
from matinee.store.people import put_consent
from matinee.training import fit
from matinee.training.from_events import signalled, tables_of_signals

NOW = 1_790_000_000


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    """A database with films, without events."""
    opened = open_store(Settings(home=tmp_path, database_url=SecretStr(url)))
    movies = tables().movies.with_columns(runtime=pl.lit(100.0))
    upsert_films(opened.database, movies, NOW)
    yield opened
    opened.database.close()


def _send(store: Store, *said: tuple[str, str, str, dict[str, Any]]) -> None:
    """Events of (viewer, kind, film, more), a second apart."""
    batch = [
        {"event_id": f"{k:032x}", "user_id": user, "kind": kind, "item_id": film}
        | {"timestamp": NOW - 20_000 + k}
        | more
        for k, (user, kind, film, more) in enumerate(said)
    ]
    answers = store.log.append(batch, NOW)
    assert {each.state for each in answers} == {"accepted"}


def _of(data: Dataset, histories: Histories, user: str) -> dict[str, float]:
    """What a viewer's history says of each film."""
    row = histories.take(data.users.numbers([user]))
    return dict(zip(data.items.ids.gather(row.numbers), row.strength.tolist(), strict=True))


def test_every_signal_teaches_and_only_what_is_known_hides(store: Store) -> None:
    _send(
        store,
        ("a", "complete", "m10", {}),
        ("a", "stop", "m11", {"position_s": 600.0}),
        ("a", "add_to_list", "m12", {}),
        ("a", "impression", "m13", {}),
        ("a", "rate", "m14", {"value": 5.0}),
        ("a", "not_interested", "m15", {}),
        ("b", "impression", "m10", {}),
        ("b", "open", "m16", {"timestamp": NOW}),
        ("b", "seen_elsewhere", "m17", {"timestamp": NOW}),
    )
    found = signalled(store.database)
    teaches = _of(found.data, found.data.histories, "a")
    assert teaches == pytest.approx(
        {"m10": 1, "m11": -0.4 * (1 - 0.1 / 0.5), "m12": 0.3, "m13": -0.02, "m14": 1, "m15": -1}
    )
    assert _of(found.data, found.known, "a").keys() == {"m10", "m11", "m14", "m15"}
    assert _of(found.data, found.known, "b") == {"m17": 0}
    assert _of(found.data, found.data.histories, "b").keys() == {"m10", "m16", "m17"}
    plain = tables_of_signals(store.database)
    data = Dataset.from_tables(plain)
    assert _of(data, data.histories, "a") == pytest.approx(
        {"m10": 1, "m11": -0.32, "m14": 1, "m15": -1}
    )


def test_plays_alone_are_enough_for_a_model(store: Store) -> None:
    """Viewers who watched one film of a pair watched the other; nobody has rated anything."""
    said = [
        (f"v{k}", "complete", film, {})
        for k in range(40)
        for film in (("m10", "m11") if k % 2 else ("m20", "m21"))
    ]
    _send(store, *said, ("new", "complete", "m10", {}))
    assert read_tables(store.database).ratings.height == 0
    data = signalled(store.database).data
    scorer = fit("ease", data).scorer
    scores = scorer.score(data.histories.take(data.users.numbers(["new"])))[0]
    films = scorer.items.numbers(["m11", "m20", "m21"])
    assert scores[films[0]] > 10 * np.abs(scores[films[1:]]).max()


def test_imported_ratings_say_what_they_said_before(store: Store) -> None:
    import_tables(store.database, store.key, tables(), NOW)
    before = Dataset.from_tables(read_tables(store.database))
    for data in (
        signalled(store.database).data,
        Dataset.from_tables(tables_of_signals(store.database)),
    ):
        assert data.users.ids.to_list() == before.users.ids.to_list()
        for name in ("indptr", "numbers", "strength", "rating", "time"):
            np.testing.assert_array_equal(
                getattr(data.histories, name), getattr(before.histories, name)
            )


def test_weights_are_what_they_are_said_to_be(store: Store) -> None:
    _send(store, ("a", "add_to_list", "m12", {}), ("a", "like", "m10", {}))
    data = signalled(store.database, Signals(listed=0.7, like=0.5)).data
    assert _of(data, data.histories, "a") == pytest.approx({"m10": 0.5, "m12": 0.7})


def test_who_forbids_it_is_not_learnt_from(store: Store) -> None:
    _send(store, ("a", "like", "m10", {}), ("b", "like", "m10", {}))
    put_consent(store.database, store.key, "b", {"improvement": False}, "viewer", NOW)
    assert signalled(store.database).data.users.ids.to_list() == ["a"]
    put_consent(store.database, store.key, "b", {"improvement": True}, "viewer", NOW)
    assert signalled(store.database).data.users.ids.to_list() == ["a", "b"]


def test_a_database_of_nothing_is_told(url: str, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=SecretStr(url))
    with pytest.raises(InputError, match="expected films or ratings, got none"):
        read(DATABASE, settings=settings)
