"""What a worker remembers of viewers, so that a page reads only what is new of them."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from matinee.dataset import Doings
from matinee.store.choices import Choices, choices_of
from matinee.store.events import EventLog, Tally

MOST_EVENTS = 10_000  # of one viewer, the latest
_MOST_VIEWERS = 5_000
_MOST_REMEMBERED = 400_000  # events of all viewers together: some 40 MB


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What the database has of one viewer."""

    doings: Doings
    choices: Choices


NOTHING = Known(Doings.of([]), Choices())


@dataclass(frozen=True, slots=True, eq=False)
class _Remembered:
    tally: Tally
    known: Known


class Viewers:
    """The latest viewers' events. Whoever accepted or erased them, the next `of` knows it.

    Each answer begins with a query for the tally of the viewer's events: where it is as remembered
    nothing else is read, where events came only those, else all of the viewer's.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[str, _Remembered] = OrderedDict()
        self._events = 0
        self._lock = threading.Lock()

    def of(self, user_id: str, log: EventLog) -> Known:
        """What is known of a viewer now; StoreError where the database does not answer."""
        tally, choices = log.tally(user_id), choices_of(log.database, user_id)
        with self._lock:
            held = self._known.get(user_id)
        if held is not None and held.tally == tally:
            doings: Doings | None = held.known.doings
        else:
            doings = None if held is None else _continued(held, tally, user_id, log)
        if doings is None:
            doings = Doings.of(log.rows_of(user_id, limit=MOST_EVENTS) if tally.events else [])
        known = Known(doings, choices)
        self._remember(user_id, _Remembered(tally, known))
        return known

    def last(self, user_id: str) -> Known:
        """What was known of a viewer when it was last asked for here; else nothing."""
        with self._lock:
            held = self._known.get(user_id)
        return NOTHING if held is None else held.known

    def forget(self, user_id: str) -> None:
        """Keep nothing of a viewer."""
        with self._lock:
            self._drop(user_id)

    def forget_all(self) -> None:
        """Keep nothing of anybody."""
        with self._lock:
            self._known.clear()
            self._events = 0

    def remembered(self) -> list[str]:
        """The viewers of whom something is kept."""
        with self._lock:
            return list(self._known)

    def _remember(self, user_id: str, new: _Remembered) -> None:
        with self._lock:
            self._drop(user_id)
            if not new.tally.events and new.known.choices == Choices():
                return
            self._known[user_id] = new
            self._events += len(new.known.doings)
            while len(self._known) > _MOST_VIEWERS or self._events > _MOST_REMEMBERED:
                self._drop(next(iter(self._known)))

    def _drop(self, user_id: str) -> None:
        held = self._known.pop(user_id, None)
        self._events -= 0 if held is None else len(held.known.doings)


def _continued(held: _Remembered, tally: Tally, user_id: str, log: EventLog) -> Doings | None:
    """What is held with what came since; None where that alone does not make the tally."""
    if not 0 < tally.events - held.tally.events <= MOST_EVENTS:
        return None
    rows = log.rows_of(user_id, held.tally.last, MOST_EVENTS)
    came = Tally(
        held.tally.events + len(rows),
        max((row[0] for row in rows), default=0),
        held.tally.sum + sum(row[0] for row in rows),
    )
    # On PostgreSQL a lower number may come later than a higher one.
    return held.known.doings.after(Doings.of(rows), MOST_EVENTS) if came == tally else None
