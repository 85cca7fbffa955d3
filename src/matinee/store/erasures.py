"""Erasures as they stand, their certificates, and the tombstones kept outside the database."""

import hmac
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import func, insert, select, union, update

from matinee.errors import InputError
from matinee.store.database import Database
from matinee.store.erasing import HOLDING
from matinee.store.key import Key
from matinee.store.tables import erasures, tombstones
from matinee.store.writing import insert_ignoring

_FORMAT, _VERSION = "matinee certificate of erasure", 1
_USE = "certificate of erasure"
_TOMBSTONES = "tombstones.jsonl"


@dataclass(frozen=True, slots=True)
class Place:
    """What became of a viewer in one place."""

    place: str
    state: Literal["done", "pending", "out of reach"]
    until: int | None = None  # of what is pending, UTC seconds
    note: str = ""


@dataclass(frozen=True, slots=True)
class Erasure:
    """One that was begun; nothing in it says whose it was."""

    number: str
    erased_at: int
    due_at: int
    settled_at: int | None  # None: an artefact that learnt from the viewer is left


def open_erasure(database: Database, number: str, now: int, due: int) -> None:
    """Put an erasure on record, to be settled by `due`."""
    row = {"number": number, "erased_at": now, "due_at": due}
    with database.writing() as connection:
        connection.execute(insert(erasures), row)


def settle(database: Database, number: str, now: int) -> None:
    """Put on record that nothing is left of an erasure to be done."""
    change = update(erasures).where(erasures.c.number == number).values(settled_at=now)
    with database.writing() as connection:
        connection.execute(change)


def read_erasures(database: Database, *, outstanding: bool = False) -> list[Erasure]:
    """All erasures, or those not settled, the oldest first."""
    query = select(erasures).order_by(erasures.c.erased_at, erasures.c.number)
    if outstanding:
        query = query.where(erasures.c.settled_at.is_(None))
    with database.reading() as connection:
        return [Erasure(**row._mapping) for row in connection.execute(query)]


def erasures_on_record(database: Database) -> tuple[int, int]:
    """How many erasures there were whose rows are gone, and when the last was."""
    query = select(func.count(), func.coalesce(func.max(erasures.c.erased_at), 0))
    with database.reading() as connection:
        count, moment = connection.execute(query.select_from(erasures)).one()
    return int(count), int(moment)


def last_erased(database: Database) -> tuple[int, int]:
    """How many viewers were erased, and when the last was: another one after each erasure."""
    query = select(func.count(), func.coalesce(func.max(tombstones.c.erased_at), 0))
    with database.reading() as connection:
        count, moment = connection.execute(query).one()
    return int(count), int(moment)


def certificate(
    key: Key, number: str, erased_at: int, due_at: int, places: Sequence[Place]
) -> dict[str, Any]:
    """A document that says what was done, without a word of whom, signed with the key."""
    told = [
        {"place": each.place, "state": each.state, "until": each.until, "note": each.note}
        for each in places
    ]
    document = {
        "format": _FORMAT,
        "version": _VERSION,
        "number": number,
        "erased_at": erased_at,
        "due_at": due_at,
        "places": told,
    }
    return document | {"hmac_sha256": key.signature(_USE, _text(document))}


def hold_to_certificate(key: Key, text: str) -> dict[str, Any]:
    """The certificate of a JSON text; InputError unless it is as this key signed it."""
    try:
        document = json.loads(text)
        signature = document.pop("hmac_sha256")
        known = document["format"], document["version"]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(
            "certificate: expected the JSON document that an erasure gave, got something else"
        ) from None
    if known != (_FORMAT, _VERSION):
        raise InputError(f"certificate: expected {_FORMAT!r} version {_VERSION}, got {known}")
    expected = key.signature(_USE, _text(document))
    if not (
        isinstance(signature, str) and hmac.compare_digest(expected.encode(), signature.encode())
    ):
        raise InputError(
            "certificate: expected a text signed with the key of this workspace, got one that was "
            "changed, or signed with another key"
        )
    found: dict[str, Any] = document
    return found


def keep_tombstone(home: Path, key: Key, user_id: str, now: int) -> None:
    """Write a tombstone beside the database too: a restored backup of that knows it not."""
    home.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"digest": key.tombstone(user_id), "erased_at": now})
    descriptor = os.open(home / _TOMBSTONES, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        file.write(f"{line}\n".encode())
        file.flush()
        os.fsync(file.fileno())


def kept_tombstones(home: Path) -> dict[str, int]:
    """The digests kept beside the database, and when each was erased."""
    path = home / _TOMBSTONES
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        documents: list[Mapping[str, Any]] = [json.loads(line) for line in lines if line]
        return {str(each["digest"]): int(each["erased_at"]) for each in documents}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: expected a tombstone a line, got {error}") from None


def bury(database: Database, kept: Mapping[str, int]) -> None:
    """Have the database know these tombstones, so that it refuses what comes for them."""
    rows = [{"digest": digest, "erased_at": moment} for digest, moment in kept.items()]
    if rows:
        with database.writing() as connection:
            connection.execute(insert_ignoring(connection, tombstones), rows)


def back_again(database: Database, key: Key, digests: Iterable[str]) -> list[str]:
    """The viewers in the database who have one of these tombstones, in text order."""
    wanted = set(digests)
    query = union(*(select(table.c.user_id) for table in HOLDING))
    with database.reading() as connection:
        ids = connection.execute(query).scalars().all()
    return sorted(id_ for id_ in ids if key.tombstone(id_) in wanted)


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
