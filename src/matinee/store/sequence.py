"""Up to which number a reader of events may read without ever missing one.

PostgreSQL gives a row its number when it is inserted, and shows it when its transaction commits:
number 8 can be seen while 7 is still on its way. A reader that has seen 8 and goes on from there
would never see 7. So each writer holds a shared advisory lock from before its first number to its
commit, and a reader (1) takes the last number given, (2) looks who holds that lock, (3) waits until
those have ended. Whoever begins later gets a higher number. Nobody waits for a reader.

The numbers of a sequence survive a dump and a restore, which transaction ids do not. SQLite has one
writer at a time, so its numbers are in the order of commits by themselves.
"""

import time

from sqlalchemy import Connection, text

from matinee.store.database import Database

_LOCK = 0x6D6174696E6501
_LAST = text("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM events_seq_seq")
_LAST_SQLITE = text("SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0)")
# A lock on one bigint shows its halves in classid and objid, and 1 in objsubid.
_WRITERS = text(
    "SELECT pid, virtualtransaction FROM pg_locks WHERE locktype = 'advisory' AND granted "
    "AND classid = :high AND objid = :low AND objsubid = 1 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def announce_writer(connection: Connection) -> None:
    """Have readers wait for this transaction; before its first event is numbered."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": _LOCK})


def settled(database: Database, *, wait_s: float = 5.0) -> int | None:
    """A number up to which every event that will ever be there is there; 0 if there is none.

    None where a writer of such an event has not ended after `wait_s`: ask again later.
    """
    with database.reading() as connection:
        if not database.postgres:
            return int(connection.execute(_LAST_SQLITE).scalar_one())
        connection.execution_options(isolation_level="AUTOCOMMIT")  # each look at locks is new
        last = int(connection.execute(_LAST).scalar_one())
        waited_for = _writers(connection)
        until = time.monotonic() + wait_s
        while waited_for:
            if time.monotonic() > until:
                return None
            time.sleep(0.005)
            waited_for &= _writers(connection)
        return last


def _writers(connection: Connection) -> set[tuple[int, str]]:
    halves = {"high": _LOCK >> 32, "low": _LOCK & 0xFFFFFFFF}
    return {(row.pid, row.virtualtransaction) for row in connection.execute(_WRITERS, halves)}
