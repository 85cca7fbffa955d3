"""How long events and pages shown are kept: what is older leaves the database for good.

The moments up to which things have expired stand in the table of facts, so that every workspace of
the database can follow: its lake, its sums over viewers, what its workers remember.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, func, or_, select

from matinee.settings import Settings
from matinee.store.database import Database
from matinee.store.erasing import reclaim
from matinee.store.people import record
from matinee.store.sequence import settled
from matinee.store.tables import events, facts, pages
from matinee.store.writing import insert_replacing

_DAY_S = 86_400
_AT_ONCE = 10_000  # numbers of the log that one transaction goes through: writers wait for it
_EXPIRY, _RUN = "expiry", "expiry_run"


@dataclass(frozen=True, slots=True)
class Retention:
    """Days after which events and pages expire; 0: they are kept."""

    events_days: int = 0
    pages_days: int = 0

    @classmethod
    def of(cls, settings: Settings) -> "Retention":
        """As the settings have it."""
        return cls(settings.retain_events_days, settings.retain_pages_days)

    def limits(self, now: int) -> tuple[int, int]:
        """The moments before which events and pages have expired; 0: none has."""
        days = (self.events_days, self.pages_days)
        first, second = (max(0, now - each * _DAY_S) if each else 0 for each in days)
        return first, second


@dataclass(frozen=True, slots=True)
class Expired:
    """How much went, or would go, and up to which moments; 0: all is kept."""

    events: int
    pages: int
    events_before: int
    pages_before: int


@dataclass(frozen=True, slots=True)
class Expiry:
    """When the last deletion of events ended, and the moment before which none is kept."""

    at: int = 0
    events_before: int = 0


def expire(database: Database, retention: Retention, actor: str, now: int) -> Expired:
    """Delete what is older than it may be, and the space it stood in; audited.

    The age of an event is that of what the viewer did, whenever it came. One that takes back a
    younger one stays until that goes too. In steps, so that writers wait for none of them long.
    StoreError as `store.erasing.erase`: what was deleted stays deleted, the next run does the rest.
    """
    limits = retention.limits(now)
    count = _delete_events(database, limits[0]) if limits[0] else 0
    shown = _delete_pages(database, limits[1]) if limits[1] else 0
    if count:
        before = max(limits[0], last_expiry(database).events_before)
        told = {"at": int(time.time()), "events_before": before}  # what is written later is without
        with database.writing() as connection:
            _keep(connection, _EXPIRY, told)
    if count or shown:
        said = [f"{n:,} {what} before {_day(t)}" for n, what, t in _told(count, shown, limits) if t]
        record(database, actor, f"expiry of {' and '.join(said)}", now)
    if any(limits):
        reclaim(database)
    return Expired(count, shown, *limits)


def expirable(database: Database, retention: Retention, now: int) -> Expired:
    """What `expire` would delete; nothing is changed."""
    limits = retention.limits(now)
    queries = (
        select(func.count()).select_from(events).where(_old(limits[0])),
        select(func.count()).select_from(pages).where(pages.c.timestamp < limits[1]),
    )
    with database.reading() as connection:
        count, shown = (int(connection.execute(query).scalar_one()) for query in queries)
    return Expired(count, shown, *limits)


def last_expiry(database: Database) -> Expiry:
    """When events expired last; another one after each time."""
    with database.reading() as connection:
        found = _fact(connection, _EXPIRY)
    return Expiry() if found is None else Expiry(**found)


def run_is_due(database: Database, now: int) -> bool:
    """Whether the daily run is due, and whoever asks is to do it: one of all who ask."""
    with database.reading() as connection:
        if now - int(_fact(connection, _RUN) or 0) < _DAY_S:
            return False
    with database.writing() as connection:
        if now - int(_fact(connection, _RUN) or 0) < _DAY_S:
            return False
        _keep(connection, _RUN, now)
    return True


def _delete_events(database: Database, before: int) -> int:
    removed, start, last = 0, 0, settled(database) or 0
    while start < last:
        part = events.c.seq.between(start + 1, start + _AT_ONCE)
        with database.writing() as connection:
            removed += connection.execute(delete(events).where(part, _old(before))).rowcount
        start += _AT_ONCE
    return removed


def _delete_pages(database: Database, before: int) -> int:
    some = select(pages.c.page_id).where(pages.c.timestamp < before).limit(_AT_ONCE)
    removed, step = 0, _AT_ONCE
    while step == _AT_ONCE:
        with database.writing() as connection:
            step = connection.execute(delete(pages).where(pages.c.page_id.in_(some))).rowcount
        removed += step
    return removed


def _old(before: int) -> ColumnElement[bool]:
    """An event that has expired; a retraction only where what it takes back has, or is gone."""
    other = events.alias("taken_back")
    younger = exists().where(other.c.event_id == events.c.retracts, other.c.timestamp >= before)
    return (events.c.timestamp < before) & or_(events.c.retracts.is_(None), ~younger)


def _told(count: int, shown: int, limits: tuple[int, int]) -> list[tuple[int, str, int]]:
    return [(count, "events", limits[0]), (shown, "pages", limits[1])]


def _fact(connection: Connection, name: str) -> Any:
    return connection.execute(select(facts.c.value).where(facts.c.name == name)).scalar()


def _keep(connection: Connection, name: str, value: Any) -> None:
    row = {"name": name, "value": value}
    connection.execute(insert_replacing(connection, facts), row)


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")
