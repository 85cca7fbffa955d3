"""What a worker remembers of viewers is what the database has, whoever wrote or erased it."""

import secrets
import threading
import time
from collections.abc import Iterator

import pytest
from tests.service.conftest import event

from matinee.dataset import Doings
from matinee.schema import RatingScale
from matinee.service import viewers as module
from matinee.service.viewers import Viewers
from matinee.store.database import open_database
from matinee.store.erasing import erase
from matinee.store.events import EventLog
from matinee.store.key import Key

NOW = int(time.time())


class Counted:
    """A log that counts the rows it gives out."""

    def __init__(self, log: EventLog) -> None:
        self.log, self.rows = log, 0
        self.tally, self.database = log.tally, log.database

    def rows_of(self, *asked: object, **more: object) -> object:
        found = self.log.rows_of(*asked, **more)  # type: ignore[arg-type]
        self.rows += len(found)
        return found


@pytest.fixture
def log(url: str) -> Iterator[EventLog]:
    database = open_database(url)
    yield EventLog(database, Key(b"a key of these tests"), RatingScale(0.5, 5, 0.5))
    database.close()


def same(found: Doings, log: EventLog, user_id: str = "u") -> bool:
    kept = log.of_viewer(user_id)
    ids = [id_.decode() for id_ in found.event_id.tolist()]
    return ids == kept["event_id"].str.replace_all("-", "").to_list()


def send(log: EventLog, count: int = 1, **more: object) -> None:
    sent = [event("play", f"m{k}", user_id="u", **more) for k in range(count)]
    assert {answer.state for answer in log.append(sent, int(time.time()))} == {"accepted"}


def test_a_page_reads_only_what_is_new_of_a_viewer(log: EventLog) -> None:
    viewers, counted = Viewers(), Counted(log)
    send(log, 20)
    for count, rows in ((0, 20), (0, 0), (3, 3), (0, 0), (1, 1)):
        if count:
            send(log, count, timestamp=NOW - 5_000)  # late: they stand where they belong
        counted.rows = 0
        assert same(viewers.of("u", counted).doings, log)  # type: ignore[arg-type]
        assert counted.rows == rows
    assert len(viewers.of("somebody else", log).doings) == 0
    assert viewers.remembered() == ["u"]


def test_an_erased_viewer_is_not_remembered(log: EventLog) -> None:
    viewers = Viewers()
    send(log, 3)
    assert len(viewers.of("u", log).doings) == 3
    erase(log.database, log.key, "u", int(time.time()))
    assert len(viewers.of("u", log).doings) == 0
    assert viewers.remembered() == []


def test_more_is_forgotten_than_may_be_remembered(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_VIEWERS", 3)
    monkeypatch.setattr(module, "_MOST_REMEMBERED", 10)
    viewers = Viewers()
    for name, count in (("a", 4), ("b", 4), ("c", 4), ("d", 1), ("e", 1), ("f", 1)):
        log.append([event("play", "m", user_id=name) for _ in range(count)], int(time.time()))
        assert same(viewers.of(name, log).doings, log, name)
    assert viewers.remembered() == ["d", "e", "f"]
    viewers.of("d", log)
    log.append([event("play", "m", user_id="g")], int(time.time()))
    viewers.of("g", log)
    assert viewers.remembered() == ["f", "d", "g"]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_an_event_with_a_lower_number_that_comes_later_is_not_missed(log: EventLog) -> None:
    """On PostgreSQL numbers are given before the commit, so 8 can be there before 7."""
    viewers = Viewers()
    send(log)
    assert len(viewers.of("u", log).doings) == 1
    with log.database.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO events (event_id, user_id, item_id, kind, timestamp, received_at) "
            f"VALUES ('{secrets.token_hex(16)}', 'u', 'm7', 'play', {NOW}, {NOW})"
        )
        writer = threading.Thread(target=send, args=(log,))
        writer.start()
        writer.join()
        assert len(viewers.of("u", log).doings) == 2
    assert len(viewers.of("u", log).doings) == 3
    assert same(viewers.of("u", log).doings, log) or len(log.of_viewer("u")) == 3
