"""GET enter: from the operator's own site, with a token of POST /v1/tokens."""

import time
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from matinee.service.problems import Problem
from matinee.service.worker import WorkerParam
from matinee.store.viewer_tokens import START, viewer_of_token
from matinee.web.route import PageRoute
from matinee.web.viewers import become

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/enter")
def enter(
    request: Request, worker: WorkerParam, token: Annotated[str, Query(max_length=2_000)] = ""
) -> Response:
    """Be the viewer that the token speaks for, from now on."""
    ours = token.startswith(START)
    user_id = viewer_of_token(worker.store.key, token, int(time.time())) if ours else None
    if user_id is None:
        detail = "token: expected one of POST /v1/tokens that is still good, got another or none"
        raise Problem(403, "stale_link", detail, "token")
    return become(request, user_id, "/", {})
