"""Versions that learnt from erased viewers: deleted, or followed by others within their time."""

from collections.abc import Sequence
from pathlib import Path

from matinee.errors import ArtefactError
from matinee.store.erasures import Erasure, Place, last_erased, read_erasures
from matinee.store.folders import current
from matinee.store.index import REMOVED, refuse_for
from matinee.store.opening import Store
from matinee.store.served import Served, read_artefacts

_REASON = "it had learnt from a viewer who was erased"
_LEFT = "it serves no more; its files could not be deleted yet, which is tried again"


def versions_renewed(store: Store, until: int, older_than: float) -> list[Place]:
    """Delete all versions made before `older_than` but the live one, which is to be replaced."""
    places = []
    for artefact in read_artefacts(store.database):
        if artefact.made_at >= older_than or (_gone(artefact) and not _left(artefact)):
            continue
        name = f"artefact {artefact.artefact_id}"
        if artefact.state == "live":
            places.append(Place(name, "pending", until))
        elif _deleted(store, artefact):
            places.append(Place(name, "done", None, "deleted"))
        else:
            places.append(Place(name, "pending", until, _LEFT))
    return places


def settle_versions(store: Store, outstanding: Sequence[Erasure], now: int) -> list[int]:
    """Delete what is not live or late; when those were made that still hold what they learnt.

    Where the live one is late too, pages are made of what was kept, or of what is popular.
    """
    last, waiting = last_erased(store.database)[1], []
    for artefact in read_artefacts(store.database):
        if artefact.made_at > last or (_gone(artefact) and not _left(artefact)):
            continue
        late = any(e.due_at <= now and artefact.made_at <= e.erased_at for e in outstanding)
        if (artefact.state == "live" and not late) or not _deleted(store, artefact):
            waiting.append(artefact.made_at)
    return waiting


def drop_copies(store: Store) -> None:
    """Have this workspace hold no copy of a version that was deleted elsewhere."""
    for artefact in read_artefacts(store.database):
        if _gone(artefact) and current(store.versions.local(artefact.artefact_id)).exists():
            store.versions.drop(artefact.artefact_id)


def training_is_due(store: Store, now: int) -> bool:
    """Whether a new version should be made for an erasure: half of its time is over.

    Not again where one was made since, live or refused.
    """
    known = read_artefacts(store.database)
    live = next((each for each in known if each.state == "live"), None)
    if live is None:
        return False
    latest = max(each.made_at for each in known)
    return any(
        live.made_at <= e.erased_at
        and latest <= e.erased_at
        and now >= (e.erased_at + e.due_at) / 2
        for e in read_erasures(store.database, outstanding=True)
    )


def _deleted(store: Store, artefact: Served) -> bool:
    """Let it never serve again, and delete its files; whether they are gone."""
    refuse_for(store.database, artefact.artefact_id, REMOVED, _REASON, files_left=True)
    try:
        store.versions.remove(artefact.artefact_id)
    except ArtefactError:
        return False
    if not artefact.place.startswith("s3://") and current(Path(artefact.place)).exists():
        return False  # another workspace's, which deletes it when it hears of this
    refuse_for(store.database, artefact.artefact_id, REMOVED, _REASON)
    return True


def _gone(artefact: Served) -> bool:
    return bool(artefact.metrics.get("refused", {}).get("by") == REMOVED)


def _left(artefact: Served) -> bool:
    return bool(artefact.metrics["refused"].get("files_left"))
