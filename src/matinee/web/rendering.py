"""Templates to responses: compressed, and allowed to load nothing from elsewhere."""

import gzip
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from matinee.service.worker import Worker
from matinee.web.assets import asset
from matinee.web.identity import Visitor, form_token
from matinee.web.library import library
from matinee.web.notices import Notice, notice_of
from matinee.web.words import of_crowd

_LEVEL = 3
_WORTH_IT = 1_000  # bytes


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page has around it."""

    user_id: str
    who: str  # as the pages call the viewer
    guest: bool
    simulated: bool  # the viewer, and whoever else can be chosen
    token: str
    notice: Notice | None
    here: str  # the path and the query, to come back to
    query: str  # what was searched for


def page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    """A template with its frame as a response."""
    worker: Worker = request.app.state.worker
    visitor: Visitor = request.state.visitor
    simulated = bool(request.app.state.simulated_viewers)
    own = simulated and not visitor.guest
    frame = Frame(
        visitor.user_id,
        f"Viewer {visitor.user_id}" if own else "You",
        visitor.guest,
        own,
        form_token(worker.store.key, visitor.user_id),
        notice_of(request.query_params),
        _here(request),
        request.query_params.get("q", "")[:200],
    )
    html = environment().get_template(template).render(frame=frame, demo=simulated, **context)
    return _response(request, html.encode(), status)


def bare(
    request: Request, status: int, title: str, text: str, code: str, headers: Mapping[str, str]
) -> Response:
    """A page about something that went wrong: it needs no viewer, no database and no model.

    What passes by itself can be tried again from it, unless a form would be sent twice.
    """
    html = environment().get_template("problem.html")
    passes = status >= 500 or status == HTTPStatus.TOO_MANY_REQUESTS
    again = _here(request) if passes and request.method == "GET" else ""
    made = html.render(title=title, text=text, code=code, status=status, again=again)
    response = _response(request, made.encode(), status)
    response.headers.update(headers)
    return response


@cache
def environment() -> Environment:
    """The templates; a name that is misspelt is an error."""
    made = Environment(
        loader=PackageLoader("matinee.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"asset": asset, "library": library}
    made.filters["of_crowd"] = of_crowd
    return made


def policy_of(poster_origins: tuple[str, ...]) -> str:
    """The Content-Security-Policy of all pages: own files, and the posters' origins if any."""
    images = " ".join(["'self'", *poster_origins])
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src {images}; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def _response(request: Request, body: bytes, status: int) -> Response:
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": policy_of(request.app.state.poster_origins),
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Vary": "Accept-Encoding, Cookie",
    }
    if len(body) > _WORTH_IT and "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, _LEVEL, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(body, status, headers, media_type="text/html; charset=utf-8")


def _here(request: Request) -> str:
    query = [(k, v) for k, v in request.query_params.multi_items() if k not in ("said", "event")]
    return request.url.path + (f"?{urlencode(query)}" if query else "")


def now() -> int:
    """UTC seconds."""
    return int(time.time())
