"""What is served now, and the thread that replaces it when the database or a model changed."""

import ctypes
import gc
import logging
import sys
import threading
from dataclasses import dataclass, field
from typing import TypeAlias

from matinee.errors import MatineeError
from matinee.service.served import NO_VERSION, Served, kept_at, read_served
from matinee.service.starting import read_at_once
from matinee.store.catalogue import changed_at
from matinee.store.opening import Store
from matinee.store.served import live_artefact
from matinee.store.workspace import Workspace

LOOK_S = 2.0  # how often a worker looks for a new version and for changed films
# Which version is live; when a model was kept and when the catalogue changed.
_Changes: TypeAlias = tuple[str | None, float, int]
_STOP_S = 2.0
_NOTHING: _Changes = (None, -1.0, -1)
_log = logging.getLogger("matinee.service")


@dataclass(slots=True, eq=False)
class Live:
    """One worker's. `served` is read once a request: another one may be there for the next."""

    store: Store
    workspace: Workspace
    served: Served
    _seen: _Changes  # as it was read
    _stop: threading.Event = field(default_factory=threading.Event)
    _look: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @classmethod
    def of(cls, store: Store, workspace: Workspace) -> "Live":
        """Reads what there is; of a large database what can be served at once, `start` the rest."""
        if (early := read_at_once(store, workspace)) is not None:
            return cls(store, workspace, early, _NOTHING)
        seen = _changes(store, workspace)
        found = cls(store, workspace, read_served(store, workspace), seen)
        settle()
        return found

    def start(self, every_s: float = LOOK_S) -> None:
        """Begin to look for changes."""
        if self._seen == _NOTHING:
            self.wake()
        self._thread = threading.Thread(
            target=self._watch, args=(every_s,), name="matinee-live", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        self._look.set()
        if self._thread is not None:
            self._thread.join(_STOP_S)  # one that reads millions of ratings is not waited for

    def wake(self) -> None:
        """Look now."""
        self._look.set()

    def refresh(self) -> bool:
        """Serve what is new, if anything is; whether it was."""
        seen = _changes(self.store, self.workspace)
        # Changes of the second in which it was read may have come after it.
        if seen == self._seen and seen[2] < self.served.read_at:
            return False
        served = read_served(self.store, self.workspace)
        if NO_VERSION in served.degraded and self.served.artefact_id is not None:
            return False  # the one before is better than none; it is asked for again
        self.served, self._seen = served, seen
        settle()
        return True

    def reread(self) -> None:
        """Serve what there is now, whether it is known to have changed or not."""
        seen = _changes(self.store, self.workspace)
        self.served, self._seen = read_served(self.store, self.workspace), seen
        settle()

    def _watch(self, every_s: float) -> None:
        while not self._stop.is_set():
            self._look.wait(every_s)
            self._look.clear()
            if self._stop.is_set():
                return
            try:
                if self.refresh():
                    _log.info("serving anew: %s", self.served.name)
            except MatineeError as error:
                _log.error("not refreshed, the last one is served on: %s", error)


def settle() -> None:
    """Give back the memory that reading took, and have the collector pass over what is served.

    To look through a catalogue for garbage takes a fifth of a second, in which no request is
    answered. What was read and let go, glibc keeps by itself: a hundred megabytes a worker.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)


def _changes(store: Store, workspace: Workspace) -> _Changes:
    live = live_artefact(store.database)
    return (
        None if live is None else live.artefact_id,
        kept_at(workspace),
        changed_at(store.database),
    )
