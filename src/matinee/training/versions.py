"""A new version of what serves: learnt, compared with the running one, put into the index."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select

from matinee.dataset import Dataset, Signals
from matinee.errors import ArtefactError, MissingData, StoreError
from matinee.models.naming import describe
from matinee.ranking import FittedPolicy, Policy
from matinee.store.database import Database
from matinee.store.index import CHECK, REMOVED, make_live, refuse_for, version_id
from matinee.store.sequence import settled
from matinee.store.served import Served, add_artefact, live_artefact, read_artefacts
from matinee.store.tables import events, films
from matinee.store.version_places import VersionPlaces
from matinee.training.fitting import fit
from matinee.training.from_events import Signalled
from matinee.training.holding_out import held_out_stage, without_held_out
from matinee.training.refits import Refits
from matinee.training.swap_check import Verdict, check, no_check
from matinee.training.version_folders import Fitted, load_version, save_version, what_ranks

ACTOR = "train"


@dataclass(frozen=True, slots=True)
class Terms:
    """How versions are made, and what one must be to go live."""

    asked: str | Policy  # a model with its settings, or a policy
    held_out: float = 0.1  # share of viewers that no version learns from
    threshold: float = 0.01  # of NDCG@10
    force: bool = False  # live whatever the check says
    kept: int = 5  # versions that keep their files, beside the live one
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a new version."""

    artefact_id: str
    name: str
    live: bool
    reason: str
    seconds: float


def new_version(
    database: Database,
    places: VersionPlaces,
    read: Callable[[Signals], Signalled],
    terms: Terms,
    say: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Learn from what the database knows now, and let it serve if it is not worse.

    A program that ends half-way leaves no trace in the index. StoreError while events are on their
    way that do not arrive.
    """
    started, now = time.perf_counter(), int(time.time())
    until = settled(database)
    if until is None:
        raise StoreError("training: expected writers of events to end, got one that does not")
    said = read(terms.asked.signals if isinstance(terms.asked, Policy) else Signals())
    data = said.data
    learnt = without_held_out(data, terms.held_out)
    fitted = _fitted(learnt, terms, say)
    name = fitted.policy.name if isinstance(fitted, FittedPolicy) else describe(fitted.recipe)
    artefact_id = version_id(now)
    save_version(fitted, places.local(artefact_id), learnt)
    running = live_artefact(database)
    say("comparing with the running version")
    verdict = _compared(fitted, running, said, places, terms)
    metrics = {
        "name": name,
        "kind": "policy" if isinstance(fitted, FittedPolicy) else "model",
        "held_out": terms.held_out,
        "until": until,
        "data": {
            "users": len(learnt.users),
            "films": len(learnt.items),
            "interactions": learnt.histories.entries,
        },
        "against": None if running is None else running.artefact_id,
        "check": None if verdict is None else verdict.to_json_dict(),
    }
    add_artefact(database, artefact_id, places.keep(artefact_id), metrics, now)
    live, reason = _decided(database, artefact_id, verdict, terms)
    _prune(database, places, terms.kept)
    return Outcome(artefact_id, name, live, reason, time.perf_counter() - started)


def unlearnt(database: Database, most: int) -> int:
    """Events since the latest version learnt, and films put in since; of each at most `most`."""
    latest = next(iter(read_artefacts(database)), None)
    until = 0 if latest is None else int(latest.metrics.get("until", 0))
    since = 0 if latest is None else latest.made_at
    said = select(events.c.seq).where(events.c.seq > until).limit(most).subquery()
    put = select(films.c.item_id).where(films.c.changed_at > since).limit(most).subquery()
    with database.reading() as connection:
        return sum(
            int(connection.execute(select(func.count()).select_from(each)).scalar_one())
            for each in (said, put)
        )


def _fitted(data: Dataset, terms: Terms, say: Callable[[str], None]) -> Fitted:
    if isinstance(terms.asked, Policy):
        return Refits(data, terms.seed, say).policy(terms.asked)(data)
    say(f"fitting {terms.asked}")
    return fit(terms.asked, data, terms.seed)


def _compared(
    fitted: Fitted, running: Served | None, said: Signalled, places: VersionPlaces, terms: Terms
) -> Verdict | None:
    """None where nothing runs that could be asked."""
    if running is None:
        return None
    share = min(terms.held_out, float(running.metrics.get("held_out", 0)))
    if not share:
        reason = f"expected a running version that held viewers out, got {running.artefact_id}"
        return no_check(0, terms.threshold, reason)
    try:
        stage = held_out_stage(said.data, share, said.known)
        old = load_version(places.fetch(running.artefact_id, running.place), stage.train)
    except MissingData as error:
        return no_check(0, terms.threshold, str(error))
    except ArtefactError:  # nobody can serve it either
        return None
    return check(what_ranks(fitted), what_ranks(old), stage, terms.threshold)


def _decided(
    database: Database, artefact_id: str, verdict: Verdict | None, terms: Terms
) -> tuple[bool, str]:
    """Live or refused, and why."""
    now = int(time.time())
    if verdict is None:
        make_live(database, artefact_id, ACTOR, now)
        return True, "nothing ran that it could be compared with"
    if verdict.passed:
        make_live(database, artefact_id, ACTOR, now)
        return True, verdict.reason
    refuse_for(database, artefact_id, CHECK, verdict.reason)
    if not terms.force:
        return False, verdict.reason
    make_live(database, artefact_id, ACTOR, now, force=True)
    return True, f"by force: {verdict.reason}"


def _prune(database: Database, places: VersionPlaces, kept: int) -> None:
    """Remove the files of all but the newest; the index remembers them, and why they are gone."""
    there = [
        each
        for each in read_artefacts(database)
        if each.state != "live" and each.metrics.get("refused", {}).get("by") != REMOVED
    ]
    for each in there[kept:]:
        reason = f"its files were removed: only {kept} versions beside the live one are kept"
        refuse_for(database, each.artefact_id, REMOVED, reason)
        places.remove(each.artefact_id)
