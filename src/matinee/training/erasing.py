"""A viewer erased from all that the live service holds, with a certificate of it."""

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from matinee.dataset import Dataset
from matinee.errors import ArtefactError
from matinee.models.naming import describe
from matinee.store import lake
from matinee.store.changes import Change
from matinee.store.erasing import erase
from matinee.store.erasures import (
    Place,
    back_again,
    bury,
    certificate,
    keep_tombstone,
    kept_tombstones,
    last_erased,
    open_erasure,
    read_erasures,
    settle,
)
from matinee.store.folders import current, written_at
from matinee.store.opening import Store
from matinee.store.workspace import Workspace
from matinee.store.workspaces import others, stand
from matinee.training.erased_versions import drop_copies, settle_versions, versions_renewed
from matinee.training.fitting import fit
from matinee.training.from_events import tables_of_signals
from matinee.training.keeping import due, load, mark_stale, save
from matinee.training.learnt import bring_up_to_date
from matinee.training.policy_keeping import RANKER
from matinee.training.renewal import Renewal, Renewed

_FOLLOWS = (
    "its lake, models and copies follow when its service, trainer or next snapshot hears of it"
)
DATABASE = "database"  # the name of the data set, under which models of it are kept
ERASED = "a viewer it learnt from has been erased since"
HEARD_S = 60  # by then every worker has dropped what it held in memory
_DAY_S = 86_400
_OUT_OF_REACH = (
    ("backups of before", "'matinee database replay-tombstones' erases again after a restore"),
    ("files that were exported before", ""),
    ("data that 'matinee import' keeps", "'matinee forget USER --data NAME' reaches it"),
    ("blocks that the file system has freed, PostgreSQL's own log", ""),
)


def erase_viewer(
    store: Store, workspace: Workspace, user_id: str, now: int, days: int
) -> dict[str, Any]:
    """Erase a viewer everywhere that can be reached; the certificate, as a JSON document.

    At once: rows and the space they stood in, the lake, the rows in ledgers and sums, linear models
    and those that are quick to fit. What else has learnt from the viewer is marked, and is trained
    again within `days` or removed. Erasing again is no error. StoreError as `store.erasing.erase`.
    """
    number, until = secrets.token_hex(16), now + days * _DAY_S
    keep_tombstone(workspace.home, store.key, user_id, now)
    before = [erasure.number for erasure in read_erasures(store.database, outstanding=True)]
    counts = erase(store.database, store.key, user_id, now)
    places = [Place(f"database: {table}", "done") for table in counts]
    places.append(Place("database: the space of the rows", "done"))
    lake.forget(store.log, store.lake, user_id)
    places.append(Place("snapshot files", "done"))
    places += renewed(store, workspace, until)
    # On record only now: another process settles what is on record and finds nothing marked.
    open_erasure(store.database, number, now, until)
    lake.follow(store.log, store.lake)
    due_here = [moment for _, moment in _marked(workspace)]
    stand(store.database, workspace.home, now, [*before, number], due_here)
    for other in others(store.database, workspace.home, now):
        places.append(Place(f"workspace {other}", "pending", until, _FOLLOWS))
    places.append(Place("memory of workers", "pending", now + HEARD_S))
    places += [Place(place, "out of reach", None, note) for place, note in _OUT_OF_REACH]
    settle_what_can_be(store, workspace, now)
    return certificate(store.key, number, now, until, places)


def renewed(
    store: Store, workspace: Workspace, until: int, older_than: float = float("inf")
) -> list[Place]:
    """Every artefact of the database's data made without those who were erased, or marked.

    Of those that were written before `older_than` alone, UTC seconds.
    """
    with workspace.change() as change:
        folders, policies = (
            [folder for folder in there if written_at(folder) < older_than]
            for there in (workspace.model_folders(DATABASE), workspace.policy_folders(DATABASE))
        )
        if older_than < float("inf") and not folders and not policies:
            return []
        data = _data(store)
        statistics = dict(bring_up_to_date(workspace, change, data))
        renewal = Renewal(workspace, change, data, None, ERASED, statistics, False, until)
        models = [renewal.of(folder) for folder in folders]
        places = [Place("sums over viewers and their ledgers", "done")]
        places += [_place(model, until) for model in models]
        for folder in policies:
            places.append(_marked_policy(change, folder, until))
    return places + versions_renewed(store, until, older_than)


