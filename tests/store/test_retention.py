"""What is too old leaves the database, the lake and the sums; what is younger stays, on both."""

import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select
from tests.store.conftest import KEY

from matinee.dataset import Dataset
from matinee.models import RECIPES
from matinee.store.database import Database
from matinee.store.events import EventLog
from matinee.store.lake import follow, read_lake, snapshot
from matinee.store.opening import Store
from matinee.store.people import read_audit
from matinee.store.retention import (
    Expired,
    Expiry,
    Retention,
    expirable,
    expire,
    last_expiry,
    run_is_due,
)
from matinee.store.served import ServedPage, read_exposures, record_pages
from matinee.store.tables import events
from matinee.store.version_places import FolderPlaces
from matinee.store.workspace import Workspace
from matinee.training.expiring import Keeper
from matinee.training.from_events import tables_of_signals
from matinee.training.learnt import Learnt, keep_statistics

DAY = 86_400
NOW = int(time.time())
MONTH = Retention(30, 30)


def add(log: EventLog, number: int, days: float, kind: str = "like", **more: Any) -> str:
    event_id = str(uuid.UUID(int=number))
    event = {
        "event_id": event_id,
        "user_id": f"v{number % 3}",
        "item_id": f"f{number % 7}",
        "kind": kind,
        "timestamp": int(NOW - days * DAY),
    } | more
    if kind == "retract":
        del event["item_id"]
    (answer,) = log.append([event], NOW)
    assert answer.state == "accepted", answer
    return event_id


def show(database: Database, page_id: str, days: int) -> None:
    cards = [(0, 0, "f1", 1.0)]
    record_pages(database, KEY, [ServedPage(page_id, "v1", "p", NOW - days * DAY, cards)])


def numbers(database: Database) -> list[int]:
    with database.reading() as connection:
        found = connection.execute(select(events.c.event_id)).scalars()
        return sorted(uuid.UUID(str(each)).int for each in found)


def test_what_is_older_goes_and_the_rest_stays(database: Database, log: EventLog) -> None:
    for number, days in enumerate((90, 31, 30, 29, 1)):
        add(log, number, days)
    for page, days in (("old", 31), ("young", 30)):
        show(database, page, days)
    told = expirable(database, MONTH, NOW)
    assert (told.events, told.pages) == (2, 1)
    assert numbers(database) == [0, 1, 2, 3, 4]
    assert expire(database, MONTH, "tests", NOW) == told
    assert numbers(database) == [2, 3, 4]
    assert read_exposures(database)["page_id"].to_list() == ["young"]
    assert last_expiry(database).events_before == NOW - 30 * DAY
    assert last_expiry(database).at >= NOW
    (entry,) = read_audit(database).rows(named=True)
    assert (entry["actor"], entry["subject"]) == ("tests", None)
    day = datetime.fromtimestamp(NOW - 30 * DAY, UTC).strftime("%Y-%m-%d")
    assert entry["action"] == f"expiry of 2 events before {day} and 1 pages before {day}"


def test_what_has_no_limit_is_kept(database: Database, log: EventLog) -> None:
    add(log, 1, 9_000)
    show(database, "old", 9_000)
    assert expire(database, Retention(), "tests", NOW) == Expired(0, 0, 0, 0)
    assert numbers(database) == [1]
    assert expire(database, Retention(0, 30), "tests", NOW).pages == 1
    assert numbers(database) == [1]
    assert last_expiry(database) == Expiry()
    assert read_audit(database).height == 1
    expire(database, Retention(0, 30), "tests", NOW)
    assert read_audit(database).height == 1, "where nothing goes, nothing is told"


def test_what_was_taken_back_does_not_come_back(
    database: Database, log: EventLog, tmp_path: Path
) -> None:
    """A retraction may be told with an older time than what it takes back."""
    young = add(log, 1, 10)
    add(log, 2, 40, "retract", user_id="v1", retracts=young)
    old = add(log, 3, 50)
    add(log, 4, 45, "retract", user_id="v0", retracts=old)
    snapshot(log, tmp_path)
    expire(database, MONTH, "tests", NOW)
    assert numbers(database) == [1, 2]
    follow(log, tmp_path)
    ids = read_lake(tmp_path).collect()["event_id"]
    assert sorted(uuid.UUID(each).int for each in ids) == [1, 2]
    later = NOW + 40 * DAY
    expire(database, MONTH, "tests", later)
    assert numbers(database) == []


