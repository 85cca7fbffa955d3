"""Profiles, consent, the audit log, API keys, and a viewer erased from all of it."""

import sqlite3
import threading
import uuid
from pathlib import Path

import pytest
from sqlalchemy import select, text

from matinee.errors import InputError, StoreError
from matinee.schema import RatingScale
from matinee.store.access import make_api_key, revoke_api_keys, scope_of
from matinee.store.choices import take_out
from matinee.store.database import Database, open_database, sqlite_url
from matinee.store.erasing import HOLDING, erase
from matinee.store.events import EventLog
from matinee.store.key import Key, hold_to_key, read_key
from matinee.store.people import (
    Profile,
    consent_of,
    profile_of,
    profiles_of_account,
    put_consent,
    put_profile,
    read_audit,
    record,
)
from matinee.store.sequence import announce_writer
from matinee.store.served import ServedPage, read_exposures, record_pages
from matinee.store.tables import api_keys, metadata

NOW = 1_750_000_000
KEY = Key(b"a key of these tests")
SCALE = RatingScale(0.5, 5, 0.5)


def event(user_id: str) -> dict[str, object]:
    sent = {"event_id": str(uuid.uuid4()), "user_id": user_id, "item_id": "heat", "kind": "play"}
    return sent | {"timestamp": NOW}


def test_profiles_share_an_account(database: Database) -> None:
    put_profile(database, KEY, Profile("child", "home", 12), NOW)
    put_profile(database, KEY, Profile("adult", "home"), NOW)
    put_profile(database, KEY, Profile("child", "home", 16), NOW + 1)
    assert profiles_of_account(database, "home") == ["adult", "child"]
    assert profile_of(database, "child") == Profile("child", "home", 16)
    assert profile_of(database, "stranger") == Profile("stranger")
    with pytest.raises(InputError, match="maturity_limit: expected years from 0 to 150, got -1"):
        Profile("child", None, -1)
    with pytest.raises(InputError, match="user_id: expected 1 to 128 printable characters"):
        Profile("a\nb")


def test_consent_stands_until_it_is_changed_and_is_on_record(database: Database) -> None:
    assert consent_of(database, "u") == dict.fromkeys(
        ("personalisation", "improvement", "experiments")
    )
    put_consent(database, KEY, "u", {"personalisation": True, "experiments": False}, "viewer", NOW)
    put_consent(database, KEY, "u", {"personalisation": False}, "desk", NOW + 5)
    assert consent_of(database, "u") == {
        "personalisation": False,
        "improvement": None,
        "experiments": False,
    }
    record(database, "desk", "looked", NOW + 6)
    entries = read_audit(database, NOW + 1)
    assert entries.rows() == [
        (NOW + 5, "desk", "consent personalisation withdrawn", KEY.pseudonym("u")),
        (NOW + 6, "desk", "looked", None),
    ]
    assert read_audit(database).height == 4
    assert "u" not in read_audit(database)["subject"].to_list()
    with pytest.raises(InputError, match=r"consent: expected purposes .*got \['sale'\]"):
        put_consent(database, KEY, "u", {"sale": True}, "viewer", NOW)  # type: ignore[dict-item]


def test_an_api_key_lets_in_until_it_is_revoked_and_is_not_kept(database: Database) -> None:
    first = make_api_key(database, "player", "ingest", NOW)
    second = make_api_key(database, "player", "ingest", NOW)
    admin = make_api_key(database, "desk", "admin", NOW)
    assert scope_of(database, first, NOW) == ("player", "ingest")
    assert scope_of(database, first[:-1], NOW) is None
    with database.reading() as connection:
        kept = connection.execute(select(api_keys)).all()
    assert not any(key in str(kept) for key in (first, second, admin))
    assert revoke_api_keys(database, "player", NOW) == 2
    assert scope_of(database, first, NOW) is scope_of(database, second, NOW) is None
    assert scope_of(database, admin, NOW) == ("desk", "admin")
    with pytest.raises(InputError, match="API key: expected a scope of ingest, serve, admin"):
        make_api_key(database, "x", "root", NOW)  # type: ignore[arg-type]


def test_the_tables_that_hold_a_viewer_are_those_that_are_erased() -> None:
    named = {table.name for table in metadata.tables.values() if "user_id" in table.c}
    assert named == {table.name for table in HOLDING}


def fill(log: EventLog, user_id: str) -> None:
    database = log.database
    log.append([event(user_id) for _ in range(5)], NOW)
    put_profile(database, KEY, Profile(user_id, "home"), NOW)
    put_consent(database, log.key, user_id, {"experiments": True}, "viewer", NOW)
    take_out(database, log.key, user_id, "heat", NOW)
    page = ServedPage(f"page of {user_id}", user_id, "default", NOW, [(0, 1, "heat", 0.5)])
    record_pages(database, log.key, [page])


