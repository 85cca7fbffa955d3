"""The secret of a workspace: what erased viewers are known by, and viewers in snapshots."""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from matinee.errors import InputError, StoreError
from matinee.store.database import Database
from matinee.store.tables import facts
from matinee.store.writing import insert_ignoring

SHORTEST_SECRET = 16
KEY_FILE = "secret.key"
_FACT = "key_check"


@dataclass(frozen=True, slots=True)
class Key:
    """Keyed hashes (HMAC-SHA256); one for each use, so that none can be joined with another."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) < SHORTEST_SECRET:
            raise InputError(
                f"MATINEE_SECRET: expected at least {SHORTEST_SECRET} characters, "
                f"got {len(self.secret)}"
            )

    def tombstone(self, user_id: str) -> str:
        """What an erased viewer's id is recognised by."""
        return self._hash("tombstone", user_id)

    def pseudonym(self, user_id: str) -> str:
        """The name of a viewer in snapshots and in the audit log, 32 hexadecimal digits."""
        return self._hash("pseudonym", user_id)[:32]

    def signature(self, use: str, text: str) -> str:
        """What shows that a text was made here, for this use and no other."""
        return self._hash(f"signature {use}", text)

    def mark(self) -> str:
        """What the database keeps, to know this key again."""
        return self._hash("check", "")

    def _hash(self, use: str, text: str) -> str:
        return hmac.new(self.secret, f"{use}\0{text}".encode(), hashlib.sha256).hexdigest()


def read_key(home: Path, secret: str | None) -> Key:
    """The key of MATINEE_SECRET, or of the workspace: made at random when first asked for."""
    if secret is not None:
        return Key(secret.encode())
    path = home / KEY_FILE
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        return Key(path.read_bytes())
    except OSError as error:
        raise StoreError(
            f"{path}: expected to read or make the key, got {error.strerror}"
        ) from error


def hold_to_key(database: Database, key: Key) -> None:
    """InputError unless this is the key that the database has been used with; the first is its own.

    With another key no erased viewer would be recognised, and nobody would notice.
    """
    mark, kept = key.mark(), _kept(database)
    if kept is None:
        with database.writing() as connection:
            connection.execute(insert_ignoring(connection, facts), {"name": _FACT, "value": mark})
        kept = _kept(database)
    if kept != mark:
        raise InputError(
            f"database {database.name}: expected the key that it was first used with, got another; "
            f"set MATINEE_SECRET to that key, or bring its {KEY_FILE} into this workspace"
        )


def used_with(database: Database, key: Key | None) -> bool:
    """Whether the database was used with this key, or with none yet; nothing is changed."""
    kept = _kept(database)
    return kept is None or (key is not None and kept == key.mark())


def _kept(database: Database) -> str | None:
    with database.reading() as connection:
        return connection.execute(select(facts.c.value).where(facts.c.name == _FACT)).scalar()


def _make(path: Path) -> None:
    """Complete or not there: two programs that begin at once end with one key."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.partial")
    descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(32).encode())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError:
            return
    finally:
        temporary.unlink(missing_ok=True)
