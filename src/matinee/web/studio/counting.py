"""What takes long to count is counted in a thread, and kept in the workspace until it is old."""

import fcntl
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from fastapi import Request

from matinee.errors import MatineeError
from matinee.kernels.threads import one_thread
from matinee.service.served import DATABASE
from matinee.service.worker import Worker
from matinee.store.catalogue import changed_at
from matinee.store.measured import Measured, keep_measured, read_measured
from matinee.store.uses import last_event

Kind: TypeAlias = Literal["data", "catalogue", "drift"]
_FORM: Final = 1  # of the documents: others are counted anew
_OLD_S: Final = 600  # a count is not made again sooner, however much happens
_WAITED_S: Final = 4.0  # by a request: a small database is counted within it
_log = logging.getLogger("matinee.web")


@dataclass(frozen=True, slots=True)
class Count:
    """A document, or None while the first is being made; `failed` says why there is none."""

    document: Mapping[str, Any] | None
    at: int  # UTC seconds
    events_since: int
    working: bool
    failed: str


@dataclass(slots=True)
class Counting:
    """One worker's. Of several workers of a workspace one counts, the others take what it found."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _threads: dict[Kind, threading.Thread] = field(default_factory=dict)
    _failed: dict[Kind, str] = field(default_factory=dict)
    _kept: dict[Kind, tuple[int, Measured]] = field(default_factory=dict)  # by the file's time

    def of(
        self, worker: Worker, kind: Kind, make: Callable[[Worker], Mapping[str, Any]], again: bool
    ) -> Count:
        """What is known; where that is nothing or old, or with `again`, it is counted meanwhile.

        The first count is waited for a few seconds.
        """
        stamp = [changed_at(worker.store.database), last_event(worker.store.database)]
        kept = self._last(worker, kind)
        fresh = kept is not None and (
            kept.document["stamp"] == stamp or (time.time() - kept.at < _OLD_S and not again)
        )
        if not fresh:
            thread = self._begin(worker, kind, make, stamp)
            if kept is None:
                thread.join(_WAITED_S)
                kept = self._last(worker, kind)
        working = kind in self._threads and self._threads[kind].is_alive()
        failed = "" if working else self._failed.get(kind, "")
        if kept is None:
            return Count(None, 0, 0, working, failed)
        since = max(stamp[1] - int(kept.document["stamp"][1]), 0)
        return Count(kept.document["found"], kept.at, since, working, failed)

    def _begin(
        self,
        worker: Worker,
        kind: Kind,
        make: Callable[[Worker], Mapping[str, Any]],
        stamp: list[int],
    ) -> threading.Thread:
        with self._lock:
            running = self._threads.get(kind)
            if running is not None and running.is_alive():
                return running
            self._failed.pop(kind, None)
            thread = threading.Thread(
                target=self._work, args=(worker, kind, make, stamp), name=f"matinee-{kind}"
            )
            thread.daemon = True
            self._threads[kind] = thread
            thread.start()
            return thread

    def _work(
        self,
        worker: Worker,
        kind: Kind,
        make: Callable[[Worker], Mapping[str, Any]],
        stamp: list[int],
    ) -> None:
        workspace = worker.live.workspace
        try:
            folder = workspace.measured_file(DATABASE, kind).parent
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / f".{kind}.lock").open("w") as place:
                fcntl.flock(place, fcntl.LOCK_EX)  # another worker may be counting
                found = read_measured(workspace, DATABASE, kind)
                if found is not None and found.document.get("stamp") == stamp:
                    return
                with one_thread():  # requests are answered meanwhile
                    document = {"form": _FORM, "stamp": stamp, "found": make(worker)}
                keep_measured(workspace, DATABASE, kind, document, int(time.time()))
        except (MatineeError, OSError) as error:
            self._failed[kind] = str(error)
        except Exception as error:  # the page must not wait for ever
            _log.error("not counted", exc_info=error)
            self._failed[kind] = "something went wrong here; the service's log says what"

    def _last(self, worker: Worker, kind: Kind) -> Measured | None:
        try:
            file = worker.live.workspace.measured_file(DATABASE, kind)
            changed = file.stat().st_mtime_ns
        except OSError:
            return None
        known = self._kept.get(kind)
        if known is not None and known[0] == changed:
            return known[1]
        found = read_measured(worker.live.workspace, DATABASE, kind)
        if found is None or found.document.get("form") != _FORM:
            return None
        self._kept[kind] = (changed, found)
        return found


def counting_of(request: Request) -> Counting:
    """That of the worker which answers."""
    found: Counting = request.app.state.counting
    return found
