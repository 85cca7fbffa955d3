"""DELETE users/{id}: erased, with a certificate; and how each worker hears of it."""

import logging
import threading
import time
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import Field

from matinee.errors import MatineeError
from matinee.service.documents import Document, Id
from matinee.service.keys import needs
from matinee.service.worker import Worker, WorkerParam
from matinee.store.erasures import erasures_on_record, last_erased
from matinee.store.people import record
from matinee.store.retention import Retention
from matinee.store.tombstones import were_erased
from matinee.training.erasing import erase_viewer, follow_erasures, settle_what_can_be
from matinee.training.expiring import Keeper

router = APIRouter(prefix="/v1/users/{user_id}", tags=["privacy"])
LOOK_S = 2.0  # how often a worker looks whether a viewer was erased
_SETTLE_S = 60.0
_KEPT = Retention()
_log = logging.getLogger("matinee.service")
_UserId = Annotated[Id, Path(description="a viewer")]


class PlaceOut(Document):
    """What became of a viewer in one place."""

    place: str = Field(examples=["database: events"])
    state: str = Field(examples=["done"], description="done, pending or out of reach")
    until: int | None = Field(examples=[None], description="of what is pending, UTC seconds")
    note: str


class CertificateOut(Document):
    """What was done, without a word of whom; 'matinee verify' checks it."""

    format: str = Field(examples=["matinee certificate of erasure"])
    version: int = Field(examples=[1])
    number: str = Field(examples=["9f0c2f5b7d3f4a63a3b9d4c2e1f00a11"], description="random")
    erased_at: int = Field(examples=[1790000000])
    due_at: int = Field(examples=[1790604800])
    places: list[PlaceOut]
    hmac_sha256: str = Field(examples=["5f2b..."])


@router.delete("", dependencies=[Depends(needs("admin"))])
def erase(user_id: _UserId, worker: WorkerParam, request: Request) -> CertificateOut:
    """Erase a viewer everywhere that can be reached. It cannot be undone.

    Events that come for this viewer later are refused. Erasing again is no error.
    """
    store, workspace, now = worker.store, worker.live.workspace, int(time.time())
    days = request.app.state.settings.erasure_days
    found = erase_viewer(store, workspace, user_id, now, days)
    worker.viewers.forget(user_id)
    record(store.database, request.scope["key_name"], f"erasure {found['number']}", now)
    return CertificateOut(**found)


class Hearing:
    """A thread of each worker that learns of erasures from the database, and forgets too."""

    def __init__(self, worker: Worker, retention: Retention = _KEPT) -> None:
        self._worker = worker
        self._keeper = Keeper(worker.store, worker.live.workspace, retention)
        self._seen = ((0, 0), (0, 0))
        self._settled_at = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="matinee-erased", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join()

    def look(self) -> bool:
        """Drop from memory what was erased or has expired since the last look; whether anything."""
        worker, store = self._worker, self._worker.store
        workspace, erased = worker.live.workspace, last_erased(store.database)
        # Of an erasure that has begun, and once more when its rows are gone.
        found = erased, erasures_on_record(store.database)
        if time.monotonic() - self._settled_at > _SETTLE_S:
            settle_what_can_be(store, workspace, int(time.time()))
            self._keeper.look("service", int(time.time()))
            self._settled_at = time.monotonic()
        if expired := self._keeper.follow():
            worker.viewers.forget_all()
            worker.live.reread()
        if found == self._seen:
            return expired
        for user_id in were_erased(store.database, store.key, worker.viewers.remembered()):
            worker.viewers.forget(user_id)
        follow_erasures(store, workspace, int(time.time()))  # another service may have erased
        if worker.live.served.read_at <= erased[1]:
            worker.live.reread()
        self._seen = found
        return True

    def _watch(self) -> None:
        while not self._stop.wait(LOOK_S):
            try:
                self.look()
            except MatineeError as error:
                _log.error("erasures not looked for: %s", error)
