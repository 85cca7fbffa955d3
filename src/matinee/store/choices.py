"""What viewers chose on what is done with their data: consent, and films out of their taste."""

from dataclasses import dataclass

from sqlalchemy import delete, literal, select, text

from matinee.settings import PURPOSES, Purpose
from matinee.store.database import Database
from matinee.store.key import Key
from matinee.store.tables import consents, events, taken_out
from matinee.store.tombstones import hold_to_unerased
from matinee.store.writing import insert_ignoring

# As text: every page asks it, and to build it anew would take longer than to answer it.
_CHOICES = text(
    "SELECT purpose, CASE WHEN granted THEN 1 ELSE 0 END AS yes, NULL AS film FROM consents "
    "WHERE user_id = :user_id "
    "UNION ALL SELECT NULL, NULL, item_id FROM taken_out WHERE user_id = :user_id"
)


@dataclass(frozen=True, slots=True)
class Choices:
    """What holds for one viewer now."""

    refused: frozenset[str] = frozenset()  # purposes
    taken_out: frozenset[str] = frozenset()  # films that are to have no part in the taste

    def allows(self, purpose: Purpose) -> bool:
        """Whether the viewer's data may be used for this purpose."""
        return purpose not in self.refused


def choices_of(database: Database, user_id: str) -> Choices:
    """What a viewer chose, by one query."""
    with database.reading() as connection:
        rows = connection.execute(_CHOICES, {"user_id": user_id}).all()
    said = {purpose: bool(yes) for purpose, yes, film in rows if film is None}
    return Choices(
        frozenset(each for each in PURPOSES if not said.get(each, each in database.consented)),
        frozenset(film for _, _, film in rows if film is not None),
    )


def take_out(database: Database, key: Key, user_id: str, item_id: str, now: int) -> None:
    """Have a film play no part in a viewer's taste from now on; what the viewer did stays.

    ErasedViewer for one who was erased.
    """
    row = {"user_id": user_id, "item_id": item_id, "changed_at": now}
    with database.writing() as connection:
        hold_to_unerased(connection, key, user_id)
        connection.execute(insert_ignoring(connection, taken_out), row)


def put_back(database: Database, user_id: str, item_id: str) -> bool:
    """Have a film count again; whether it had been taken out."""
    change = delete(taken_out).where(taken_out.c.user_id == user_id, taken_out.c.item_id == item_id)
    with database.writing() as connection:
        return connection.execute(change).rowcount > 0


def refusing(database: Database, purpose: Purpose) -> set[str]:
    """Viewers of whom nothing may be used for a purpose: who said no, or must be asked first."""
    said = select(consents.c.user_id).where(consents.c.purpose == literal(purpose))
    query = said.where(consents.c.granted.is_(False))
    if purpose not in database.consented:
        allowing = said.where(consents.c.granted.is_(True))
        query = select(events.c.user_id).distinct().where(events.c.user_id.not_in(allowing))
    with database.reading() as connection:
        return set(connection.execute(query).scalars())
