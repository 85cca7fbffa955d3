"""What is served in the first seconds after a start, while millions of ratings are being read.

The model itself, of the films as they are now: a list for each viewer and the films that were begun
or listed. Rows that are made of everybody's ratings (trending, themes, gems) come when those have
been read; until then answers say "starting".
"""

import logging
import time
from pathlib import Path

from sqlalchemy import func, select

from matinee.dataset import Dataset, Signals
from matinee.errors import ArtefactError, InputError
from matinee.models.protocols import Scorer
from matinee.page import PageMaker
from matinee.ranking import Policy, Rules
from matinee.schema import RATINGS, Tables, empty
from matinee.service.served import DATABASE, Chosen, Served, newest_folder, served_of
from matinee.store import artefacts
from matinee.store.catalogue import rating_scale, read_films
from matinee.store.database import Database
from matinee.store.folders import current
from matinee.store.opening import Store
from matinee.store.served import live_artefact
from matinee.store.tables import events
from matinee.store.workspace import Workspace
from matinee.training.keeping import load
from matinee.training.policy_keeping import MODEL, kept_policy

STARTING = "starting"
_MANY = 200_000  # events: fewer are read before the first request is answered
# What rules, titles and begun films ask of the catalogue.
_COLUMNS = (
    *("item_id", "title", "original_title", "year", "release_date", "runtime", "genres"),
    *("language", "status", "vote_average", "vote_count"),
)

_log = logging.getLogger("matinee.service")


def read_at_once(store: Store, workspace: Workspace) -> Served | None:
    """What can be served a second from now; None where all there is can, or where this cannot."""
    if _largest(store.database) < _MANY:
        return None
    read_at = int(time.time())
    live = live_artefact(store.database)
    try:
        if live is not None:
            folder: Path | None = store.versions.fetch(live.artefact_id, live.place)
        else:
            folder = newest_folder(workspace)
        if folder is None:
            return None
        scorer, policy = _first_stage(folder)
        films = read_films(store.database, _COLUMNS)
        tables = Tables(DATABASE, films, empty(RATINGS), rating_scale(store.database))
        data = Dataset.from_tables(tables)
        reranking = None if policy is None else policy.reranking
        rules = Rules() if reranking is None else reranking.rules
        maker = PageMaker.of(scorer, data, rules.of(data).at(read_at), whole=False)
    except (ArtefactError, InputError) as error:
        _log.warning("not served before all is read: %s", error)
        return None
    artefact_id = None if live is None else live.artefact_id
    name = folder.name if policy is None else f"policy {policy.name}"
    weights = Signals() if policy is None else policy.signals
    chosen = Chosen(maker, scorer, name, (STARTING,), artefact_id, weights)
    return served_of(store, data, chosen, read_at)


def _largest(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.execute(select(func.max(events.c.seq))).scalar() or 0)


def _first_stage(folder: Path) -> tuple[Scorer, Policy | None]:
    """The model of a folder, or the one that a policy begins with, and the policy."""
    if artefacts.exists(folder):
        return load(folder).scorer, None
    policy = kept_policy(folder)
    if policy is None:
        raise ArtefactError(f"{folder}: expected a policy, got a damaged one")
    return load(current(folder) / MODEL).scorer, policy