def follow_erasures(store: Store, workspace: Workspace, now: int) -> bool:
    """Erase in this workspace what others have erased in theirs; whether there was anything."""
    known = stand(store.database, workspace.home, now)
    outstanding = read_erasures(store.database, outstanding=True)
    new = [erasure for erasure in outstanding if erasure.number not in known.followed]
    if new:
        lake.follow(store.log, store.lake)
        last = max(erasure.erased_at for erasure in new)
        renewed(store, workspace, min(erasure.due_at for erasure in new), older_than=last + 1)
        drop_copies(store)
        due_here = [moment for _, moment in _marked(workspace)]
        numbers = [erasure.number for erasure in outstanding]
        stand(store.database, workspace.home, now, numbers, due_here)
    return bool(new)


def settle_what_can_be(store: Store, workspace: Workspace, now: int) -> int:
    """Remove what was not trained again in time, and settle what is done; how much is left."""
    follow_erasures(store, workspace, now)
    outstanding = read_erasures(store.database, outstanding=True)
    if not outstanding:
        return 0
    marked = dict(_marked(workspace))
    if late := [folder for folder, moment in marked.items() if moment <= now]:
        with workspace.change() as change:
            for folder in late:
                change.remove(folder)
                del marked[folder]
    old = settle_versions(store, outstanding, now)
    drop_copies(store)
    own = stand(store.database, workspace.home, now, due=list(marked.values()))
    standings = [own, *others(store.database, workspace.home, now).values()]
    left = 0
    for erasure in outstanding:
        waits = any(each.waits(erasure.number, erasure.due_at) for each in standings)
        if waits or any(made_at <= erasure.erased_at for made_at in old):
            left += 1
        else:
            settle(store.database, erasure.number, now)
    return left


def train_again(store: Store, workspace: Workspace, seed: int) -> list[str]:
    """Fit the marked models again on what the database holds now; their names.

    Policies are fitted again by 'matinee train --policy'.
    """
    marked = {folder for folder, _ in _marked(workspace)}
    found = []
    for folder in workspace.model_folders(DATABASE):
        if folder not in marked:
            continue
        erased = last_erased(store.database)
        data = _data(store)
        trained = load(folder)
        recipe = trained.recipe
        fitted = fit(recipe, data, seed)
        with workspace.change():
            if last_erased(store.database) == erased:  # else the next run does it
                save(fitted, folder, data)
                found.append(describe(recipe))
    return found


def replay_tombstones(store: Store, workspace: Workspace, now: int, days: int) -> int:
    """Erase again who came back with a restored backup; how many did.

    Tombstones beside the database are older than what was restored, or as old.
    """
    kept = kept_tombstones(workspace.home)
    bury(store.database, kept)
    found = back_again(store.database, store.key, kept)
    for user_id in found:
        erase_viewer(store, workspace, user_id, now, days)
    return len(found)


def _place(model: Renewed, until: int) -> Place:
    name = f"model {model.name}"
    if model.removed:
        return Place(name, "done", None, "removed")
    if not model.stale:
        return Place(name, "done", None, "made anew")
    parts = (
        "" if model.stale == (model.recipe,) else f"parts not made anew: {', '.join(model.stale)}"
    )
    return Place(name, "pending", until, parts)


def _marked_policy(change: Change, folder: Path, until: int) -> Place:
    """A policy has learnt as a whole, and is served until it is trained again."""
    place, name = current(folder), f"policy {folder.name}"
    try:
        known = due(place / RANKER)
        if known is None:
            target = change.folder(folder)
            shutil.copytree(place, target)
            mark_stale(place / RANKER, target / RANKER, ERASED, until)
    except ArtefactError:
        change.remove(folder)
        return Place(name, "done", None, "removed: it was damaged")
    return Place(name, "pending", until if known is None else known)


def _data(store: Store) -> Dataset:
    """What models of the database learn from, now."""
    return Dataset.from_tables(tables_of_signals(store.database))


def _marked(workspace: Workspace) -> Iterator[tuple[Path, int]]:
    """What waits to be trained again, and until when."""
    folders = [(folder, folder) for folder in workspace.model_folders(DATABASE)]
    folders += [(f, current(f) / RANKER) for f in workspace.policy_folders(DATABASE)]
    for folder, artefact in folders:
        try:
            moment = due(artefact)
        except ArtefactError:
            continue
        if moment is not None:
            yield folder, moment
