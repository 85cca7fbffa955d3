"""POST events and retract: what scripts of pages tell, and what a viewer takes back."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from fastapi.responses import JSONResponse

from matinee.service.documents import MOST_EVENTS
from matinee.service.problems import Problem
from matinee.service.worker import WorkerParam
from matinee.web.identity import VisitorParam, hold_to_token
from matinee.web.route import PageRoute, wants_json
from matinee.web.saying import FormParam, back, event_of, keep

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_FROM_PAGES = 100  # events of one request


@router.post("/events")
def events(
    request: Request,
    body: Annotated[dict[str, Any], Body()],
    worker: WorkerParam,
    visitor: VisitorParam,
) -> Response:
    """Keep events of the visitor's; each is judged alone, and one that comes again is the same."""
    hold_to_token(request, worker.store.key, visitor, body.get("token"))
    sent = body.get("events")
    if not isinstance(sent, list) or not 0 < len(sent) <= min(_FROM_PAGES, MOST_EVENTS):
        raise Problem(422, "invalid", f"events: expected a list of 1 to {_FROM_PAGES}", "events")
    own = [{**event, "user_id": visitor.user_id} for event in sent if isinstance(event, dict)]
    answers = worker.appender.append(own)
    for answer in answers:
        worker.metrics.events.labels(answer.state).inc()
    return JSONResponse({"states": [answer.state for answer in answers]}, 202)


@router.post("/retract")
def retract(
    request: Request, form: FormParam, worker: WorkerParam, visitor: VisitorParam
) -> Response:
    """Take back one of the visitor's own events."""
    hold_to_token(request, worker.store.key, visitor, form.get("token"))
    event = event_of(form, "retract", visitor.user_id, None)
    state = keep(worker, event)
    if wants_json(request):
        return JSONResponse({"state": state})
    return back(str(form.get("next", "/")), {"said": "retract"})
