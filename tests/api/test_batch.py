"""The lists of all viewers in one file are the lists of each, whole or not there."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from pydantic import SecretStr
from tests.conftest import tables

from matinee import api
from matinee.api import batch
from matinee.api.batch import LISTS, Lists, write_lists
from matinee.api.live_lists import live_lists
from matinee.dataset import Dataset
from matinee.errors import InputError
from matinee.settings import Settings
from matinee.store.catalogue import import_tables, withdraw
from matinee.store.choices import take_out
from matinee.store.database import sqlite_url
from matinee.store.opening import open_store
from matinee.store.people import put_consent
from matinee.training.from_events import signalled
from matinee.training.versions import Terms, new_version


@pytest.fixture(scope="module")
def data() -> Dataset:
    return Dataset.from_tables(tables())


@pytest.mark.parametrize("model", ["ease", "blend", "als:factors=4"])
def test_each_list_is_what_its_viewer_is_recommended(
    model: str, data: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "_EXPLAINED", 3)  # so that seven rows are explained in parts
    trained = api.fit(data, model)
    done: list[tuple[int, int]] = []
    path = tmp_path / "lists.parquet"
    viewers = write_lists(Lists.of(data, trained), path, 5, lambda *said: done.append(said), rows=7)
    found = pl.read_parquet(path)
    assert dict(found.schema) == LISTS
    assert viewers == found["user_id"].n_unique() == len(data.users)
    assert done[-1] == (len(data.users), len(data.users))
    assert len(done) == -(-len(data.users) // 7)
    for user in data.users.ids:
        own = found.filter(user_id=user)
        alone = api.recommend(data, user=user, model=trained, n=5, why=1)
        if own["reason"][0].startswith("for anybody"):
            continue
        assert own["item_id"].to_list() == [item.item_id for item in alone.items]
        assert own["rank"].to_list() == list(range(1, own.height + 1))
        np.testing.assert_allclose(
            own["score"].to_numpy(), [item.score for item in alone.items], rtol=1e-4, atol=1e-6
        )
        first = max(alone.items[0].reasons, key=lambda reason: reason.contribution)
        assert own["reason"][0] == (first.text if first.contribution > 0 else "")
    assert not list(tmp_path.glob(".*"))


def test_who_likes_nothing_gets_what_is_best_for_anybody(tmp_path: Path) -> None:
    found = tables()
    ratings = found.ratings.with_columns(
        rating=pl.when(pl.col("user_id") == "u5").then(0.5).otherwise("rating").cast(pl.Float32)
    )
    data = Dataset.from_tables(replace(found, ratings=ratings))
    lists = Lists.of(data, api.fit(data, "ease"))
    own = pl.concat(lists.chunks(30)).filter(user_id="u5")
    assert set(own["reason"]) == {"for anybody: nothing that this viewer likes is known"}
    best = api.recommend(data, n=30)
    seen = set(ratings.filter(user_id="u5")["item_id"])
    expected = [item.item_id for item in best.items if item.item_id not in seen]
    assert own["item_id"].to_list() == expected


def test_a_file_is_whole_or_as_it_was(data: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "lists.parquet"
    path.write_bytes(b"before")

    def stop(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    lists = Lists.of(data, api.fit(data, "ease"))
    with pytest.raises(KeyboardInterrupt):
        write_lists(lists, path, 5, stop, rows=5)
    assert path.read_bytes() == b"before"
    assert [each.name for each in tmp_path.iterdir()] == ["lists.parquet"]
    blocked = tmp_path / "lists.parquet" / "more.parquet"
    with pytest.raises(InputError, match=r"--out .*: expected to write it, got"):
        write_lists(lists, blocked, 5)


def test_a_database_is_served_by_its_live_version_and_as_its_viewers_wish(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=SecretStr(sqlite_url(tmp_path)))
    store = open_store(settings)
    database, now = store.database, int(time.time())
    import_tables(database, store.key, tables(), now - 60)
    with pytest.raises(InputError, match="expected a live version of the database, got none"):
        live_lists(settings)
    new_version(database, store.versions, lambda w: signalled(database, w), Terms("ease", 0.1))
    before, name = live_lists(settings)
    assert name.startswith("ease")
    first = pl.concat(before.chunks(5))
    mine = first.filter(user_id="u8")
    liked = tables().ratings.filter(pl.col("user_id") == "u8").sort("rating")["item_id"][-1]
    top, second = mine["item_id"][:2]
    put_consent(database, store.key, "u5", {"personalisation": False}, "viewer", now)
    put_consent(database, store.key, "u11", {"improvement": False}, "viewer", now)
    take_out(database, store.key, "u8", top, now)
    take_out(database, store.key, "u8", liked, now)
    withdraw(database, [second], now)
    store.database.close()
    after = pl.concat(live_lists(settings)[0].chunks(5))
    assert set(first["user_id"]) - set(after["user_id"]) == {"u5"}
    assert second not in set(after["item_id"])
    own = after.filter(user_id="u8")
    assert own.height == 5
    assert own["rank"].to_list() == [1, 2, 3, 4, 5]
    assert not {top, liked} & set(own["item_id"])
    title = dict(tables().movies.select("item_id", "title").iter_rows())[liked]
    assert not own["reason"].str.contains(f"{title} ", literal=True).any()
