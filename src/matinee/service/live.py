"""What is served now, and the thread that replaces it when the database or a model changed."""

import logging
import threading
from dataclasses import dataclass, field

from matinee.errors import MatineeError
from matinee.service.served import Served, kept_at, read_served
from matinee.store.catalogue import changed_at
from matinee.store.opening import Store
from matinee.store.workspace import Workspace

LOOK_S = 5.0  # how often a worker looks for a new model and for changed films
_log = logging.getLogger("matinee.service")


@dataclass(slots=True, eq=False)
class Live:
    """One worker's. `served` is read once a request: another one may be there for the next."""

    store: Store
    workspace: Workspace
    served: Served
    _seen: tuple[float, int]  # when a model was kept and the catalogue changed, as it was read
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @classmethod
    def of(cls, store: Store, workspace: Workspace) -> "Live":
        """Reads what there is; seconds."""
        seen = _changes(store, workspace)
        return cls(store, workspace, read_served(store, workspace), seen)

    def start(self, every_s: float = LOOK_S) -> None:
        """Begin to look for changes."""
        self._thread = threading.Thread(
            target=self._watch, args=(every_s,), name="matinee-live", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def refresh(self) -> bool:
        """Serve what is new, if anything is; whether it was."""
        seen = _changes(self.store, self.workspace)
        # Changes of the second in which it was read may have come after it.
        if seen == self._seen and seen[1] < self.served.read_at:
            return False
        self.reread()
        return True

    def reread(self) -> None:
        """Serve what there is now, whether it is known to have changed or not."""
        seen = _changes(self.store, self.workspace)
        self.served, self._seen = read_served(self.store, self.workspace), seen

    def _watch(self, every_s: float) -> None:
        while not self._stop.wait(every_s):
            try:
                if self.refresh():
                    _log.info("serving anew: %s", self.served.name)
            except MatineeError as error:
                _log.error("not refreshed, the last one is served on: %s", error)


def _changes(store: Store, workspace: Workspace) -> tuple[float, int]:
    return kept_at(workspace), changed_at(store.database)
