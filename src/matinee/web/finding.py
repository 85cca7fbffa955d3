"""GET search: films by their titles, as a page or, for the box above, as JSON."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from matinee.intake.titles import normalise
from matinee.intake.titles import search as search_titles
from matinee.service.worker import WorkerParam
from matinee.web.cards import CardView
from matinee.web.identity import KNOWN_VISITOR
from matinee.web.looking import showing
from matinee.web.rendering import page as render
from matinee.web.route import PageRoute, wants_json

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_SHOWN, _PROPOSED = 24, 7
_NEAR, _BEHIND = 0.55, 0.15  # of titles that are shown at all, and how far behind the nearest


@router.get("/search", dependencies=KNOWN_VISITOR)
def search(
    request: Request,
    worker: WorkerParam,
    q: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Titles like the text, the nearest first; typing errors are forgiven."""
    served, view = worker.live.served, showing(request, worker.live.served)
    found: list[CardView] = []
    if normalise(q):
        titles = search_titles(served.data.movies, q, _PROPOSED if wants_json(request) else _SHOWN)
        least = max([_NEAR, *(row[3] - _BEHIND for row in titles.head(1).iter_rows())])
        films = [view.shelf.film(row[0]) for row in titles.iter_rows() if row[3] >= least]
        found = [view.card(film, film.kind) for film in films if film is not None]
    if wants_json(request):
        return JSONResponse(
            [
                {
                    "item_id": card.film.item_id,
                    "title": card.film.title,
                    "line": card.film.line,
                    "href": card.href,
                    "poster": card.poster,
                }
                for card in found
            ]
        )
    return render(request, "search.html", cards=found, asked=q.strip())
