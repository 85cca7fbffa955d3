"""The database: opened from a URL, SQLite or PostgreSQL; the only place that makes connections."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from matinee.errors import InputError, MissingPackage, StoreError
from matinee.settings import PURPOSES, Purpose

_BUSY_MS = 5_000  # how long a writer of SQLite waits for another
_CONNECT_S = 3
_FORMS = "sqlite:///folder/matinee.db or postgresql://user@host:5432/name"
_FORBIDDEN = ("InsufficientPrivilege", "ReadOnlySqlTransaction")  # of psycopg, an extra
Sync = Literal["FULL", "NORMAL"]


@dataclass(frozen=True, slots=True)
class Database:
    """An engine and its name without a password. `open_database` makes it."""

    engine: Engine
    name: str
    consented: frozenset[Purpose] = frozenset(PURPOSES)  # by viewers who have said nothing

    @property
    def postgres(self) -> bool:
        """Whether it is PostgreSQL; else it is SQLite."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection whose changes are not kept; StoreError where the database fails."""
        with self._told(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it on the disk when the block ends, or nothing."""
        # Deferred, two readers of SQLite that become writers would refuse each other at once.
        with (
            self._told(),
            self.engine.connect() as connection,
            connection.execution_options(matinee_begin="BEGIN IMMEDIATE").begin(),
        ):
            yield connection

    @contextmanager
    def raw(self) -> Iterator[Any]:
        """The driver's own connection, outside any transaction."""
        with self._told():
            connection = self.engine.raw_connection()
            try:
                yield connection.driver_connection
            finally:
                connection.close()

    def rows(self, query: str, at_once: int) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a query as the driver has them, some at a time: for millions of them."""
        with self.raw() as connection:
            try:
                # A cursor with a name stays on the server, so that rows come when they are wanted.
                with closing(connection.cursor(*(("rows",) if self.postgres else ()))) as cursor:
                    cursor.execute(query)
                    while rows := cursor.fetchmany(at_once):
                        yield rows
            finally:
                connection.rollback()

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, PoolTimeout) as error:
            raise StoreError(
                f"database {self.name}: expected it to answer, got {_reason(error)}"
            ) from error
        except DBAPIError as error:
            if type(error.orig) is sqlite3.DatabaseError:  # not a database, or a damaged one
                expected = "a SQLite file"
            elif type(error.orig).__name__ in _FORBIDDEN:
                expected = "to be allowed to write there"
            else:
                raise
            raise StoreError(
                f"database {self.name}: expected {expected}, got {_reason(error)}"
            ) from error


def sqlite_url(home: Path) -> str:
    """The default: matinee.db in the workspace."""
    return f"sqlite:///{(home / 'matinee.db').absolute()}"


def connect(url: str, *, sync: Sync = "FULL") -> Database:
    """The database at a URL as it is, its tables not looked at; nothing is reached yet.

    InputError for a URL that is none, MissingPackage where its driver is not installed. `sync`:
    with FULL, SQLite has each commit on the disk before it returns; with NORMAL a commit
    survives `kill -9` and may be lost with the power.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise InputError(f"MATINEE_DATABASE_URL: expected {_FORMS}, got none of both") from None
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        return _sqlite(parsed, sync)
    if kind in ("postgresql", "postgres"):
        return _postgres(parsed.set(drivername="postgresql+psycopg"))
    raise InputError(f"MATINEE_DATABASE_URL: expected {_FORMS}, got {_shown(parsed)}")


def open_database(url: str, *, sync: Sync = "FULL") -> Database:
    """The database at a URL, made or brought to this program's tables if it is older.

    As `connect`; StoreError where it cannot be reached, or a newer matinee has changed it.
    """
    from matinee.store.upgrading import upgrade  # noqa: PLC0415  both need Database

    database = connect(url, sync=sync)
    try:
        upgrade(database)
    except BaseException:
        database.close()
        raise
    return database


def _sqlite(url: URL, sync: Sync) -> Database:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise InputError(
            f"MATINEE_DATABASE_URL: expected a file, as in sqlite:///folder/matinee.db, got "
            f"{_shown(url)}"
        )
    path = Path(url.database).absolute()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():  # what viewers did is for the owner's eyes; SQLite's own is 0644
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(
            f"database {_shown(url)}: expected a place for the file, got {error.strerror}"
        ) from error
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        connect_args={"timeout": _BUSY_MS / 1000, "check_same_thread": False},
        pool_size=4,
        max_overflow=12,
        pool_timeout=_CONNECT_S,
    )

    def prepare(raw: DBAPIConnection, _: object) -> None:
        connection: Any = raw
        connection.isolation_level = None  # transactions begin where we say, not where the driver
        for pragma in (
            f"busy_timeout = {_BUSY_MS}",
            "journal_mode = WAL",
            f"synchronous = {sync}",
            "foreign_keys = ON",
            "secure_delete = ON",  # what is deleted is overwritten
            "cache_size = -8192",  # KiB, of each connection; UUIDs fall anywhere in their index
        ):
            connection.execute(f"PRAGMA {pragma}")

    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        connection.exec_driver_sql(options.get("matinee_begin", "BEGIN"))

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return Database(engine, _shown(url))


def _postgres(url: URL) -> Database:
    try:
        engine = create_engine(
            url,
            connect_args={"connect_timeout": _CONNECT_S, "application_name": "matinee"},
            pool_size=4,
            max_overflow=12,
            pool_timeout=_CONNECT_S,
            pool_pre_ping=True,  # a server that was restarted is noticed before, not by, a request
        )
    except ImportError:
        raise MissingPackage(
            "PostgreSQL: expected the driver psycopg, which is not installed; "
            'pip install "matinee[postgres]"'
        ) from None
    return Database(engine, _shown(url))


def shown_url(url: str) -> str:
    """A URL as people may see it; of what is none, nothing: it may be a password."""
    try:
        return _shown(make_url(url))
    except ArgumentError:
        return "not a URL"


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=True)


def _reason(error: Exception) -> str:
    """The first line of what the driver says, which holds no password."""
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[0] if said else type(error).__name__
