"""Who may enter the studio: whoever has shown an admin key lately, and while that key holds."""

import base64
import hmac
import time
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from matinee.service.worker import Worker, WorkerParam
from matinee.store.access import read_api_keys
from matinee.web.identity import KNOWN_VISITOR, VisitorParam, hold_to_token
from matinee.web.rendering import page as render
from matinee.web.route import Outside, PageRoute
from matinee.web.saying import FormParam

router = APIRouter(include_in_schema=False, route_class=PageRoute)
COOKIE: Final = "matinee_studio"
_HOLDS_S = 8 * 3_600
_USE = "studio"


@router.get("/studio/enter", dependencies=KNOWN_VISITOR)
def door(request: Request) -> Response:
    """A form for the key."""
    return render(request, "studio/enter.html", wrong=False)


@router.post("/studio/enter")
def enter(
    request: Request, form: FormParam, worker: WorkerParam, visitor: VisitorParam
) -> Response:
    """Let in who has an admin key; the browser keeps a signed note with the key's name alone."""
    hold_to_token(request, worker.store.key, visitor, form.get("token"))
    found = worker.keys.of(str(form.get("key", "")).strip())
    if found is None or found[1] != "admin":
        return render(request, "studio/enter.html", 403, wrong=True)
    response = RedirectResponse("/studio", 303)
    response.set_cookie(
        COOKIE,
        _note(worker, found[0], int(time.time()) + _HOLDS_S),
        max_age=_HOLDS_S,
        path="/studio",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


@router.post("/studio/leave")
def leave(
    request: Request, form: FormParam, worker: WorkerParam, visitor: VisitorParam
) -> Response:
    """Forget that this browser was let in."""
    hold_to_token(request, worker.store.key, visitor, form.get("token"))
    response = RedirectResponse("/", 303)
    response.delete_cookie(COOKIE, path="/studio")
    return response


def insider_of(request: Request, worker: WorkerParam, _: VisitorParam) -> str:
    """The name of the key that was shown; Outside where none was, or it holds no more."""
    body, _dot, signature = request.cookies.get(COOKIE, "").rpartition(".")
    expected = worker.store.key.signature(_USE, body)
    if not hmac.compare_digest(signature.encode(), expected.encode()):
        raise Outside
    name, _dot, until = body.rpartition(".")
    if time.time() > int(until):  # ours: it was signed
        raise Outside
    known = base64.urlsafe_b64decode(name).decode()
    keys, now = read_api_keys(worker.store.database), int(time.time())
    if not any(k.name == known and k.scope == "admin" and k.lets_in(now) for k in keys):
        raise Outside
    return known


def _note(worker: Worker, name: str, until: int) -> str:
    body = f"{base64.urlsafe_b64encode(name.encode()).decode()}.{until}"
    return f"{body}.{worker.store.key.signature(_USE, body)}"


InsiderParam = Annotated[str, Depends(insider_of)]
INSIDERS = [Depends(insider_of)]