def test_many_go_in_steps(
    database: Database, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matinee.store.retention._AT_ONCE", 4)
    for number in range(23):
        add(log, number, 40 if number % 2 else 1)
    for number in range(9):
        show(database, f"p{number}", 40)
    found = expire(database, MONTH, "tests", NOW)
    assert (found.events, found.pages) == (11, 9)
    assert numbers(database) == list(range(0, 23, 2))


def test_every_lake_of_the_database_follows(
    database: Database, log: EventLog, tmp_path: Path
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for number in range(12):
        add(log, number, 40 if number % 3 else 1)
    for folder in (one, two):
        snapshot(log, folder, rows_a_file=5)
    files = {path.name for path in one.glob("*.parquet")}
    expire(database, MONTH, "tests", NOW)
    assert follow(log, one) == 8
    assert follow(log, one) == 0
    assert read_lake(one).collect().height == 4
    assert not files & {path.name for path in one.glob("*.parquet")}
    add(log, 100, 2)
    assert snapshot(log, two) == 1
    assert read_lake(two).collect()["timestamp"].min() == NOW - 2 * DAY
    assert follow(log, tmp_path / "three") == 0
    assert not (tmp_path / "three").exists()


def test_the_sums_are_those_of_what_is_left(
    database: Database, log: EventLog, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    for number in range(60):
        user = f"v{int(rng.integers(9))}"
        add(log, number, 40 if number % 5 == 0 else 1, user_id=user, item_id=f"f{number % 8}")
    store = Store(database, KEY, tmp_path / "lake", FolderPlaces(tmp_path))
    workspace = Workspace(tmp_path)
    data = Dataset.from_tables(tables_of_signals(database))
    (folder,) = keep_statistics(workspace, data, RECIPES["ease"]())
    before, _ = Learnt.load(folder)
    keeper = Keeper(store, workspace, MONTH)
    assert keeper.expire("tests", NOW).events == 12
    after, _ = Learnt.load(folder)
    left = Dataset.from_tables(tables_of_signals(database))
    assert after.statistic.difference(Learnt.of(left, after.weighing).statistic) == 0
    assert len(before.users) == 9
    assert before.differing(left) != after.differing(left) == []
    expire(database, Retention(1, 0), "tests", NOW + 30 * DAY)
    keeper.follow()
    assert not folder.exists(), "with nothing left to learn from there are no sums"


def test_one_of_all_who_ask_does_the_daily_run(database: Database) -> None:
    assert [run_is_due(database, NOW) for _ in range(3)] == [True, False, False]
    assert run_is_due(database, NOW + DAY - 1) is False
    assert run_is_due(database, NOW + DAY) is True


def test_a_run_deletes_by_itself_once_a_day(
    database: Database, log: EventLog, tmp_path: Path
) -> None:
    add(log, 1, 40)
    store = Store(database, KEY, tmp_path / "lake", FolderPlaces(tmp_path))
    Keeper(store, Workspace(tmp_path), Retention()).look("tests", NOW)
    assert numbers(database) == [1]
    keeper = Keeper(store, Workspace(tmp_path), MONTH)
    keeper.look("tests", NOW)
    assert numbers(database) == []
    assert keeper.follow() is True
    assert keeper.follow() is False
    add(log, 2, 40)
    keeper.look("tests", NOW + 60)
    assert numbers(database) == [2]
    keeper.look("tests", NOW + DAY)
    assert numbers(database) == []


def test_the_space_is_given_back(database: Database, log: EventLog, tmp_path: Path) -> None:
    if database.postgres:
        pytest.skip("PostgreSQL's files are its server's")
    add(log, 1, 40, user_id="recognisable-4711")
    add(log, 2, 1)
    expire(database, MONTH, "tests", NOW)
    for path in tmp_path.glob("matinee.db*"):
        assert b"recognisable-4711" not in path.read_bytes()
