"""What one worker holds, and how endpoints come to it."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Query, Request

from matinee.service.appender import Appender
from matinee.service.documents import Id, SessionId
from matinee.service.guard import Guard
from matinee.service.keys import Keys
from matinee.service.limits import Limit
from matinee.service.live import Live
from matinee.service.metrics import Metrics
from matinee.service.page_log import PageLog
from matinee.service.problems import Problem
from matinee.service.recent import Recent
from matinee.service.served import Served
from matinee.service.viewers import Viewers
from matinee.store.opening import Store
from matinee.store.served import Card, ServedPage


@dataclass(slots=True, eq=False)
class Worker:
    """Made when the application starts, closed when it ends."""

    store: Store
    live: Live
    keys: Keys
    pages: PageLog
    metrics: Metrics
    guard: Guard
    appender: Appender
    key_limit: Limit
    viewer_limit: Limit
    recent: Recent
    viewers: Viewers = field(default_factory=Viewers)
    # One model at a time: two threads of Python only make each other late.
    computing: threading.Lock = field(default_factory=threading.Lock)

    def close(self) -> None:
        """Look for no changes, write the events and pages that wait, give connections back."""
        self.recent.stop()
        self.live.stop()
        self.appender.close()
        self.pages.close()
        self.store.database.close()

    def log(
        self,
        served: Served,
        page_id: str,
        user_id: str,
        cards: Sequence[Card],
        degraded: Sequence[str] | None = None,
    ) -> None:
        """Keep what was shown, and count what was missing: by default what `served` lacks."""
        for reason in served.degraded if degraded is None else degraded:
            self.metrics.degraded.labels(reason).inc()
        now, artefact_id = int(time.time()), served.artefact_id
        self.pages.add(ServedPage(page_id, user_id, served.name, now, cards, artefact_id))


async def worker_of(request: Request) -> Worker:
    """The worker that answers this request."""
    found: Worker = request.app.state.worker
    return found


def session_viewer(session_id: str) -> str:
    """The viewer that an anonymous session is."""
    return f"session:{session_id}"


async def viewer_of(
    user_id: Annotated[Id | None, Query(description="a viewer")] = None,
    session_id: Annotated[SessionId | None, Query(description="or an anonymous session")] = None,
) -> str:
    """The viewer of a request."""
    if (user_id is None) == (session_id is None):
        got = "none" if user_id is None else "both"
        detail = f"user_id: expected user_id or session_id, got {got}"
        raise Problem(422, "no_viewer", detail, "user_id")
    return user_id if user_id is not None else session_viewer(str(session_id))


WorkerParam = Annotated[Worker, Depends(worker_of)]
ViewerParam = Annotated[str, Depends(viewer_of)]
