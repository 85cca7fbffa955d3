"""The index of artefacts as people use it: versions that go live, are refused or taken back.

What is known of a version stands in `metrics`: what it is, what it learnt from, how it was checked,
and under "refused" why it may not serve: "check" (the comparison; may be forced) or another word.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, update

from matinee.errors import InputError, UnknownId
from matinee.store.database import Database
from matinee.store.served import Served, go_live, read_artefacts
from matinee.store.tables import artefacts, audit

CHECK = "check"  # refused by the comparison with the running version
REMOVED = "removed"  # its files are gone


def version_id(now: int) -> str:
    """An id for a new artefact: its moment, so that text order is the order of time."""
    return f"{datetime.fromtimestamp(now, UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def version(database: Database, artefact_id: str) -> Served:
    """One artefact of the index; UnknownId where it is not in it."""
    query = select(artefacts).where(artefacts.c.artefact_id == artefact_id)
    with database.reading() as connection:
        row = connection.execute(query).first()
    if row is None:
        raise UnknownId(f"artefact: expected one of the index, got {artefact_id!r}")
    return Served(**row._mapping)


def refuse_for(
    database: Database, artefact_id: str, by: str, reason: str, *, files_left: bool = False
) -> None:
    """Let it not serve, and keep why; and whether files are left that should be gone."""
    metrics = dict(version(database, artefact_id).metrics)
    metrics["refused"] = {"by": by, "reason": reason}
    if files_left:
        metrics["refused"]["files_left"] = True
    change = update(artefacts).where(artefacts.c.artefact_id == artefact_id)
    with database.writing() as connection:
        connection.execute(change.values(state="refused", metrics=metrics))


def make_live(
    database: Database, artefact_id: str, actor: str, now: int, *, force: bool = False
) -> None:
    """Have every server follow this version; the audit log says who wanted it, and if by force.

    `force` lets in what the check has refused, nothing else. UnknownId; InputError with the reason
    where it may not serve.
    """
    found = version(database, artefact_id)
    refused = found.metrics.get("refused", {})
    if found.state == "refused":
        if refused.get("by") != CHECK or not force:
            hint = "; --force lets it in all the same" if refused.get("by") == CHECK else ""
            raise InputError(
                f"artefact: expected one that may serve, got {artefact_id!r}, which was refused: "
                f"{refused.get('reason', 'no reason was kept')}{hint}"
            )
        _reconsider(database, found)
    go_live(database, artefact_id)
    forced = " by force" if found.state == "refused" else ""
    row = {"timestamp": now, "actor": actor, "action": f"artefact live{forced}"}
    with database.writing() as connection:
        connection.execute(insert(audit), row | {"subject": artefact_id})


def roll_back(database: Database, actor: str, now: int) -> tuple[str, str]:
    """Go back to the newest version that is older than the live one; (from, to).

    InputError where none is live, or none before it may serve.
    """
    known = read_artefacts(database)
    live = next((each for each in known if each.state == "live"), None)
    if live is None:
        raise InputError("rollback: expected a live version, got none")
    chosen = version_before(known)
    if chosen is None:
        raise InputError(
            f"rollback: expected a version that was live before {live.artefact_id}, got none"
        )
    make_live(database, chosen.artefact_id, actor, now)
    return live.artefact_id, chosen.artefact_id


def version_before(known: Sequence[Served]) -> Served | None:
    """Of an index the newest version that served and is older than the live one, if any."""
    live = next((each for each in known if each.state == "live"), None)
    if live is None:
        return None
    age = (live.made_at, live.artefact_id)
    earlier = [v for v in known if v.state == "retired" and (v.made_at, v.artefact_id) < age]
    return max(earlier, key=lambda each: (each.made_at, each.artefact_id), default=None)


def told(found: Served) -> dict[str, Any]:
    """One version as JSON, for people and programs; the place is not for those outside."""
    metrics: Mapping[str, Any] = found.metrics
    return {
        "artefact_id": found.artefact_id,
        "state": found.state,
        "made_at": found.made_at,
        "name": metrics.get("name"),
        "kind": metrics.get("kind"),
        "data": metrics.get("data"),
        "check": metrics.get("check"),
        "refused": metrics.get("refused"),
    }


def _reconsider(database: Database, found: Served) -> None:
    metrics = {key: value for key, value in found.metrics.items() if key != "refused"}
    metrics["forced"] = found.metrics.get("refused")
    change = update(artefacts).where(artefacts.c.artefact_id == found.artefact_id)
    with database.writing() as connection:
        connection.execute(change.values(state="candidate", metrics=metrics))
