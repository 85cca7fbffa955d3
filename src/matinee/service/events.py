"""POST events, and the few things that a viewer says as endpoints of their own."""

import asyncio
import time
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import JSONResponse

from matinee.errors import StoreError
from matinee.service.appender import WAIT_S
from matinee.service.documents import (
    EventsIn,
    EventsOut,
    FilmIn,
    Id,
    KeptOut,
    RatingIn,
)
from matinee.service.keys import hold_to_own, needs
from matinee.service.problems import Problem
from matinee.service.worker import Worker, WorkerParam, session_viewer
from matinee.store.catalogue import knows_film

router = APIRouter(prefix="/v1", tags=["ingest"], dependencies=[Depends(needs("ingest"))])
UserId = Annotated[Id, Path(description="a viewer")]
FilmId = Annotated[Id, Path(description="a film of the catalogue")]


@router.post("/events", status_code=202, response_model=EventsOut)
async def events(body: EventsIn, worker: WorkerParam, request: Request) -> JSONResponse:
    """Keep what viewers did: what is accepted is on the disk, and counts on the next page.

    An event may be sent again: one that is there already is "repeated". An event without a
    `user_id` is of the anonymous session that its `session_id` names; with a viewer's token, of
    that viewer.
    """
    viewer = request.scope.get("viewer")
    if viewer is None:
        batch = [_of_session(event) for event in body.events]
    else:
        batch = [_of_viewer(event, viewer) for event in body.events]
        hold_to_own(viewer, (e["user_id"] for e in batch if isinstance(e, dict)))
    try:  # waited for without a thread, so that a slow disk takes none from pages
        answers = await asyncio.wait_for(asyncio.wrap_future(worker.appender.send(batch)), WAIT_S)
    except TimeoutError:
        raise StoreError(f"database: expected an answer, got none in {WAIT_S} s") from None
    found = [
        {
            "event_id": _shown(event.get("event_id")) if isinstance(event, dict) else None,
            "state": answer.state,
            "code": answer.refusal.code if answer.refusal else None,
            "reason": answer.refusal.reason if answer.refusal else None,
        }
        for event, answer in zip(body.events, answers, strict=True)
    ]
    states = [answer.state for answer in answers]
    counts = {state: states.count(state) for state in ("accepted", "repeated", "refused")}
    for state, count in counts.items():
        worker.metrics.events.labels(state).inc(count)
    return JSONResponse({**counts, "events": found}, 202)


@router.put("/users/{user_id}/ratings/{item_id:path}")
def rate(user_id: UserId, item_id: FilmId, body: RatingIn, worker: WorkerParam) -> KeptOut:
    """Rate a film; the latest rating stands."""
    return _kept(worker, user_id, item_id, "rate", body.rating)


@router.put("/users/{user_id}/list/{item_id:path}")
def add_to_list(user_id: UserId, item_id: FilmId, worker: WorkerParam) -> KeptOut:
    """Put a film on the viewer's list."""
    return _kept(worker, user_id, item_id, "add_to_list")


@router.delete("/users/{user_id}/list/{item_id:path}")
def remove_from_list(user_id: UserId, item_id: FilmId, worker: WorkerParam) -> KeptOut:
    """Take a film off the viewer's list."""
    return _kept(worker, user_id, item_id, "remove_from_list")


@router.post("/users/{user_id}/not_interested")
def not_interested(user_id: UserId, body: FilmIn, worker: WorkerParam) -> KeptOut:
    """Show this film no more, and fewer like it."""
    return _kept(worker, user_id, body.item_id, "not_interested")


@router.post("/users/{user_id}/seen_elsewhere")
def seen_elsewhere(user_id: UserId, body: FilmIn, worker: WorkerParam) -> KeptOut:
    """Show this film no more: it is known from somewhere else."""
    return _kept(worker, user_id, body.item_id, "seen_elsewhere")


def _of_viewer(event: Any, viewer: str) -> Any:
    """An event with the viewer of a token, where it names none; what is no event stays."""
    if not isinstance(event, dict):
        return event
    return {**event, "user_id": event.get("user_id") or viewer}


def _of_session(event: Any) -> Any:
    """An event of an anonymous session with the viewer that the session is."""
    if not isinstance(event, dict):
        return event
    session_id = event.get("session_id")
    if event.get("user_id") is not None or not isinstance(session_id, str) or not session_id:
        return event
    return {**event, "user_id": session_viewer(session_id)}


def _shown(event_id: object) -> str | None:
    """The id as it was sent, if an answer can hold it."""
    return event_id if isinstance(event_id, str) and event_id.isprintable() else None


def _kept(
    worker: Worker, user_id: str, item_id: str, kind: str, value: float | None = None
) -> KeptOut:
    """Keep an event that the service makes itself."""
    served, now = worker.live.served, int(time.time())
    if served.number(item_id) < 0 and not knows_film(worker.store.database, item_id):
        detail = f"item_id: expected a film of the catalogue, got {item_id!r}"
        raise Problem(404, "unknown_film", detail, "item_id")
    event_id = uuid.uuid4().hex
    event = {
        "event_id": event_id,
        "user_id": user_id,
        "item_id": item_id,
        "kind": kind,
        "value": value,
        "timestamp": now,
    }
    answer = worker.appender.append([event])[0]
    worker.metrics.events.labels(answer.state).inc()
    if answer.refusal is not None:
        field = answer.refusal.reason.partition(":")[0]
        raise Problem(422, answer.refusal.code, answer.refusal.reason, field)
    return KeptOut(event_id=event_id)
