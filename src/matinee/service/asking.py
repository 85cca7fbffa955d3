"""What may be used of a viewer: what is known, less what the viewer chose to keep out."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from matinee.errors import StoreError
from matinee.page import PageMaker
from matinee.page.maker import FOR_ANYBODY
from matinee.page.standing import Standing, standing
from matinee.service.served import Served
from matinee.service.worker import Worker
from matinee.store.choices import Choices

STORE_DOWN = "store down"
SWITCHED_OFF = (
    "personalisation is switched off: nothing that this viewer did is used, and the page is the "
    "same for everybody"
)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One viewer as a request may see them."""

    known: Standing  # all of it
    used: Standing  # what lists and pages are made of
    maker: PageMaker  # that shows no film which was taken out
    choices: Choices
    degraded: tuple[str, ...]  # what was missing

    def notes(self, made: Sequence[str]) -> list[str]:
        """What an answer says of itself: what the maker said, and what the viewer chose."""
        if not self.choices.allows("personalisation"):
            return [SWITCHED_OFF, *(note for note in made if note != FOR_ANYBODY)]
        count = len(self.choices.taken_out)
        films = f"{count} film{'' if count == 1 else 's'}"
        said = [f"{films} taken out of this viewer's taste: no part of any score"] if count else []
        return [*made, *said]


def asked(worker: Worker, served: Served, user_id: str, *, or_last: bool = False) -> Asked:
    """What is known of a viewer now, and what of it may be used.

    StoreError where the database does not answer; with `or_last` what this worker knew of the
    viewer last, if anything.
    """
    lacking: tuple[str, ...] = ()
    try:
        found = worker.guard.ask(lambda: worker.viewers.of(user_id, served.log))
    except StoreError:
        if not or_last:
            raise
        found, lacking = worker.viewers.last(user_id), (STORE_DOWN,)
    choices = found.choices
    known = standing(user_id, found.doings, served.films, int(time.time()))
    degraded = served.degraded + lacking
    if not choices.allows("personalisation"):
        nothing = known.history.where(np.zeros(known.history.entries, bool))
        return Asked(known, Standing(nothing, {}, []), served.maker, choices, degraded)
    if not choices.taken_out:
        return Asked(known, known, served.maker, choices, degraded)
    numbers = np.array([served.number(film) for film in choices.taken_out])
    history = known.history.where(~np.isin(known.history.numbers, numbers))
    shown = served.maker.shown.copy()
    shown[numbers[numbers >= 0]] = False
    maker = replace(served.maker, shown=shown)
    return Asked(known, replace(known, history=history), maker, choices, degraded)
