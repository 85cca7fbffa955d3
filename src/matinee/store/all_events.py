"""Every event that models may learn from, as one table."""

import polars as pl
from sqlalchemy import select

from matinee.schema import EVENTS, Schema
from matinee.store.database import Database
from matinee.store.tables import consents, events

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


def learnable_events(database: Database) -> pl.DataFrame:
    """The events of all viewers but those who forbade that models learn from them.

    Columns of EVENTS, without those that say nothing of a viewer's taste; in the order of the log.
    About 150 bytes an event while it is read.
    """
    schema: Schema = {name: EVENTS[name] for name in _OF_SIGNALS}
    forbidden = select(consents.c.user_id).where(
        consents.c.purpose == "improvement", consents.c.granted.is_(False)
    )
    query = (
        select(*(events.c[name] for name in _OF_SIGNALS))
        .where(events.c.user_id.not_in(forbidden))
        .order_by(events.c.seq)
    )
    with database.reading() as connection:
        found = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(query)
        parts = [
            pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
            for rows in found.partitions()
        ]
    return pl.concat([pl.DataFrame(schema=schema), *parts])
