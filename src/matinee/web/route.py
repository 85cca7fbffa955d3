"""How a page's route answers: with a page also when something is wrong."""

import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from matinee.service.problems import Problem, problem_of
from matinee.web.identity import new_guest, renews, send_cookie
from matinee.web.rendering import bare

_log = logging.getLogger("matinee.web")
_TITLES: Final = {
    "unknown_film": "There is no such film here",
    "unknown_path": "There is no such page",
    "stale_form": "This page was open for too long",
    "store_unavailable": "One moment, please",
    "too_large": "That file is too large",
    "stale_link": "This link is not good any more",
    "erased": "This viewer was erased",
    "wrong_key": "This key opens nothing",
    "too_many_requests": "One at a time, please",
    "internal": "Something went wrong here",
}
_TEXTS: Final = {
    "unknown_film": "The catalogue does not have it; it may have been taken out. "
    "Search for its title, or go back to the first page.",
    "unknown_path": "The address leads nowhere. All pages can be reached from the first page.",
    "stale_form": "Nothing was kept. Go back, load the page again, and do it once more.",
    "stale_link": "Links that let you in hold for a short time. Go back to where you came from, "
    "and follow a new one.",
    "erased": "Nothing of before is known any more. This browser is a new viewer now: "
    "load the page again.",
    "store_unavailable": "The database does not answer just now. Nothing was lost: "
    "try again in a few seconds. What you just sent, if anything, was not kept.",
    "too_large": "A history has a few megabytes at most. Choose the file that Letterboxd or IMDb "
    "gave you, as it is.",
    "too_many_requests": "More pages were asked for from where you are than one place may ask for. "
    "Wait a few seconds, and load the page again.",
    "internal": "Try again in a moment. This is not your fault, and it is written down for those "
    "who run this service.",
}


class Outside(Exception):
    """Somebody asks for a page of the studio without having entered."""


class PageRoute(APIRoute):
    """FastAPI's own way to stand around an endpoint; JSON is answered where JSON was asked for."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint, with its errors as pages and the visitor's cookie."""
        endpoint = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                response = await endpoint(request)
            except Outside:
                return RedirectResponse("/studio/enter", 303)
            except Exception as error:
                problem = problem_of(error)
                if problem.status >= 500 and problem.code == "internal":
                    _log.error("page failed", exc_info=error)
                if wants_json(request):
                    raise
                response = problem_page(request, problem)
                if problem.code == "erased":
                    send_cookie(request, response, new_guest())
            visitor = getattr(request.state, "visitor", None)
            if visitor is not None and renews(visitor) and "set-cookie" not in response.headers:
                send_cookie(request, response, visitor.user_id)
            return response

        return handler


def wants_json(request: Request) -> bool:
    """Whether a script asked."""
    return request.headers.get("accept", "").startswith("application/json")


def problem_page(request: Request, problem: Problem) -> Response:
    """A page that says what to do."""
    title = _TITLES.get(problem.code, "That did not work")
    text = _TEXTS.get(problem.code, f"{problem.detail[:1].upper()}{problem.detail[1:]}.")
    return bare(request, problem.status, title, text, problem.code, problem.headers)
