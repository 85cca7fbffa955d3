"""What serves is looked into once, in a thread of its own, and kept until something else serves."""

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request

from matinee.api.looking_into import Subject, look_into
from matinee.dataset import Dataset
from matinee.errors import MatineeError
from matinee.features.pairs import PairFeatures
from matinee.kernels.threads import one_thread
from matinee.ranking.fitted_policy import FirstStage
from matinee.service.served import DATABASE, Served, kept_at
from matinee.service.worker import Worker
from matinee.store.catalogue import read_tables
from matinee.store.index import version
from matinee.store.measured import keep_measured, read_measured

_log = logging.getLogger("matinee.web")


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """How far it is: a document, or what is being done, or why there is none."""

    document: Mapping[str, Any] | None = None
    said: str = ""
    failed: str = ""

    @property
    def working(self) -> bool:
        """Whether it is worth asking again."""
        return self.document is None and not self.failed


@dataclass(slots=True)
class Interpreting:
    """One worker's. What another worker of the workspace found out is taken from there."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _key: str = ""
    _state: State = field(default_factory=State)

    def of(self, worker: Worker, served: Served) -> State:
        """Begins where nothing is known of what serves; comes back at once."""
        key = key_of(worker, served)
        with self._lock:
            if self._key == key:
                return self._state
            self._key, self._state = key, State(said="reading what is kept")
            kept = read_measured(worker.live.workspace, DATABASE, "served")
            if kept is not None and kept.document.get("key") == key:
                self._state = State(kept.document)
                return self._state
            threading.Thread(
                target=self._work, args=(worker, served, key), name="matinee-look", daemon=True
            ).start()
            return self._state

    def _work(self, worker: Worker, served: Served, key: str) -> None:
        try:
            with one_thread():  # requests are answered meanwhile
                found = look_into(
                    _subject(worker, served),
                    _data(worker, served),
                    say=lambda text: self._put(key, State(said=text)),
                )
            document = {"key": key, "name": served.name, **found}
            keep_measured(worker.live.workspace, DATABASE, "served", document, int(time.time()))
            self._put(key, State(document))
        except MatineeError as error:
            self._put(key, State(failed=str(error)))
        except Exception as error:  # the page must not wait for ever
            _log.error("not interpreted", exc_info=error)
            self._put(key, State(failed="something went wrong here; the service's log says what"))

    def _put(self, key: str, state: State) -> None:
        with self._lock:
            if self._key == key:
                self._state = state


def interpreting_of(request: Request) -> Interpreting:
    """That of the worker which answers."""
    found: Interpreting = request.app.state.interpreting
    return found


def key_of(worker: Worker, served: Served) -> str:
    """Another one for each version, and for each model that is kept."""
    if served.artefact_id is not None:
        return f"version {served.artefact_id}"
    return f"{served.name} of {kept_at(worker.live.workspace):.6f}"


def _subject(worker: Worker, served: Served) -> Subject:
    held_out = 0.0
    if served.artefact_id is not None:
        metrics = version(worker.store.database, served.artefact_id).metrics
        held_out = float(metrics.get("held_out", 0.0))
    policy = served.maker.policy
    if policy is not None:
        n = policy.policy.candidates.n
        return Subject(served.name, policy.first, policy.ranker, n, held_out)
    first = FirstStage(served.scorer, None, PairFeatures.of(served.data))
    return Subject(served.name, first, held_out=held_out)


def _data(worker: Worker, served: Served) -> Dataset:
    """A worker holds no viewers of a large database: they are read again."""
    if served.data.histories.rows:
        return served.data
    return Dataset.from_tables(read_tables(worker.store.database, DATABASE))
