"""Pages on their way into the database: written in batches, after they were sent."""

import logging
import queue
import threading
import time

from matinee.errors import MatineeError
from matinee.service.metrics import Metrics
from matinee.store.database import Database
from matinee.store.key import Key
from matinee.store.served import ServedPage, record_pages

_log = logging.getLogger("matinee.service")
_WAITING = 10_000  # pages; more are let go, so that a database that is slow costs no memory
_BATCH = 500
_GATHERED_S = 0.1  # pages of so long are written at once: one costs nearly what ten do


class PageLog:
    """A thread that writes what `add` is given. What waits when a worker is killed is lost."""

    def __init__(self, database: Database, key: Key, metrics: Metrics) -> None:
        self._database, self._key, self._pages = database, key, metrics.pages
        self._queue: queue.Queue[ServedPage | None] = queue.Queue(_WAITING)
        self._thread = threading.Thread(target=self._write, name="matinee-pages", daemon=True)
        self._thread.start()

    def add(self, page: ServedPage) -> None:
        """Have a page written soon; costs the caller nothing."""
        try:
            self._queue.put_nowait(page)
        except queue.Full:
            self._pages.labels("let_go").inc()

    def close(self) -> None:
        """Write what waits, and end."""
        self._queue.put(None)
        self._thread.join()

    def _write(self) -> None:
        while (page := self._queue.get()) is not None:
            time.sleep(_GATHERED_S)
            batch: list[ServedPage] = [page]
            ending = False
            while len(batch) < _BATCH and not self._queue.empty():
                more = self._queue.get_nowait()
                if more is None:
                    ending = True
                    break
                batch.append(more)
            self._record(batch)
            if ending:
                return

    def _record(self, batch: list[ServedPage]) -> None:
        try:
            record_pages(self._database, self._key, batch)
        except MatineeError as error:
            self._pages.labels("failed").inc(len(batch))
            _log.error("pages not logged: %s", error)
        else:
            self._pages.labels("written").inc(len(batch))
