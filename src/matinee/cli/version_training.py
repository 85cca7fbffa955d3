"""train --live and --watch: versions for the service."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from matinee.cli.output import note, out, print_json, working
from matinee.cli.sources import place_compiled_code
from matinee.errors import InputError, MatineeError

if TYPE_CHECKING:
    from matinee.ranking import Policy
    from matinee.settings import Settings
    from matinee.store.opening import Store
    from matinee.training.versions import Outcome, Terms
    from matinee.training.watching import Rhythm

_LOOK_S = 5.0  # how often the database is asked what is new
_PATIENCE_S = 60.0  # after a training that failed


def hold_to_database(data: Sequence[str] | None) -> None:
    """InputError where versions are wanted of anything but the service's database."""
    if list(data or ()) != ["database"]:
        got = " ".join(data or ()) or "none"
        raise InputError(f"--live: expected --data database, got {got}")


def one_asked(models: Sequence[str] | None, policies: Sequence[Path] | None) -> "str | Policy":
    """The model or the policy that is asked for; the empty text where none is."""
    from matinee.api import read_policy

    asked = [*(models or ()), *(policies or ())]
    if len(asked) > 1:
        got = ", ".join(map(str, asked))
        raise InputError(f"--live: expected one model or one policy, got {got}")
    return read_policy(policies[0]) if policies else next(iter(models or ()), "")


def train_live(settings: "Settings", terms: "Terms", rhythm: "Rhythm | None", json: bool) -> None:
    """One version now; with a rhythm again and again until it is told to stop."""
    place_compiled_code(settings)
    from matinee.store.opening import open_store

    store = open_store(settings)
    try:
        if rhythm is None:
            _tell(_made(store, settings, terms), json)
            return
        _watch(store, settings, rhythm, lambda: _tell(_made(store, settings, terms), json))
    finally:
        store.database.close()


def _watch(
    store: "Store", settings: "Settings", rhythm: "Rhythm", train: Callable[[], None]
) -> None:
    from matinee.store.retention import Retention
    from matinee.store.served import read_artefacts
    from matinee.store.workspace import Workspace
    from matinee.training.erased_versions import training_is_due
    from matinee.training.erasing import follow_erasures
    from matinee.training.expiring import Keeper
    from matinee.training.versions import unlearnt

    every = "" if rhythm.every_s is None else f", or {rhythm.every_s:g} s after the last"
    note(f"watching: a new version after {rhythm.after:,} events{every}")
    workspace = Workspace(settings.home)
    keeper = Keeper(store, workspace, Retention.of(settings))
    while True:
        wait_s = _LOOK_S
        try:
            keeper.look("trainer", int(time.time()))
            keeper.follow()
            follow_erasures(store, workspace, int(time.time()))
            versions = read_artefacts(store.database)
            since_s = time.time() - versions[0].made_at if versions else float("inf")
            new = unlearnt(store.database, rhythm.after)
            erased = training_is_due(store, int(time.time()))
            if (new and not versions) or rhythm.due(new, since_s) or erased:
                train()
        except MatineeError as error:  # the database is away, or too little is known yet
            note(f"not trained: {error}; again in {_PATIENCE_S:g} s")
            wait_s = _PATIENCE_S
        time.sleep(wait_s)


def _made(store: "Store", settings: "Settings", terms: "Terms") -> "Outcome":
    from dataclasses import replace

    from matinee.api.recommending import default_model
    from matinee.cli.own_defaults import with_own_default
    from matinee.training.from_events import signalled
    from matinee.training.versions import new_version

    if terms.asked == "":
        data = signalled(store.database).data
        text = with_own_default(default_model(data), data, settings)
        terms = replace(terms, asked=text)
    with working("training") as status:
        return new_version(
            store.database,
            store.versions,
            lambda weights: signalled(store.database, weights),
            terms,
            status.update,
        )


def _tell(outcome: "Outcome", json: bool) -> None:
    if json:
        document = {
            "artefact_id": outcome.artefact_id,
            "name": outcome.name,
            "live": outcome.live,
            "reason": outcome.reason,
            "seconds": outcome.seconds,
        }
        print_json(document)
        return
    state = "live" if outcome.live else "refused"
    out.print(
        f"[b]{escape(outcome.name)}[/b] {outcome.artefact_id} in {outcome.seconds:.1f} s: "
        f"[b]{state}[/b]; {escape(outcome.reason)}",
        soft_wrap=True,
    )
