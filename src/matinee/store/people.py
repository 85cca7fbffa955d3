"""Profiles and what they consented to; every change of it stands in the audit log."""

from dataclasses import dataclass

import polars as pl
from sqlalchemy import insert, select

from matinee.errors import InputError
from matinee.schema import Schema
from matinee.settings import PURPOSES, Purpose
from matinee.store.checks import LONGEST_ID
from matinee.store.database import Database
from matinee.store.key import Key
from matinee.store.tables import audit, consents, profiles
from matinee.store.tombstones import hold_to_unerased
from matinee.store.writing import insert_replacing

AUDIT: Schema = {
    "timestamp": pl.Int64(),
    "actor": pl.String(),
    "action": pl.String(),
    "subject": pl.String(),
}
_OLDEST = 150


@dataclass(frozen=True, slots=True)
class Profile:
    """One viewer; several may share an account."""

    user_id: str
    account_id: str | None = None  # None: an account of its own
    maturity_limit: int | None = None  # years; None: no limit

    def __post_init__(self) -> None:
        for field in ("user_id", "account_id"):
            value = getattr(self, field)
            if value is None and field == "account_id":
                continue
            if not value or len(value) > LONGEST_ID or not value.isprintable():
                raise InputError(
                    f"{field}: expected 1 to {LONGEST_ID} printable characters, got {value!r}"
                )
        if self.maturity_limit is not None and not 0 <= self.maturity_limit <= _OLDEST:
            raise InputError(
                f"maturity_limit: expected years from 0 to {_OLDEST}, got {self.maturity_limit}"
            )


def put_profile(database: Database, key: Key, profile: Profile, now: int) -> None:
    """Keep a profile, in place of what was known of it; ErasedViewer for one who was erased."""
    row = {
        "user_id": profile.user_id,
        "account_id": profile.account_id,
        "maturity_limit": profile.maturity_limit,
        "created_at": now,
    }
    with database.writing() as connection:
        hold_to_unerased(connection, key, profile.user_id)
        connection.execute(insert_replacing(connection, profiles, keep=["created_at"]), row)


def profile_of(database: Database, user_id: str) -> Profile:
    """The profile of a viewer; one that was never put has an account of its own and no limit."""
    query = select(profiles.c.user_id, profiles.c.account_id, profiles.c.maturity_limit)
    with database.reading() as connection:
        row = connection.execute(query.where(profiles.c.user_id == user_id)).first()
    return Profile(user_id) if row is None else Profile(*row)


def profiles_of_account(database: Database, account_id: str) -> list[str]:
    """The user_ids of an account, in text order."""
    query = select(profiles.c.user_id).where(profiles.c.account_id == account_id)
    with database.reading() as connection:
        return sorted(connection.execute(query).scalars())


def put_consent(
    database: Database, key: Key, user_id: str, granted: dict[Purpose, bool], actor: str, now: int
) -> None:
    """Keep what a viewer allows or forbids from now on, and that `actor` said so.

    InputError for a purpose that is none of PURPOSES, ErasedViewer for one who was erased. Purposes
    not named stay as they were.
    """
    if unknown := sorted(set(granted) - set(PURPOSES)):
        raise InputError(f"consent: expected purposes {', '.join(PURPOSES)}, got {unknown}")
    rows = [
        {"user_id": user_id, "purpose": purpose, "granted": yes, "changed_at": now}
        for purpose, yes in granted.items()
    ]
    acts = [
        {
            "timestamp": now,
            "actor": actor,
            "action": f"consent {purpose} {'granted' if yes else 'withdrawn'}",
            "subject": key.pseudonym(user_id),
        }
        for purpose, yes in granted.items()
    ]
    if rows:
        with database.writing() as connection:
            hold_to_unerased(connection, key, user_id)
            connection.execute(insert_replacing(connection, consents), rows)
            connection.execute(insert(audit), acts)


def consent_of(database: Database, user_id: str) -> dict[Purpose, bool | None]:
    """What a viewer said for each purpose; None where nothing was ever said."""
    query = select(consents.c.purpose, consents.c.granted).where(consents.c.user_id == user_id)
    with database.reading() as connection:
        said = {row.purpose: row.granted for row in connection.execute(query)}
    return {purpose: said.get(purpose) for purpose in PURPOSES}


def record(
    database: Database, actor: str, action: str, now: int, subject: str | None = None
) -> None:
    """Write what was done into the audit log; `subject` is a pseudonym, never a viewer's id."""
    row = {"timestamp": now, "actor": actor, "action": action, "subject": subject}
    with database.writing() as connection:
        connection.execute(insert(audit), row)


def read_audit(database: Database, since: int = 0, most: int = 1_000) -> pl.DataFrame:
    """The latest entries of the audit log from a moment on, as AUDIT, oldest first."""
    query = (
        select(*(audit.c[name] for name in AUDIT))
        .where(audit.c.timestamp >= since)
        .order_by(audit.c.seq.desc())
        .limit(most)
    )
    with database.reading() as connection:
        rows = connection.execute(query).all()
    return pl.DataFrame([tuple(row) for row in rows[::-1]], schema=AUDIT, orient="row")
