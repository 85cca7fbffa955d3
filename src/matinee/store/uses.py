"""How often each film was shown and taken up, counted in the database."""

from collections import Counter
from dataclasses import dataclass

import polars as pl
from sqlalchemy import func, select

from matinee.store.database import Database
from matinee.store.tables import events, pages

_TAKEN_UP = ("play", "complete", "rate", "like", "add_to_list")


@dataclass(frozen=True, slots=True, eq=False)
class Uses:
    """`films`: item_id, shown (cards on the pages looked at), played (events that took it up)."""

    films: pl.DataFrame
    pages: int
    since: int | None  # UTC seconds, of the first of these pages


def uses(database: Database, most: int = 20_000) -> Uses:
    """Of all events, and of the last `most` pages of the log. Reads all events once."""
    taken = (
        select(events.c.item_id, func.count())
        .where(events.c.kind.in_(_TAKEN_UP), events.c.item_id.is_not(None))
        .group_by(events.c.item_id)
    )
    shown: Counter[str] = Counter()
    with database.reading() as connection:
        played = {str(row[0]): int(row[1]) for row in connection.execute(taken)}
        last = connection.execute(
            select(pages.c.timestamp, pages.c.cards).order_by(pages.c.timestamp.desc()).limit(most)
        ).all()
    for _, cards in last:
        shown.update({str(card[2]) for card in cards})
    ids = sorted(played.keys() | shown.keys())
    films = pl.DataFrame(
        {
            "item_id": ids,
            "shown": [shown[one] for one in ids],
            "played": [played.get(one, 0) for one in ids],
        },
        schema={"item_id": pl.String, "shown": pl.Int64, "played": pl.Int64},
    )
    return Uses(films, len(last), int(last[-1].timestamp) if last else None)


def last_event(database: Database) -> int:
    """The number of the last event; 0 where there is none."""
    with database.reading() as connection:
        return int(connection.execute(select(func.max(events.c.seq))).scalar() or 0)


def event_before(database: Database, moment: int) -> int:
    """The number of the last event that was received before a moment; 0 where none was.

    Events are received nearly in the order of their numbers, so a few tens are looked at.
    """
    low, high = 0, last_event(database)  # low was received before, or is none
    received = select(events.c.seq, events.c.received_at).order_by(events.c.seq).limit(1)
    with database.reading() as connection:
        while low < high:
            middle = (low + high + 1) // 2
            found = connection.execute(received.where(events.c.seq >= middle)).one()
            if found.received_at < moment:
                low = max(middle, int(found.seq))
            else:
                high = middle - 1
    return low


def last_cards(database: Database, most: int) -> list[list[tuple[int, str]]]:
    """Of the last pages of the log, the latest first: (row, film) of each card."""
    query = select(pages.c.cards).order_by(pages.c.timestamp.desc()).limit(most)
    with database.reading() as connection:
        found = connection.execute(query).scalars().all()
    return [[(int(card[0]), str(card[2])) for card in cards] for cards in found]
