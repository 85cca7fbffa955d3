"""What the simulated viewers did, as arrays: the pages that they saw and the plays they began."""

from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np

ROWS, SLOTS = 5, 6  # of a page
PAUSES = 3  # at most, a play
SKIP, STOP, COMPLETE = 0, 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class Pages:
    """One page an evening, by viewer and evening; page p shows `items[p]`, row by row."""

    user: np.ndarray  # (pages,) int32
    evening: np.ndarray  # (pages,) int32, of this viewer
    time: np.ndarray  # (pages,) int64 UTC seconds
    items: np.ndarray  # (pages, ROWS * SLOTS) int16
    opened: np.ndarray  # (pages, ROWS * SLOTS) bool: its details were looked at


@dataclass(frozen=True, slots=True, eq=False)
class Plays:
    """One film begun, by viewer and time; a viewer begins a film once."""

    page: np.ndarray  # (plays,) int64
    user: np.ndarray  # (plays,) int32
    item: np.ndarray  # (plays,) int16
    place: np.ndarray  # (plays,) int16: where on the page; -1 = searched for
    time: np.ndarray  # (plays,) int64 UTC seconds
    ended: np.ndarray  # (plays,) int8: SKIP, STOP or COMPLETE
    watched: np.ndarray  # (plays,) int32 seconds of the film
    pauses: np.ndarray  # (plays, PAUSES, 2) int32: position, length in seconds; length 0 = none
    rating: np.ndarray  # (plays,) float32, NaN = not rated
    rated_at: np.ndarray  # (plays,) int64 UTC seconds

    @property
    def ended_at(self) -> np.ndarray:
        """When the play ended, (plays,) UTC seconds."""
        return np.asarray(self.time + self.watched + self.pauses[:, :, 1].sum(axis=1))


Log = TypeVar("Log", Pages, Plays)


def taken(log: Log, rows: np.ndarray) -> Log:
    """These rows of a log, in this order."""
    return type(log)(*(getattr(log, field.name)[rows] for field in fields(log)))


def joined(logs: list[Log]) -> Log:
    """The logs one after the other; page numbers are left as they are."""
    names = [field.name for field in fields(logs[0])]
    return type(logs[0])(*(np.concatenate([getattr(log, name) for log in logs]) for name in names))
