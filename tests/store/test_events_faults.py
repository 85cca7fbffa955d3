"""What was acknowledged is there exactly once: senders at once, senders killed."""

import subprocess
import sys
import threading
import time
import uuid
from collections import Counter

import pytest

from matinee.errors import StoreError
from matinee.schema import RatingScale
from matinee.store.database import connect
from matinee.store.events import EventLog
from matinee.store.key import Key
from matinee.store.sequence import settled

NOW = 1_750_000_000


def batch(start: int, count: int) -> list[dict[str, object]]:
    sent = {"user_id": "u", "item_id": "heat", "kind": "play", "timestamp": NOW}
    return [sent | {"event_id": str(uuid.UUID(int=k))} for k in range(start, start + count)]


def test_a_batch_sent_by_many_at_once_is_accepted_once(log: EventLog) -> None:
    answers: list[str] = []
    failed: list[Exception] = []

    def send(backwards: bool) -> None:
        try:
            for start in range(0, 300, 30):
                rows = batch(start, 30)
                sent = log.append(rows[::-1] if backwards else rows, NOW)
                answers.extend(answer.state for answer in sent)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=send, args=(k % 2 == 1,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert Counter(answers) == {"accepted": 300, "repeated": 900}
    assert log.of_viewer("u")["event_id"].n_unique() == log.of_viewer("u").height == 300


SENDER = """
import sys, uuid
from matinee.schema import RatingScale
from matinee.store.database import connect
from matinee.store.events import EventLog
from matinee.store.key import Key

log = EventLog(connect(sys.argv[1]), Key(b"a key of these tests"), RatingScale(0.5, 5, 0.5))
sent = {"user_id": "u", "item_id": "heat", "kind": "play", "timestamp": 1750000000}
for number in range(int(sys.argv[2]), 10**9, 3):
    batch = [sent | {"event_id": str(uuid.UUID(int=k))} for k in range(number, number + 3)]
    answers = log.append(batch, 1750000000)
    assert {answer.state for answer in answers} == {"accepted"}
    print(number, flush=True)
"""


def test_what_a_killed_program_acknowledged_is_there(log: EventLog, url: str) -> None:
    """And what it did not is there whole or not at all: its batch may be sent again."""
    for kill in range(3):
        start = kill * 10**6
        run = [sys.executable, "-c", SENDER, url, str(start)]
        with subprocess.Popen(run, stdout=subprocess.PIPE, text=True) as sender:
            assert sender.stdout is not None
            first = sender.stdout.readline()
            time.sleep(0.05 + 0.1 * kill)
            sender.kill()
            lines = [first, *sender.stdout.read().splitlines()]
        settled(log.database)  # a server may still be at the commit that its dead client asked for
        acknowledged = [int(line) + k for line in lines if line.strip() for k in range(3)]
        assert acknowledged
        kept = [uuid.UUID(id_).int for id_ in log.of_viewer("u", limit=10**6)["event_id"]]
        kept = sorted(number for number in kept if number >= start)
        assert len(set(kept)) == len(kept)
        assert kept[: len(acknowledged)] == acknowledged
        assert len(kept) - len(acknowledged) in (0, 3)
        states = {answer.state for answer in log.append(batch(start, len(kept) + 3), NOW)}
        assert states == {"accepted", "repeated"}


def test_a_database_that_does_not_answer_acknowledges_nothing() -> None:
    elsewhere = connect("postgresql://postgres@127.0.0.1:1/none")
    away = EventLog(elsewhere, Key(b"a key of these tests"), RatingScale(1, 5, 1))
    with pytest.raises(StoreError, match="expected it to answer, got"):
        away.append(batch(0, 3), NOW)
    elsewhere.close()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_connections_that_the_server_ended_are_made_anew(log: EventLog) -> None:
    log.append(batch(0, 3), NOW)
    other = connect(log.database.engine.url.render_as_string(hide_password=False))
    with other.reading() as connection:
        ended = connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).all()
    other.close()
    assert len(ended) >= 1
    assert {answer.state for answer in log.append(batch(3, 3), NOW)} == {"accepted"}
