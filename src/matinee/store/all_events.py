"""Every event that may be used for a purpose, as one table; and what viewers took out."""

import polars as pl
from sqlalchemy import select

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
_ROWS_AT_ONCE = 50_000


def events_for(database: Database, purpose: Purpose) -> pl.DataFrame:
    """The events of all viewers who allow that they are used for the purpose.

    Columns of EVENTS, without those that say nothing of a viewer's taste; in the order of the log.
    About 150 bytes an event while it is read.
    """
    schema: Schema = {name: EVENTS[name] for name in _OF_SIGNALS}
    said = select(consents.c.user_id).where(consents.c.purpose == purpose)
    allowed = events.c.user_id.not_in(said.where(consents.c.granted.is_(False)))
    if purpose not in database.consented:
        allowed = events.c.user_id.in_(said.where(consents.c.granted.is_(True)))
    query = select(*(events.c[name] for name in _OF_SIGNALS)).where(allowed).order_by(events.c.seq)
    with database.reading() as connection:
        found = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(query)
        parts = [
            pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
            for rows in found.partitions()
        ]
    return pl.concat([pl.DataFrame(schema=schema), *parts])


def films_taken_out(database: Database) -> pl.DataFrame:
    """Which films which viewers took out of their taste: user_id, item_id."""
    query = select(taken_out.c.user_id, taken_out.c.item_id)
    schema: Schema = {"user_id": pl.String(), "item_id": pl.String()}
    with database.reading() as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    return pl.DataFrame(rows, schema=schema, orient="row")
