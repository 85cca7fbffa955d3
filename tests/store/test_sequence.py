"""A reader in order never misses an event whose transaction commits late."""

import threading
import time
import uuid

import pytest
from sqlalchemy import delete, select

from matinee.schema import EVENTS
from matinee.store.database import Database, connect
from matinee.store.events import EventLog
from matinee.store.sequence import announce_writer, settled
from matinee.store.tables import events
from matinee.store.writing import insert_new

NOW = 1_750_000_000


def row(number: int) -> list[object]:
    values = {"event_id": uuid.UUID(int=number).hex, "user_id": "u", "kind": "search"}
    return [(values | {"timestamp": NOW, "received_at": NOW}).get(name) for name in EVENTS]


def write(database: Database, number: int) -> None:
    with database.writing() as connection:
        announce_writer(connection)
        insert_new(connection, events, tuple(EVENTS), [row(number)])


POSTGRES = pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # SQLite: one writer


@POSTGRES
def test_a_late_commit_is_waited_for_and_not_skipped(database: Database) -> None:
    log_numbers: list[int] = []
    with database.engine.connect() as late:
        late.begin()
        announce_writer(late)
        insert_new(late, events, tuple(EVENTS), [row(1)])  # has number 1, and does not commit
        write(database, 2)
        with database.reading() as connection:
            assert connection.execute(select(events.c.seq)).scalars().all() == [2]  # the trap
        assert settled(database, wait_s=0.05) is None
        threading.Timer(0.2, late.commit).start()
        bound = settled(database)
        assert bound == 2
        with database.reading() as connection:
            query = select(events.c.seq).where(events.c.seq <= bound)
            log_numbers = sorted(connection.execute(query).scalars())
    assert log_numbers == [1, 2]


@POSTGRES
def test_a_writer_never_waits_for_a_reader_that_waits(database: Database) -> None:
    with database.engine.connect() as late:
        late.begin()
        announce_writer(late)
        waiting = threading.Thread(target=settled, args=(database,), kwargs={"wait_s": 1.0})
        waiting.start()
        write(database, 1)
        assert waiting.is_alive()
        late.rollback()
        waiting.join()


@POSTGRES
def test_a_batch_is_announced_before_it_is_numbered(log: EventLog) -> None:
    """Held up by another's insert of the same event, it is waited for."""
    sent = {"event_id": str(uuid.UUID(int=1)), "user_id": "u", "kind": "search"}
    appending = threading.Thread(target=log.append, args=([sent | {"timestamp": NOW}], NOW))
    with log.database.engine.connect() as other:
        other.begin()
        insert_new(other, events, tuple(EVENTS), [row(1)])
        assert settled(log.database) == 1  # this one did not say that it writes
        appending.start()
        until = time.monotonic() + 5
        while settled(log.database, wait_s=0) is not None and time.monotonic() < until:
            time.sleep(0.01)
        announced = settled(log.database, wait_s=0) is None
        other.rollback()
    appending.join()
    assert announced
    assert log.between(0, settled(log.database) or 0).height == 1


@POSTGRES
def test_later_writers_do_not_keep_a_reader(database: Database) -> None:
    """Only those are waited for who had begun; a busy log is read all the same."""
    ends = threading.Event()
    other = connect(database.engine.url.render_as_string(hide_password=False))

    def always_writing(start: int) -> None:
        number = start
        while not ends.is_set():
            write(other, number)
            number += 1

    threads = [threading.Thread(target=always_writing, args=(k * 10**6,)) for k in (1, 2, 3)]
    for thread in threads:
        thread.start()
    try:
        bounds = [settled(database) for _ in range(20)]
    finally:
        ends.set()
        for thread in threads:
            thread.join()
        other.close()
    assert all(bound is not None for bound in bounds)


def test_readers_that_follow_many_writers_see_every_event_once(log: EventLog) -> None:
    counts, each = 4, 40
    done = threading.Event()

    def append(writer: int) -> None:
        for number in range(each):
            event_id = str(uuid.UUID(int=writer * 1000 + number))
            sent = {"event_id": event_id, "user_id": f"u{writer}", "kind": "search"}
            log.append([sent | {"timestamp": NOW}], NOW)

    threads = [threading.Thread(target=append, args=(writer,)) for writer in range(counts)]
    for thread in threads:
        thread.start()
    seen: list[str] = []
    after = 0
    while not (done.is_set() and after == settled(log.database)):
        until = settled(log.database)
        if until is not None and until > after:
            seen += log.between(after, until)["event_id"].to_list()
            after = until
        if not any(thread.is_alive() for thread in threads):
            done.set()
    assert len(seen) == counts * each
    assert len(set(seen)) == counts * each


def test_a_number_is_never_given_twice(database: Database) -> None:
    write(database, 1)
    assert settled(database) == 1
    with database.writing() as connection:
        connection.execute(delete(events))
    assert settled(database) == 1
    write(database, 2)
    assert settled(database) == 2


def test_an_empty_log_is_settled(database: Database) -> None:
    assert settled(database) == 0
