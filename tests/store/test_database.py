"""Databases open by their URL, carry the tables of the program, and fail with a sentence."""

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, inspect, select, text

from matinee.errors import InputError, StoreError
from matinee.store.database import Database, connect, open_database, sqlite_url
from matinee.store.tables import artefacts, facts, metadata, pages
from matinee.store.upgrading import HEAD, migrations, revision, upgrade


def test_migrations_make_exactly_the_tables_of_the_program(bare: Database) -> None:
    assert upgrade(bare) == "none"
    with bare.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        assert revision(connection) == HEAD
        unique = inspect(connection).get_indexes("artefacts")
        assert [index["name"] for index in unique if index["unique"]] == ["artefacts_one_live"]
    assert upgrade(bare) == HEAD
    assert ScriptDirectory.from_config(migrations()).get_current_head() == HEAD


def test_two_programs_may_open_an_empty_database_at_once(url: str) -> None:
    failed: list[BaseException] = []

    def opening() -> None:
        try:
            open_database(url).close()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=opening) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_a_newer_database_is_left_alone(url: str, bare: Database) -> None:
    upgrade(bare)
    with bare.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"expected a revision up to 0002, got '9999', which a"):
        open_database(url)


def test_a_block_that_fails_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.writing() as connection:
            connection.execute(insert(facts), {"name": "n", "value": 1})
            raise InputError("the caller's mistake")

    with pytest.raises(InputError, match="the caller's mistake"):
        fail()
    with database.reading() as connection:
        assert connection.execute(select(facts.c.name)).all() == []


def test_one_artefact_is_live_and_pages_name_one_that_is_known(database: Database) -> None:
    row = {"place": "a", "metrics": {}, "made_at": 1, "state": "live"}
    page = {"page_id": "p", "user_id": "u", "policy": "x", "timestamp": 1, "cards": []}
    with database.writing() as connection:
        connection.execute(insert(artefacts), row | {"artefact_id": "one"})
    with pytest.raises(Exception, match=r"(?i)unique"), database.writing() as connection:
        connection.execute(insert(artefacts), row | {"artefact_id": "two"})
    with pytest.raises(Exception, match=r"(?i)foreign key"), database.writing() as connection:
        connection.execute(insert(pages), page | {"artefact_id": "none"})


def test_sqlite_is_set_to_lose_nothing(tmp_path: Path) -> None:
    database = open_database(sqlite_url(tmp_path))
    with database.reading() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    assert (tmp_path / "matinee.db").stat().st_mode & 0o077 == 0
    database.close()


def test_a_writer_of_sqlite_waits_for_another(tmp_path: Path) -> None:
    database = open_database(sqlite_url(tmp_path))
    begun = threading.Event()

    def write() -> None:
        with database.writing() as connection:
            connection.execute(select(facts)).all()
            begun.set()
            threading.Event().wait(0.2)
            connection.execute(insert(facts), {"name": "slow", "value": 1})

    thread = threading.Thread(target=write)
    thread.start()
    begun.wait()
    with database.writing() as connection:
        assert connection.execute(select(facts.c.name)).scalars().all() == ["slow"]
        connection.execute(insert(facts), {"name": "quick", "value": 1})
    thread.join()
    database.close()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("my database", "MATINEE_DATABASE_URL: expected sqlite:///folder/matinee.db or postgresql"),
        ("mysql://me:hush@host/db", r"MATINEE_DATABASE_URL: expected .* got mysql://me:\*\*\*@"),
        ("sqlite://", "MATINEE_DATABASE_URL: expected a file, as in"),
        ("sqlite:///:memory:", "MATINEE_DATABASE_URL: expected a file, as in"),
    ],
)
def test_a_url_that_is_none_is_told(url: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as told:
        connect(url)
    assert "hush" not in str(told.value)


def test_a_server_that_does_not_answer_is_told_without_the_password() -> None:
    with pytest.raises(StoreError, match=r"postgresql\+psycopg://me:\*\*\*@127") as told:
        open_database("postgresql://me:hush@127.0.0.1:1/db")
    assert "hush" not in str(told.value)
    assert "refused" in str(told.value)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "matinee.db"
    path.write_text("Dear diary, " * 100)
    with pytest.raises(StoreError, match=r"expected a SQLite file, got file is not a database"):
        open_database(sqlite_url(tmp_path))
    with pytest.raises(StoreError, match=r"expected a place for the file, got Not a directory"):
        open_database(f"sqlite:///{path}/deeper/matinee.db")


@pytest.mark.parametrize("option", ["role=pg_monitor", "default_transaction_read_only=on"])
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_server_that_lets_nobody_write_is_told(url: str, option: str) -> None:
    with pytest.raises(StoreError, match="expected to be allowed to write there, got"):
        open_database(f"{url}?options=-c {option}")


def test_a_missing_driver_is_told_with_what_to_install() -> None:
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from matinee.store.database import connect\n"
        "from matinee.errors import MissingPackage\n"
        "try: connect('postgres://me@host/db')\n"
        "except MissingPackage as error: print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("PostgreSQL: expected the driver psycopg, which is not installed")
    assert 'pip install "matinee[postgres]"' in run.stdout


def test_what_is_deleted_is_overwritten(tmp_path: Path) -> None:
    database = open_database(sqlite_url(tmp_path))
    secret = "a name that nobody should find"
    with database.writing() as connection:
        connection.execute(insert(facts), {"name": secret, "value": 1})
    with database.writing() as connection:
        connection.execute(facts.delete())
    database.close()
    raw = sqlite3.connect(tmp_path / "matinee.db")
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    assert all(secret.encode() not in path.read_bytes() for path in tmp_path.iterdir())