def test_an_erased_viewer_is_nowhere_and_does_not_come_back(log: EventLog) -> None:
    database = log.database
    for user_id in ("gone for ever", "stays"):
        fill(log, user_id)
    counts = erase(database, log.key, "gone for ever", NOW)
    assert counts == dict.fromkeys([table.name for table in HOLDING], 1) | {"events": 5, "audit": 1}
    everything = _dump(database)
    for trace in ("gone for ever", log.key.pseudonym("gone for ever")):
        assert trace not in everything
    assert everything.count("stays") >= 8
    assert log.append([event("gone for ever")], NOW)[0].state == "refused"
    assert sum(erase(database, log.key, "gone for ever", NOW + 1).values()) == 0
    assert log.append([event("stays")], NOW)[0].state == "accepted"
    assert read_exposures(database)["user_id"].to_list() == ["stays"]


@pytest.mark.parametrize("others", [["stays"], []])
def test_statistics_of_postgresql_do_not_name_who_was_erased(
    log: EventLog, others: list[str]
) -> None:
    database = log.database
    if not database.postgres:
        pytest.skip("SQLite's statistics are counts")
    for user_id in ("gone for ever", *others):
        fill(log, user_id)
    named = text("SELECT count(*) FROM pg_stats WHERE pg_stats::text LIKE '%gone for ever%'")
    with database.reading() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("ANALYZE"))
        assert connection.execute(named).scalar() > 0
    erase(database, log.key, "gone for ever", NOW)
    with database.reading() as connection:
        assert connection.execute(named).scalar() == 0


def test_erasure_leaves_no_byte_in_sqlites_files(tmp_path: Path) -> None:
    database = open_database(sqlite_url(tmp_path))
    log = EventLog(database, KEY, SCALE)
    fill(log, "gone for ever")
    erase(database, KEY, "gone for ever", NOW)
    assert all(b"gone for ever" not in path.read_bytes() for path in tmp_path.iterdir())
    database.close()


def test_erasure_that_cannot_empty_sqlites_log_says_so(tmp_path: Path) -> None:
    database = open_database(sqlite_url(tmp_path))
    fill(EventLog(database, KEY, SCALE), "gone")
    reader = sqlite3.connect(tmp_path / "matinee.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM events").fetchall()
    with database.raw() as raw:
        raw.execute("PRAGMA busy_timeout = 50")  # the pool's only connection so far
    with pytest.raises(StoreError, match="expected its log to be emptied, got a reader"):
        erase(database, KEY, "gone", NOW)
    reader.close()
    assert erase(database, KEY, "gone", NOW)["events"] == 0
    database.close()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_an_event_that_was_on_its_way_is_erased_too(log: EventLog) -> None:
    """Its writer looked for tombstones before there was one, and commits after."""
    database = log.database
    looked, stored = threading.Event(), threading.Event()

    def late() -> None:
        with database.writing() as connection:
            announce_writer(connection)
            looked.set()
            stored.wait()
            sent = "INSERT INTO events (event_id, user_id, kind, timestamp, received_at) "
            values = "VALUES (gen_random_uuid(), 'gone', 'search', 1, 1)"
            connection.execute(text(sent + values))

    writer = threading.Thread(target=late)
    writer.start()
    looked.wait()
    threading.Timer(0.3, stored.set).start()
    assert erase(database, log.key, "gone", NOW)["events"] == 1
    writer.join()
    assert log.of_viewer("gone").is_empty()


def test_a_workspace_makes_its_key_once_and_a_database_keeps_to_it(
    database: Database, tmp_path: Path
) -> None:
    key = read_key(tmp_path / "home", None)
    assert read_key(tmp_path / "home", None) == key
    assert (tmp_path / "home" / "secret.key").stat().st_mode & 0o077 == 0
    assert str(key.secret) not in repr(key)
    hold_to_key(database, key)
    hold_to_key(database, key)
    with pytest.raises(InputError, match=r"expected the key that it was first used with"):
        hold_to_key(database, read_key(tmp_path / "other", None))
    with pytest.raises(InputError, match=r"MATINEE_SECRET: expected at least 16 characters, got 5"):
        read_key(tmp_path, "short")
    assert len({key.tombstone("u"), key.pseudonym("u"), key.pseudonym("v")}) == 3


def _dump(database: Database) -> str:
    with database.reading() as connection:
        rows = [str(connection.execute(select(t)).all()) for t in metadata.tables.values()]
    return "\n".join(rows)
