"""Every event that may be used for a purpose, as one table; and what viewers took out."""

from collections.abc import Iterator
from typing import Any

import polars as pl
from sqlalchemy import Select, select

from matinee.schema import EVENTS, Schema
from matinee.settings import Purpose
from matinee.store.database import Database
from matinee.store.tables import consents, events, taken_out

# What signals are made of; who sent it, and from where on a page, is not.
_OF_SIGNALS = (
    "event_id",
    "user_id",
    "item_id",
    "kind",
    "value",
    "position_s",
    "timestamp",
    "page_id",
    "retracts",
)
_SCHEMA: Schema = {name: EVENTS[name] for name in _OF_SIGNALS}
_ROWS_AT_ONCE = 50_000


def events_for(database: Database, purpose: Purpose) -> pl.DataFrame:
    """The events of all viewers who allow that they are used for the purpose.

    Columns of EVENTS, without those that say nothing of a viewer's taste; in the order of the log.
    About 150 bytes an event while it is read.
    """
    parts = _parts(database, _of_signals(database, purpose).order_by(events.c.seq))
    return pl.concat([pl.DataFrame(schema=_SCHEMA), *parts])


def viewers_beyond_ratings(database: Database) -> list[str]:
    """The viewers of whom more is known than ratings that stand: who played, listed, took back."""
    query = select(events.c.user_id).where(events.c.kind != "rate").distinct()
    with database.reading() as connection:
        return list(connection.execute(query).scalars())


def events_of_viewers_beyond_ratings(
    database: Database, purpose: Purpose
) -> Iterator[pl.DataFrame]:
    """All events of the viewers of `viewers_beyond_ratings` who allow the purpose, in parts.

    Each part has all events of its viewers, some 50,000 or those of one viewer: what is held does
    not grow with the log. Columns as `events_for`.
    """
    beyond = select(events.c.user_id).where(events.c.kind != "rate")
    query = (
        _of_signals(database, purpose)
        .where(events.c.user_id.in_(beyond))
        .order_by(events.c.user_id)
    )
    held = pl.DataFrame(schema=_SCHEMA)
    for part in _parts(database, query):
        held = pl.concat([held, part])
        last = held["user_id"][-1]  # may go on in the next part
        whole = held.filter(pl.col("user_id") != last)
        if whole.height:
            yield whole
            held = held.filter(pl.col("user_id") == last)
    if held.height:
        yield held


def _of_signals(database: Database, purpose: Purpose) -> Select[Any]:
    said = select(consents.c.user_id).where(consents.c.purpose == purpose)
    allowed = events.c.user_id.not_in(said.where(consents.c.granted.is_(False)))
    if purpose not in database.consented:
        allowed = events.c.user_id.in_(said.where(consents.c.granted.is_(True)))
    return select(*(events.c[name] for name in _OF_SIGNALS)).where(allowed)


def _parts(database: Database, query: Select[Any]) -> Iterator[pl.DataFrame]:
    with database.reading() as connection:
        found = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(query)
        for rows in found.partitions():
            yield pl.DataFrame([tuple(row) for row in rows], schema=_SCHEMA, orient="row")


def films_taken_out(database: Database) -> pl.DataFrame:
    """Which films which viewers took out of their taste: user_id, item_id."""
    query = select(taken_out.c.user_id, taken_out.c.item_id)
    schema: Schema = {"user_id": pl.String(), "item_id": pl.String()}
    with database.reading() as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    return pl.DataFrame(rows, schema=schema, orient="row")
