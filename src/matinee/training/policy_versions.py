"""A policy that asks for nothing new to be learnt becomes a version of what the live one has."""

from matinee.errors import InputError
from matinee.models import RECIPES
from matinee.models.naming import describe
from matinee.ranking.policy import Policy, policy_from_toml
from matinee.store import artefacts
from matinee.store.database import Database
from matinee.store.index import REMOVED, make_live, refuse_for, version_id
from matinee.store.served import add_artefact, live_artefact
from matinee.store.version_places import VersionPlaces
from matinee.training.policy_keeping import copy_with, kept_policy


def version_of_policy(
    database: Database, places: VersionPlaces, toml: str, actor: str, now: int
) -> str:
    """Make the policy a version and let it serve; its id.

    What was learnt is copied from the live version, and with it the moment at which that was
    learnt: a version from before an erasure cannot come back under a new name. InputError where
    none is live, or the policy has other candidates, ranker or signals: then it has to be trained.
    """
    policy = policy_from_toml(toml, "policy")
    running = live_artefact(database)
    if running is None:
        raise InputError(
            "policy: expected a live version whose model it can use, got none; "
            "'matinee train --data database --policy FILE --live' makes one"
        )
    folder = places.fetch(running.artefact_id, running.place)
    alone = artefacts.exists(folder)  # a model without a policy
    own = _of_model(artefacts.manifest_of(folder)) if alone else kept_policy(folder)
    sections = ("candidates", "ranker", "signals")
    lacking = [n for n in sections if own is None or getattr(own, n) != getattr(policy, n)]
    if lacking:
        raise InputError(
            f"policy {policy.name}: expected the candidates, ranker and signals of the live "
            f"version, got other {' and '.join(lacking)}; 'matinee train --data database --policy "
            "FILE --live' learns them"
        )
    artefact_id = version_id(now)
    copy_with(folder, places.local(artefact_id), policy)
    place = places.keep(artefact_id)
    metrics = {k: v for k, v in running.metrics.items() if k not in ("check", "refused", "forced")}
    metrics |= {"name": policy.name, "kind": "policy", "against": running.artefact_id}
    metrics["check"] = None
    add_artefact(database, artefact_id, place, metrics, running.made_at)
    try:
        make_live(database, artefact_id, actor, now)
    except InputError as error:
        refuse_for(database, artefact_id, REMOVED, str(error))
        places.remove(artefact_id)
        raise
    return artefact_id


def _of_model(manifest: artefacts.Manifest) -> Policy:
    """A model alone, as the policy that it is."""
    text = describe(RECIPES[manifest.kind](**manifest.recipe))
    return policy_from_toml(f'[candidates]\nmodel = "{text}"\n', "current")
