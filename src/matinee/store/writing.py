"""Inserts that both databases understand."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table, TextClause, text
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(
    connection: Connection, table: Table, names: tuple[str, ...], rows: Sequence[Sequence[Any]]
) -> list[Any]:
    """Insert rows of plain values for the columns `names`; the first value of those that were new.

    A row with a unique value that is there already is left out. The rows travel as one JSON
    parameter, which a statement of constant text unpacks: a fifth of the processor time of a
    statement with a parameter a value (measured, docs/decisions/0013).
    """
    statement = _insert_new(table, names, connection.dialect.name == "postgresql")
    document = json.dumps(rows, separators=(",", ":"))
    return list(connection.execute(statement, {"rows": document}).scalars())


@lru_cache
def _insert_new(table: Table, names: tuple[str, ...], postgres: bool) -> TextClause:
    columns = ", ".join(f'"{name}"' for name in names)
    if postgres:
        dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
        values = ", ".join(
            f"CAST(r ->> {k} AS {table.c[name].type.compile(dialect)})"
            for k, name in enumerate(names)
        )
        source = "jsonb_array_elements(CAST(:rows AS jsonb)) AS r"
    else:
        values = ", ".join(f"json_extract(value, '$[{k}]')" for k in range(len(names)))
        source = "json_each(:rows) WHERE true"  # without WHERE, ON could belong to a join
    return text(
        f"INSERT INTO {table.name} ({columns}) SELECT {values} FROM {source} "
        f'ON CONFLICT DO NOTHING RETURNING "{names[0]}"'
    )


def insert_ignoring(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that leaves a row alone whose key, or other unique value, is there already."""
    return _insert(connection, table).on_conflict_do_nothing()


def insert_replacing(
    connection: Connection, table: Table, keep: Sequence[str] = ()
) -> sqlite.Insert | postgresql.Insert:
    """An insert that gives a row whose primary key is there the new values, but those in `keep`."""
    insert = _insert(connection, table)
    key = [column.name for column in table.primary_key]
    new = {c.name: insert.excluded[c.name] for c in table.c if c.name not in (*key, *keep)}
    return insert.on_conflict_do_update(index_elements=key, set_=new)


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
