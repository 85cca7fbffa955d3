"""What was served to whom, and what serves now: pages, policies, the index of artefacts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import func, insert, select, update

from matinee.errors import InputError, UnknownId
from matinee.schema import Schema
from matinee.store.database import Database
from matinee.store.key import Key
from matinee.store.sequence import announce_writer
from matinee.store.tables import artefacts, pages, policies, tombstones
from matinee.store.tombstones import erased_among
from matinee.store.writing import insert_replacing

EXPOSURES: Schema = {
    "page_id": pl.String(),
    "user_id": pl.String(),
    "row": pl.Int64(),
    "slot": pl.Int64(),
    "item_id": pl.String(),
    "policy": pl.String(),
    "propensity": pl.Float64(),  # how likely the policy was to put it there; null: not known
    "timestamp": pl.Int64(),
}
Card = tuple[int, int, str, float | None]  # row, slot, item_id, propensity


@dataclass(frozen=True, slots=True)
class ServedPage:
    """One page as it was sent; its cards are kept in one value, so that a page is one row."""

    page_id: str
    user_id: str
    policy: str
    timestamp: int
    cards: Sequence[Card]
    artefact_id: str | None = None  # None: no model had a part in it


def record_pages(database: Database, key: Key, served: Sequence[ServedPage]) -> None:
    """Keep what was shown, but to viewers who were erased.

    InputError for an artefact that is not in the index.
    """
    if not served:
        return
    rows = [
        {
            "page_id": page.page_id,
            "user_id": page.user_id,
            "policy": page.policy,
            "artefact_id": page.artefact_id,
            "timestamp": page.timestamp,
            "cards": [list(card) for card in page.cards],
        }
        for page in served
    ]
    named = {page.artefact_id for page in served} - {None}
    with database.writing() as connection:
        query = select(artefacts.c.artefact_id).where(artefacts.c.artefact_id.in_(named))
        if unknown := sorted(named - set(connection.execute(query).scalars())):  # type: ignore[type-var]
            raise InputError(f"pages: expected artefacts of the index, got {unknown}")
        announce_writer(connection)
        erased = erased_among(connection, key, {page.user_id for page in served})
        if rows := [row for row in rows if row["user_id"] not in erased]:
            connection.execute(insert(pages), rows)


def read_exposures(database: Database, since: int = 0, user_id: str | None = None) -> pl.DataFrame:
    """What was shown from a moment on, one row a card, as EXPOSURES; of all viewers or of one."""
    query = select(pages).where(pages.c.timestamp >= since).order_by(pages.c.timestamp)
    if user_id is not None:
        query = query.where(pages.c.user_id == user_id)
    with database.reading() as connection:
        found = connection.execute(query).all()
    rows = [
        (page.page_id, page.user_id, *card[:3], page.policy, card[3], page.timestamp)
        for page in found
        for card in page.cards
    ]
    return pl.DataFrame(rows, schema=EXPOSURES, orient="row")


def put_policy(database: Database, name: str, toml: str, now: int) -> None:
    """Keep the text of a policy under its name."""
    row = {"name": name, "toml": toml, "changed_at": now}
    with database.writing() as connection:
        connection.execute(insert_replacing(connection, policies), row)


def read_policies(database: Database) -> dict[str, str]:
    """The text of every policy by its name."""
    with database.reading() as connection:
        rows = connection.execute(select(policies.c.name, policies.c.toml).order_by("name"))
        return {row.name: row.toml for row in rows}


@dataclass(frozen=True, slots=True)
class Served:
    """An artefact of the index: its place is a folder, or an address in a bucket."""

    artefact_id: str
    place: str
    metrics: Mapping[str, Any]
    made_at: int
    state: str  # candidate, live, retired, refused


def add_artefact(
    database: Database, artefact_id: str, place: str, metrics: Mapping[str, Any], now: int
) -> None:
    """Put an artefact into the index, as a candidate; InputError where its id is taken."""
    row = {"artefact_id": artefact_id, "place": place, "metrics": dict(metrics), "made_at": now}
    with database.writing() as connection:
        taken = select(func.count()).where(artefacts.c.artefact_id == artefact_id)
        if connection.execute(taken).scalar():
            raise InputError(f"artefact: expected an id of its own, got {artefact_id!r} again")
        connection.execute(insert(artefacts), row | {"state": "candidate"})


def go_live(database: Database, artefact_id: str) -> None:
    """Have this artefact served in place of the live one, which is retired; for a roll-back too.

    UnknownId where it is not in the index; InputError where it has been refused, or is not newer
    than the last erasure: what it learnt from a viewer who is gone must not come back.
    """
    with database.writing() as connection:
        # Of two programs that choose at once, one waits.
        query = select(
            artefacts.c.artefact_id, artefacts.c.state, artefacts.c.made_at
        ).with_for_update()
        known = {row.artefact_id: row for row in connection.execute(query)}
        state = known[artefact_id].state if artefact_id in known else None
        if state is None:
            raise UnknownId(f"artefact: expected one of the index, got {artefact_id!r}")
        if state == "refused":
            raise InputError(f"artefact: expected one that may serve, got {artefact_id!r}: refused")
        erased = connection.execute(select(func.max(tombstones.c.erased_at))).scalar()
        if state != "live" and erased is not None and known[artefact_id].made_at <= erased:
            raise InputError(
                f"artefact: expected one made after the last erasure, got {artefact_id!r}; "
                "it may have learnt from a viewer who is gone: train again"
            )
        live = update(artefacts).where(artefacts.c.state == "live").values(state="retired")
        connection.execute(live)
        chosen = update(artefacts).where(artefacts.c.artefact_id == artefact_id)
        connection.execute(chosen.values(state="live"))


def refuse(database: Database, artefact_id: str) -> None:
    """Never let this artefact serve again, by a roll-back either."""
    change = update(artefacts).where(artefacts.c.artefact_id == artefact_id)
    with database.writing() as connection:
        if not connection.execute(change.values(state="refused")).rowcount:
            raise UnknownId(f"artefact: expected one of the index, got {artefact_id!r}")


def live_artefact(database: Database) -> Served | None:
    """The artefact that every server of this database should serve; None before the first."""
    with database.reading() as connection:
        row = connection.execute(select(artefacts).where(artefacts.c.state == "live")).first()
    return None if row is None else Served(**row._mapping)


def read_artefacts(database: Database) -> list[Served]:
    """The index, the newest first; of one moment (one was made of the other) the later id."""
    query = select(artefacts).order_by(artefacts.c.made_at.desc(), artefacts.c.artefact_id.desc())
    with database.reading() as connection:
        return [Served(**row._mapping) for row in connection.execute(query)]
