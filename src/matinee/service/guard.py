"""Asking the database without waiting for one that is away."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from matinee.errors import StoreError

PAUSE_S = 1.0  # for so long nobody asks a database that did not answer
_AT_ONCE = 4  # requests of a worker that wait for the database: others go on without it
_PATIENCE_S = 0.5
T = TypeVar("T")


class Guard:
    """Lets few ask at once, and nobody for a second after one got no answer."""

    def __init__(self) -> None:
        self._slots = threading.BoundedSemaphore(_AT_ONCE)
        self._away_until = 0.0

    def ask(self, question: Callable[[], T]) -> T:
        """The answer; StoreError where there is none, at once while the database is away.

        A database that neither answers nor refuses holds as many threads as may ask at once;
        whoever finds no place among them within half a second goes on without it.
        """
        if time.monotonic() < self._away_until:
            raise StoreError("database: expected it to answer, got none a moment ago")
        if not self._slots.acquire(timeout=_PATIENCE_S):
            self._away_until = time.monotonic() + PAUSE_S
            raise StoreError(f"database: expected an answer, got none in {_PATIENCE_S} s")
        try:
            answer = question()
        except StoreError:
            self._away_until = time.monotonic() + PAUSE_S
            raise
        finally:
            self._slots.release()
        self._away_until = 0.0
        return answer
