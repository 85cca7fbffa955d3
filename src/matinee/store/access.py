"""API keys: kept as digests, scoped, revocable."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import insert, select, update

from matinee.errors import InputError
from matinee.store.database import Database
from matinee.store.tables import api_keys

Scope = Literal["ingest", "serve", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)


def make_api_key(database: Database, name: str, scope: Scope, now: int) -> str:
    """A new key, to be shown once: what is kept cannot be turned back into it."""
    if scope not in SCOPES:
        raise InputError(f"API key: expected a scope of {', '.join(SCOPES)}, got {scope!r}")
    api_key = f"matinee_{secrets.token_urlsafe(32)}"
    row = {"digest": _digest(api_key), "name": name, "scope": scope, "created_at": now}
    with database.writing() as connection:
        connection.execute(insert(api_keys), row)
    return api_key


def scope_of(database: Database, api_key: str) -> tuple[str, Scope] | None:
    """The name and the scope of a key; None where it is unknown or revoked.

    The key is looked up by its SHA-256, so how long that takes says nothing of a key that is near
    to a true one; a plain hash is enough, since nobody can guess 256 random bits.
    """
    query = select(api_keys.c.name, api_keys.c.scope).where(
        api_keys.c.digest == _digest(api_key), api_keys.c.revoked_at.is_(None)
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
    revoked_at: int | None  # None: it lets in


def read_api_keys(database: Database) -> list[KnownKey]:
    """All keys that were ever made, the oldest first."""
    columns = (api_keys.c.name, api_keys.c.scope, api_keys.c.created_at, api_keys.c.revoked_at)
    query = select(*columns).order_by(api_keys.c.created_at, api_keys.c.name, api_keys.c.digest)
    with database.reading() as connection:
        return [KnownKey(*row) for row in connection.execute(query)]


def revoke_api_keys(database: Database, name: str, now: int) -> int:
    """Let no key of that name in any more; how many were revoked."""
    change = update(api_keys).where(api_keys.c.name == name, api_keys.c.revoked_at.is_(None))
    with database.writing() as connection:
        return connection.execute(change.values(revoked_at=now)).rowcount


def _digest(api_key: str) -> str:
    return hashlib.sha256(api_key.encode()).hexdigest()
