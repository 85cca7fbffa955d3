"""API keys: kept as digests, scoped, revocable."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import ColumnElement, Connection, insert, or_, select, update

from matinee.errors import InputError, UnknownId
from matinee.store.database import Database
from matinee.store.tables import api_keys

Scope = Literal["ingest", "serve", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)


def make_api_key(database: Database, name: str, scope: Scope, now: int) -> str:
    """A new key, to be shown once: what is kept cannot be turned back into it."""
    if scope not in SCOPES:
        raise InputError(f"API key: expected a scope of {', '.join(SCOPES)}, got {scope!r}")
    with database.writing() as connection:
        return _insert_key(connection, name, scope, now)


def rotate_api_key(database: Database, name: str, now: int, overlap_s: int) -> str:
    """A new key of this name and its scope; those before let in for `overlap_s` more.

    UnknownId where no key of the name lets in; InputError where its keys are of several scopes.
    """
    own = (api_keys.c.name == name, _lets_in(now))
    with database.writing() as connection:
        scopes = set(connection.execute(select(api_keys.c.scope).where(*own)).scalars())
        if not scopes:
            raise UnknownId(f"keys: expected the name of a key that lets in, got {name!r}")
        if len(scopes) > 1:
            raise InputError(f"keys: expected keys of one scope, got {', '.join(sorted(scopes))}")
        later = or_(api_keys.c.revoked_at.is_(None), api_keys.c.revoked_at > now + overlap_s)
        connection.execute(update(api_keys).where(*own, later).values(revoked_at=now + overlap_s))
        return _insert_key(connection, name, scopes.pop(), now)


def _insert_key(connection: Connection, name: str, scope: str, now: int) -> str:
    api_key = f"matinee_{secrets.token_urlsafe(32)}"
    row = {"digest": _digest(api_key), "name": name, "scope": scope, "created_at": now}
    connection.execute(insert(api_keys), row)
    return api_key


def _lets_in(now: int) -> ColumnElement[bool]:
    return or_(api_keys.c.revoked_at.is_(None), api_keys.c.revoked_at > now)


def scope_of(database: Database, api_key: str, now: int) -> tuple[str, Scope] | None:
    """The name and the scope of a key; None where it is unknown or lets in no more.

    The key is looked up by its SHA-256, so how long that takes says nothing of a key that is near
    to a true one; a plain hash is enough, since nobody can guess 256 random bits.
    """
    query = select(api_keys.c.name, api_keys.c.scope).where(
        api_keys.c.digest == _digest(api_key), _lets_in(now)
    )
    with database.reading() as connection:
        row = connection.execute(query).first()
    return None if row is None else (row.name, row.scope)


@dataclass(frozen=True, slots=True)
class KnownKey:
    """What is known of a key; the key itself is not."""

    name: str
    scope: str
    created_at: int
    revoked_at: int | None  # until then it lets in; None: for good

    def lets_in(self, now: int) -> bool:
        """Whether it does at this moment."""
        return self.revoked_at is None or self.revoked_at > now


def read_api_keys(database: Database) -> list[KnownKey]:
    """All keys that were ever made, the oldest first."""
    columns = (api_keys.c.name, api_keys.c.scope, api_keys.c.created_at, api_keys.c.revoked_at)
    query = select(*columns).order_by(api_keys.c.created_at, api_keys.c.name, api_keys.c.digest)
    with database.reading() as connection:
        return [KnownKey(*row) for row in connection.execute(query)]


def revoke_api_keys(database: Database, name: str, now: int) -> int:
    """Let no key of that name in any more; how many were revoked."""
    change = update(api_keys).where(api_keys.c.name == name, _lets_in(now))
    with database.writing() as connection:
        return connection.execute(change.values(revoked_at=now)).rowcount


def _digest(api_key: str) -> str:
    return hashlib.sha256(api_key.encode()).hexdigest()
