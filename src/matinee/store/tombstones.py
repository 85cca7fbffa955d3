"""Who was erased: asked by whoever writes a viewer's id, in the transaction that writes it."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from matinee.errors import ErasedViewer
from matinee.store.database import Database
from matinee.store.key import Key
from matinee.store.sequence import announce_writer
from matinee.store.tables import tombstones

_ASKED_BY_NAME = 1_000
_SAID = "user_id: expected a viewer, got one who was erased"


def erased_among(connection: Connection, key: Key, user_ids: Iterable[str]) -> set[str]:
    """Those of these viewers who were erased. `announce_writer` must come before it."""
    digests = {key.tombstone(user_id): user_id for user_id in user_ids}
    query = select(tombstones.c.digest)
    if len(digests) <= _ASKED_BY_NAME:
        query = query.where(tombstones.c.digest.in_(list(digests)))
    found = connection.execute(query).scalars()
    return {digests[digest] for digest in found if digest in digests}


def were_erased(database: Database, key: Key, user_ids: Iterable[str]) -> set[str]:
    """Those of these viewers who were erased, for whoever only reads."""
    with database.reading() as connection:
        return erased_among(connection, key, user_ids)


def hold_to_unerased(connection: Connection, key: Key, user_id: str) -> None:
    """ErasedViewer where nothing of this viewer may be written any more; before writing it."""
    announce_writer(connection)
    if erased_among(connection, key, [user_id]):
        raise ErasedViewer(_SAID)
