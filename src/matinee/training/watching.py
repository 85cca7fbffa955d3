"""When a new version is due: enough that is new, or enough time."""

import re
from dataclasses import dataclass

from matinee.errors import InputError

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A new version after so many events, or so many seconds after the last if any is new."""

    after: int = 10_000  # events and changed films
    every_s: float | None = None

    def __post_init__(self) -> None:
        if self.after < 1:
            raise InputError(f"after: expected a number of events from 1, got {self.after}")

    def due(self, new: int, since_s: float) -> bool:
        """Whether, with so many new events, so many seconds after the last version."""
        return new >= self.after or (
            self.every_s is not None and new > 0 and since_s >= self.every_s
        )


def seconds(text: str) -> float:
    """The seconds of a duration in words.

    >>> seconds("6h")
    21600.0
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text.strip())
    if found is None or not float(found[1]):
        raise InputError(f"duration: expected such as 30m, 6h or 1d, got {text!r}")
    return float(found[1]) * _UNITS[found[2]]
