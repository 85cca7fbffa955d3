"""The workspaces of a database: each says which erasures it has followed, and what waits in it.

One erases in its own folder; what the others hold of a viewer (lake, models, copies of versions)
they erase themselves as soon as they hear of it. So that an erasure is settled only when all of
them have, each that runs a service, trains or takes snapshots is on record here.
"""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from matinee.errors import StoreError
from matinee.store.database import Database
from matinee.store.tables import facts
from matinee.store.writing import insert_replacing

FORGOTTEN_S = 30 * 86_400  # a workspace that was not seen for so long is gone
_SEEN_S = 3_600
_FILE, _FACT = "workspace.id", "workspace:"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a workspace last said of itself."""

    seen: int
    followed: tuple[str, ...] = ()  # numbers of erasures that were outstanding
    due: tuple[int, ...] = ()  # of what waits in it to be trained again

    def waits(self, number: str, due_at: int) -> bool:
        """Whether something of an erasure is left there."""
        return number not in self.followed or any(moment <= due_at for moment in self.due)


def own_number(home: Path) -> str:
    """The random number of a workspace, made when first asked for."""
    path = home / _FILE
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_text(secrets.token_hex(8), encoding="ascii")
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{path}: expected to read or make the number, got {error}") from error


def stand(
    database: Database,
    home: Path,
    now: int,
    followed: Sequence[str] | None = None,
    due: Sequence[int] | None = None,
) -> Standing:
    """Put a workspace on record, with what is new of it; how it stands now."""
    number = own_number(home)
    before = _read(database).get(number)
    known = before or Standing(0)
    found = Standing(
        known.seen if now - known.seen < _SEEN_S else now,
        known.followed if followed is None else tuple(sorted(followed)),
        known.due if due is None else tuple(sorted(due)),
    )
    if found != before:
        row = {"name": f"{_FACT}{number}", "value": asdict(found)}
        with database.writing() as connection:
            connection.execute(insert_replacing(connection, facts), row)
    return found


def others(database: Database, home: Path, now: int) -> dict[str, Standing]:
    """The other workspaces by their numbers, those not seen for a month left out."""
    own = own_number(home)
    return {
        number: found
        for number, found in _read(database).items()
        if number != own and now - found.seen < FORGOTTEN_S
    }


def _read(database: Database) -> dict[str, Standing]:
    query = select(facts.c.name, facts.c.value).where(facts.c.name.startswith(_FACT))
    with database.reading() as connection:
        rows = connection.execute(query.order_by(facts.c.name)).all()
    return {row.name.removeprefix(_FACT): _standing(row.value) for row in rows}


def _standing(value: Any) -> Standing:
    return Standing(int(value["seen"]), tuple(value["followed"]), tuple(value["due"]))
