"""The lists of a database's viewers, by the version that the service serves."""

import numpy as np

from matinee.api.batch import Lists
from matinee.dataset import Signals
from matinee.errors import InputError
from matinee.models.naming import describe
from matinee.ranking import FittedPolicy
from matinee.settings import Settings
from matinee.store.all_events import films_taken_out
from matinee.store.catalogue import withdrawn_films
from matinee.store.opening import open_store
from matinee.store.served import live_artefact
from matinee.training.from_events import signalled
from matinee.training.version_folders import hold_to, load_version, with_new_films


def live_lists(settings: Settings) -> tuple[Lists, str]:
    """Of all viewers who did not switch personalisation off, and the name of what makes them.

    Films that a viewer took out of the taste have no part in it, and are not in the list. The
    signals have the weights of the version's policy. InputError where no version is live.
    """
    store = open_store(settings)
    try:
        live = live_artefact(store.database)
        if live is None:
            raise InputError(
                "recommend --all: expected a live version of the database, got none; make one with "
                "'matinee train --data database --live', or name a model (-m) or a --policy"
            )
        said = signalled(store.database, Signals(), "personalisation")
        place = store.versions.fetch(live.artefact_id, live.place)
        fitted = load_version(place, said.data)
        if isinstance(fitted, FittedPolicy) and fitted.policy.signals != Signals():
            said = signalled(store.database, fitted.policy.signals, "personalisation")
            fitted = load_version(place, said.data)
        hold_to(said.data, fitted, live.place)
        fitted = with_new_films(fitted, said.data)
        withdrawn = withdrawn_films(store.database)
        mask = np.zeros(len(said.data.items), bool)
        mask[said.data.items.numbers(list(withdrawn))] = True
        out = films_taken_out(store.database)
    finally:
        store.database.close()
    lists = Lists.of(said.data, fitted, said.known, mask)
    name = (
        f"policy {fitted.policy.name}"
        if isinstance(fitted, FittedPolicy)
        else describe(fitted.recipe)
    )
    return lists.without(out), name
