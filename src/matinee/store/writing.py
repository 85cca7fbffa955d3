"""Inserts that both databases understand and SQLAlchemy writes by dialect."""

from collections.abc import Sequence

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_ignoring(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that leaves a row alone whose key, or other unique value, is there already."""
    return _insert(connection, table).on_conflict_do_nothing()


def insert_replacing(
    connection: Connection, table: Table, keep: Sequence[str] = ()
) -> sqlite.Insert | postgresql.Insert:
    """An insert that gives the row with that primary key the new values, but for those in `keep`."""
    insert = _insert(connection, table)
    key = [column.name for column in table.primary_key]
    new = {c.name: insert.excluded[c.name] for c in table.c if c.name not in (*key, *keep)}
    return insert.on_conflict_do_update(index_elements=key, set_=new)


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
