"""What viewers chose on what is done with their data: consent, and films out of their taste."""

from dataclasses import dataclass

from sqlalchemy import delete, literal, select, text

from matinee.store.database import Database
from matinee.store.key import Key
from matinee.store.people import Purpose
from matinee.store.tables import consents, taken_out
from matinee.store.tombstones import hold_to_unerased
from matinee.store.writing import insert_ignoring

# As text: every page asks it, and to build it anew would take longer than to answer it.
_CHOICES = text(
    "SELECT purpose, NULL AS film FROM consents WHERE user_id = :user_id AND NOT granted "
    "UNION ALL SELECT NULL, item_id FROM taken_out WHERE user_id = :user_id"
)


@dataclass(frozen=True, slots=True)
class Choices:
    """What holds for one viewer now; what was never asked is allowed."""

    refused: frozenset[str] = frozenset()  # purposes
    taken_out: frozenset[str] = frozenset()  # films that are to have no part in the taste

    def allows(self, purpose: Purpose) -> bool:
        """Whether the viewer's data may be used for this purpose."""
        return purpose not in self.refused


def choices_of(database: Database, user_id: str) -> Choices:
    """What a viewer chose, by one query."""
    with database.reading() as connection:
        rows = connection.execute(_CHOICES, {"user_id": user_id}).all()
    return Choices(
        frozenset(purpose for purpose, film in rows if film is None),
        frozenset(film for _, film in rows if film is not None),
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
    """The viewers who said no to a purpose."""
    query = select(consents.c.user_id).where(
        consents.c.purpose == literal(purpose), consents.c.granted.is_(False)
    )
    with database.reading() as connection:
        return set(connection.execute(query).scalars())
