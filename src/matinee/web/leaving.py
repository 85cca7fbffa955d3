"""Taking one's data along, and having everything erased."""

import time

from fastapi import APIRouter, Request, Response

from matinee.service.choices import read_export
from matinee.service.problems import Problem
from matinee.service.worker import WorkerParam
from matinee.store.people import record
from matinee.training.erasing import erase_viewer
from matinee.web.identity import KNOWN_VISITOR, VisitorParam, hold_to_token, new_guest, send_cookie
from matinee.web.rendering import page as render
from matinee.web.route import PageRoute
from matinee.web.saying import FormParam

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/taste/export")
def take_along(worker: WorkerParam, visitor: VisitorParam) -> Response:
    """Everything that is known of the visitor, as a ZIP file."""
    return read_export(visitor.user_id, worker)


@router.get("/taste/erase", dependencies=KNOWN_VISITOR)
def ask(request: Request) -> Response:
    """What erasing means, and a form that does it."""
    return render(request, "erase.html")


@router.post("/taste/erase")
def erase(
    request: Request, form: FormParam, worker: WorkerParam, visitor: VisitorParam
) -> Response:
    """Erase the visitor everywhere that can be reached; the browser is a new viewer then."""
    hold_to_token(request, worker.store.key, visitor, form.get("token"))
    if form.get("sure") != "yes":
        raise Problem(422, "invalid", "sure: expected the box to be ticked, got it empty", "sure")
    store, now = worker.store, int(time.time())
    days = request.app.state.settings.erasure_days
    done = erase_viewer(store, worker.live.workspace, visitor.user_id, now, days)
    worker.viewers.forget(visitor.user_id)
    record(store.database, "viewer", f"erasure {done['number']}", now)
    response = render(request, "erased.html", certificate=done)
    send_cookie(request, response, new_guest())
    return response
