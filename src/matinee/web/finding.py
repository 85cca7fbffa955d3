"""GET search: films by titles and people, as a page or, for the box above, as JSON."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from matinee.intake.titles import normalise
from matinee.intake.titles import search as search_titles
from matinee.service.films import people_of
from matinee.service.served import Served
from matinee.service.worker import WorkerParam
from matinee.web.cards import CardView, Showing
from matinee.web.identity import KNOWN_VISITOR
from matinee.web.looking import showing
from matinee.web.rendering import page as render
from matinee.web.route import PageRoute, wants_json

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_SHOWN, _PROPOSED = 24, 7
_NEAR, _BEHIND = 0.55, 0.15  # of titles that are shown at all, and how far behind the nearest
_OF_PERSON = 12


@dataclass(frozen=True, slots=True)
class PersonView:
    """A director or one of the cast, and films of theirs, the best known first."""

    name: str
    cards: list[CardView]


@router.get("/search", dependencies=KNOWN_VISITOR)
def search(
    request: Request,
    worker: WorkerParam,
    q: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Titles and people like the text, the nearest first; typing errors are forgiven."""
    served = worker.live.served
    found, people = _found(served, showing(request, served), q) if normalise(q) else ([], [])
    if wants_json(request):
        of_people = [card for person in people for card in person.cards]
        proposed = {card.film.number: card for card in [*found, *of_people]}
        return JSONResponse(
            [
                {
                    "item_id": card.film.item_id,
                    "title": card.film.title,
                    "line": card.film.line,
                    "href": card.href,
                    "poster": card.poster,
                }
                for card in list(proposed.values())[:_PROPOSED]
            ]
        )
    return render(request, "search.html", cards=found, people=people, asked=q.strip())


def _found(served: Served, view: Showing, q: str) -> tuple[list[CardView], list[PersonView]]:
    """Films by their titles, and people whose names are at least as near as the nearest title."""
    titles = search_titles(served.data.movies, q, _SHOWN)
    nearest = float(titles["score"][0]) if titles.height else 0.0
    least = max(_NEAR, nearest - _BEHIND)
    films = [view.shelf.film(row[0]) for row in titles.iter_rows() if row[3] >= least]
    cards = [view.card(film, film.kind) for film in films if film is not None]
    people = [
        PersonView(name, [_card(view, row) for row in rows[:_OF_PERSON]])
        for name, score, rows in people_of(served).search(q)
        if score >= nearest
    ]
    return cards, people


def _card(view: Showing, number: int) -> CardView:
    film = view.shelf.films[number]
    return view.card(film, film.kind)
