"""Events that come at once are kept together, and answered after they are kept."""

import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any

import pytest
from tests.service.conftest import event

from matinee.errors import StoreError
from matinee.schema import RatingScale
from matinee.service.appender import Appender
from matinee.store.database import open_database
from matinee.store.events import Answer, EventLog
from matinee.store.key import Key

Events = Sequence[Mapping[str, Any]]


class Slow:
    """A log whose commits take a while, or fail; the first waits until it is told to go."""

    def __init__(self, log: EventLog, error: Exception | None = None) -> None:
        self.log, self.error = log, error
        self.batches: list[int] = []
        self.begun, self.go = threading.Event(), threading.Event()

    def append(self, events: Events, now: int) -> list[Answer]:
        self.batches.append(len(events))
        self.begun.set()
        self.go.wait(10)
        time.sleep(0.05)
        if self.error is not None and any(each["user_id"] == "bad" for each in events):
            raise self.error
        return self.log.append(events, now)


@pytest.fixture
def log(url: str) -> Any:
    database = open_database(url)
    yield EventLog(database, Key(b"a key of these tests"), RatingScale(0.5, 5, 0.5))
    database.close()


def test_single_events_that_come_at_once_share_their_commits(log: EventLog) -> None:
    slow = Slow(log)
    appender = Appender(lambda: slow)  # type: ignore[arg-type, return-value]
    answers: list[Answer] = []
    events = [event("play", "m", user_id="u") for _ in range(60)]

    def send(mine: Events) -> None:
        for each in mine:
            answers.extend(appender.append([each]))
            assert each["event_id"] in log.of_viewer("u")["event_id"].str.replace_all("-", "")

    slow.go.set()
    threads = [threading.Thread(target=send, args=(events[k::20],)) for k in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    appender.close()
    assert [answer.state for answer in answers] == ["accepted"] * 60
    assert sum(slow.batches) == 60
    assert len(slow.batches) < 20
    assert log.of_viewer("u").height == 60


def test_each_sender_is_told_of_their_own_events(log: EventLog) -> None:
    slow = Slow(log)
    appender = Appender(lambda: slow)  # type: ignore[arg-type, return-value]
    good, bad = event("play", "m", user_id="u"), event("adore", "m", user_id="u")
    first = appender.send([event("play", "m", user_id="first")])  # the others wait for it
    slow.begun.wait(10)
    sent = [appender.send(events) for events in ([good, bad], [bad], [good, bad, good])]
    slow.go.set()
    appender.close()
    assert [answer.state for answer in first.result()] == ["accepted"]
    states = [[answer.state for answer in answers.result()] for answers in sent]
    assert states == [
        ["accepted", "refused"],
        ["refused"],
        ["repeated", "refused", "repeated"],
    ]
    assert slow.batches == [1, 6]


@pytest.mark.parametrize(
    ("error", "failed"), [(StoreError("database: away"), 3), (ValueError("no row can be"), 1)]
)
def test_a_batch_that_cannot_be_kept_costs_no_other_sender(
    log: EventLog, error: Exception, failed: int
) -> None:
    """A database that is away is away for all; else each is tried alone."""
    slow = Slow(log, error)
    appender = Appender(lambda: slow)  # type: ignore[arg-type, return-value]
    appender.send([event("play", "m", user_id="first")])
    slow.begun.wait(10)
    waiting: list[Future[list[Answer]]] = [
        appender.send([event("play", "m", user_id=user)]) for user in ("u", "bad", "v")
    ]
    slow.go.set()
    appender.close()
    errors = [each.exception() for each in waiting]
    assert errors.count(error) == failed
    assert len(log.of_viewer("u")) == (failed == 1)
