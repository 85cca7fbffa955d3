"""POST films/{id}/say: what a viewer says of a film, from a form or from a script."""

import uuid
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any, Final
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.datastructures import FormData

from matinee.service.problems import Problem
from matinee.service.worker import Worker, WorkerParam
from matinee.web.film import FilmPath, known_film
from matinee.web.identity import VisitorParam, hold_to_token
from matinee.web.notices import text_of
from matinee.web.rendering import now
from matinee.web.route import PageRoute, wants_json
from matinee.web.shelf import film_href, shelf_of

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_KINDS: Final = (
    *("rate", "like", "dislike", "not_interested", "seen_elsewhere"),
    *("add_to_list", "remove_from_list", "stop", "complete"),
)


async def form_of(request: Request) -> AsyncIterator[FormData]:
    """The fields of a form; a file in it is closed after the answer."""
    async with request.form(max_files=1, max_fields=200) as form:
        yield form


FormParam = Annotated[FormData, Depends(form_of)]


@router.post("/films/{item_id:path}/say")
def say(
    request: Request,
    item_id: FilmPath,
    form: FormParam,
    worker: WorkerParam,
    visitor: VisitorParam,
) -> Response:
    """Keep it, and go back to the page; a script is told what became of it instead.

    A form that is sent twice is kept once: its `event_id` was made with the page.
    """
    hold_to_token(request, worker.store.key, visitor, form.get("token"))
    film = known_film(shelf_of(worker.live.served), item_id)
    kind = str(form.get("kind", ""))
    if kind not in _KINDS:
        raise Problem(422, "invalid", f"kind: expected one of {', '.join(_KINDS)}, got {kind!r}")
    event = event_of(form, kind, visitor.user_id, film.item_id)
    state = keep(worker, event)
    if wants_json(request):
        return JSONResponse({"state": state, "event_id": event["event_id"], "text": text_of(kind)})
    said = {"said": kind, "event": event["event_id"]}
    return back(str(form.get("next", "")) or film_href(film.item_id), said)


def event_of(form: FormData, kind: str, user_id: str, item_id: str | None) -> dict[str, Any]:
    """An event of now from a form's fields."""
    event: dict[str, Any] = {
        "event_id": str(form.get("event_id") or uuid.uuid4().hex),
        "user_id": user_id,
        "item_id": item_id,
        "kind": kind,
        "timestamp": now(),
    }
    if kind == "retract":
        return event | {"retracts": str(form.get("retracts", "")), "item_id": None}
    if kind == "rate":
        event["value"] = _number(str(form.get("value", "")), "value")
    if form.get("position"):
        event["position_s"] = _number(str(form["position"]), "position")
    if form.get("page"):
        event["page_id"] = str(form["page"])
        places = {name: str(form.get(name, "")) for name in ("row", "slot")}
        event |= {name: int(text) for name, text in places.items() if text.isdecimal()}
    return event


def keep(worker: Worker, event: Mapping[str, Any]) -> str:
    """Append one event; Problem where the log refuses it."""
    answer = worker.appender.append([event])[0]
    worker.metrics.events.labels(answer.state).inc()
    if answer.refusal is not None:
        field = answer.refusal.reason.partition(":")[0]
        raise Problem(422, answer.refusal.code, answer.refusal.reason, field)
    return answer.state


def back(path: str, said: Mapping[str, str]) -> RedirectResponse:
    """To a page of ours, which says what was done; any other address leads to the first page."""
    parts = urlsplit(path)
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc
    target = path if ours and path.isprintable() else "/"
    if said:
        target += f"{'&' if '?' in target else '?'}{urlencode(dict(said))}"
    return RedirectResponse(target, 303)


def _number(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Problem(422, "invalid", f"{name}: expected a number, got {text!r}", name) from None
