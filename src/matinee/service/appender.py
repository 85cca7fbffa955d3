"""Events on their way into the log: requests that come at once are kept in one transaction."""

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass
from typing import Any, TypeAlias

from matinee.errors import StoreError
from matinee.store.events import Answer, EventLog

WAIT_S = 5.0  # a sender is told to try again rather than to wait longer
_MOST_EVENTS = 2_000  # of one transaction
_MOST_WAITING = 1_000  # requests
_Events: TypeAlias = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class _Sent:
    events: _Events
    answers: "Future[list[Answer]]"


class Appender:
    """One thread that writes: while one commit is on its way, what comes waits for the next.

    So a disk that takes ten milliseconds for a commit keeps more than a hundred single events a
    second. Whoever sent an event is answered after its commit, never before.
    """

    def __init__(self, log: Callable[[], EventLog]) -> None:
        self._log = log
        self._queue: queue.Queue[_Sent | None] = queue.Queue(_MOST_WAITING)
        self._thread = threading.Thread(target=self._write, name="matinee-events", daemon=True)
        self._thread.start()

    def send(self, events: _Events) -> "Future[list[Answer]]":
        """What becomes of each event, once it is known; StoreError where too many wait."""
        sent = _Sent(events, Future())
        try:
            self._queue.put_nowait(sent)
        except queue.Full:
            raise StoreError("database: expected it to keep up, got 1,000 that wait") from None
        return sent.answers

    def append(self, events: _Events) -> list[Answer]:
        """The same, waited for; StoreError where it takes too long, which may have kept them."""
        try:
            return self.send(events).result(WAIT_S)
        except TooLate:
            raise StoreError(f"database: expected an answer, got none in {WAIT_S} s") from None

    def close(self) -> None:
        """Write what waits, and end."""
        self._queue.put(None)
        self._thread.join()

    def _write(self) -> None:
        ending = False
        while not ending:
            first = self._queue.get()
            batch: list[_Sent] = []
            while first is not None:
                batch.append(first)
                if sum(len(sent.events) for sent in batch) >= _MOST_EVENTS or self._queue.empty():
                    break
                first = self._queue.get_nowait()
            ending = first is None
            self._keep(batch)

    def _keep(self, batch: Sequence[_Sent]) -> None:
        """All of the batch in one transaction; if that is refused for what it says, each alone."""
        together = [event for sent in batch for event in sent.events]
        try:
            answers = self._log().append(together, int(time.time()))
        except Exception as error:
            if len(batch) > 1 and not isinstance(error, StoreError):
                for sent in batch:
                    self._keep([sent])
                return
            for sent in batch:
                sent.answers.set_exception(error)
            return
        start = 0
        for sent in batch:
            sent.answers.set_result(answers[start : start + len(sent.events)])
            start += len(sent.events)
