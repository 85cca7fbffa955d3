"""A viewer erased from the database: every row, the space it stood in, and what comes later."""

from sqlalchemy import Connection, Table, Text, delete, select, text

from matinee.errors import StoreError
from matinee.store.database import Database
from matinee.store.key import Key
from matinee.store.sequence import settled
from matinee.store.tables import (
    audit,
    consents,
    events,
    pages,
    profiles,
    taken_out,
    tombstones,
)
from matinee.store.writing import insert_ignoring

# Every table with the id of a viewer; a test compares with the schema.
HOLDING = (events, pages, consents, taken_out, profiles)


def erase(database: Database, key: Key, user_id: str, now: int) -> dict[str, int]:
    """Erase a viewer; how many rows each table held.

    First the tombstone, so that `append` refuses what comes from now on; then, when the writers who
    had begun before it have ended, the rows; then the space: SQLite's log is emptied into the file,
    where `secure_delete` has overwritten the rows, PostgreSQL's tables are vacuumed and its
    statistics of them gathered anew. Erasing again is no error. StoreError where a writer does not
    end, or another program holds SQLite's log: the viewer is refused from then on, and erasing
    again does the rest.
    """
    with database.writing() as connection:
        row = {"digest": key.tombstone(user_id), "erased_at": now}
        connection.execute(insert_ignoring(connection, tombstones), row)
    if settled(database, wait_s=10.0) is None:
        raise StoreError(f"database {database.name}: expected writers to end, got none in 10 s")
    with database.writing() as connection:
        counts = {
            table.name: connection.execute(delete(table).where(table.c.user_id == user_id)).rowcount
            for table in HOLDING
        }
        acts = delete(audit).where(audit.c.subject == key.pseudonym(user_id))
        counts[audit.name] = connection.execute(acts).rowcount
    reclaim(database)
    return counts


def reclaim(database: Database) -> None:
    """Give back the space of deleted rows, so that nothing of them is left in the files.

    StoreError where a reader holds SQLite's log.
    """
    with database.reading() as connection:
        if database.postgres:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            for table in (*HOLDING, audit):
                # Its statistics name the most frequent values, such as ids of busy viewers.
                connection.execute(text(f"VACUUM (ANALYZE) {table.name}"))
                _without_statistics_of_nothing(connection, table)
            return
    with database.raw() as raw:
        busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise StoreError(
            f"database {database.name}: expected its log to be emptied, got a reader that holds it"
        )


def _without_statistics_of_nothing(connection: Connection, table: Table) -> None:
    """Of an empty table ANALYZE leaves the old statistics: to name a column's type ends them."""
    if connection.execute(select(table).limit(1)).first() is None:
        named = [column.name for column in table.c if isinstance(column.type, Text)]
        changes = ", ".join(f'ALTER COLUMN "{name}" TYPE text' for name in named)
        connection.execute(text(f"ALTER TABLE {table.name} {changes}"))
