"""GET films/{id}: the film, why it is there, what is like it, and what one can say of it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from matinee.page.listing import alike
from matinee.page.standing import Standing
from matinee.schema import RatingScale
from matinee.service.asking import asked
from matinee.service.documents import Id
from matinee.service.problems import Problem
from matinee.service.worker import WorkerParam
from matinee.web.identity import VisitorParam
from matinee.web.looking import showing
from matinee.web.rendering import page as render
from matinee.web.route import PageRoute
from matinee.web.shelf import FilmFacts, Shelf, shelf_of
from matinee.web.why import why_film

router = APIRouter(include_in_schema=False, route_class=PageRoute)
FilmPath = Annotated[Id, Path()]
_ALIKE, _CAST = 12, 6
_MOST_STARS = 10


@dataclass(frozen=True, slots=True)
class Said:
    """What the viewer has said of a film."""

    rating: float | None
    seen: bool
    liked: bool
    unwanted: bool
    listed: bool
    watched: int | None  # per cent of a film that was begun


@dataclass(frozen=True)
class Place:
    """Where on which page the film was chosen, to be sent along with what is done."""

    page: Annotated[str, Query(max_length=64)] = ""
    row: Annotated[str, Query(max_length=3)] = ""
    slot: Annotated[str, Query(max_length=3)] = ""


@router.get("/films/{item_id:path}")
def film_page(
    request: Request,
    item_id: FilmPath,
    worker: WorkerParam,
    visitor: VisitorParam,
    place: Annotated[Place, Depends()],
) -> Response:
    """A film for this viewer, as of now."""
    served = worker.live.served
    shelf = shelf_of(served)
    film = known_film(shelf, item_id)
    viewed = asked(worker, served, visitor.user_id)
    history = viewed.used.history
    with worker.computing:
        why = why_film(viewed.maker, history, film.number, shelf)
        near = alike(viewed.maker, film.number, _ALIKE)
    view = showing(request, served)
    about: dict[str, Any] = {
        "film": film,
        "poster": view.poster(film),
        "facts": _facts(shelf.row(film)),
        "overview": shelf.row(film)["overview"] or "",
        "why": why,
        "personal": bool((history.strength > 0).any()),
        "personalised": viewed.choices.allows("personalisation"),
        "near": [view.card(shelf.films[number], "") for number, _ in near],
        "said": _said(viewed.known, film),
        "stars": stars(served.data.scale),
        "place": place,
        "event_id": uuid.uuid4().hex,
    }
    return render(request, "film.html", **about)


def known_film(shelf: Shelf, item_id: str) -> FilmFacts:
    """The film, or a problem."""
    film = shelf.film(item_id)
    if film is None:
        detail = f"item_id: expected a film of the catalogue, got {item_id!r}"
        raise Problem(404, "unknown_film", detail, "item_id")
    return film


def stars(scale: RatingScale) -> list[float]:
    """The ratings that one may choose from, at most ten."""
    count = round((scale.maximum - scale.minimum) / scale.step) + 1
    every = -(-count // _MOST_STARS)
    values = [scale.maximum - scale.step * every * k for k in range(_MOST_STARS)]
    return [value for value in reversed(values) if value >= scale.minimum]


def _facts(row: dict[str, Any]) -> Sequence[tuple[str, str]]:
    """Names of facts and what they are; what is unknown is left out."""
    people = [
        ("Directed by", row["directors"]),
        ("With", (row["cast"] or [])[:_CAST]),
        ("Written by", row["writers"]),
        ("Music", row["composers"]),
        ("From", row["countries"]),
    ]
    found = [(name, ", ".join(values)) for name, values in people if values]
    if row["original_title"] and row["original_title"] != row["title"]:
        found.insert(0, ("Original title", row["original_title"]))
    if row["vote_average"] is not None and row["vote_count"]:
        found.append(("Votes", f"{row['vote_average']:.1f} of {row['vote_count']:,}"))
    return found


def _said(known: Standing, film: FilmFacts) -> Said:
    history = known.history
    at = np.flatnonzero(history.numbers == film.number)
    listed = film.item_id in known.listed
    share = known.begun.get(film.item_id)
    watched = None if share is None else round(100 * share)
    if not len(at):
        return Said(None, False, False, False, listed, watched)
    rating, strength = float(history.rating[at[0]]), float(history.strength[at[0]])
    rated = not np.isnan(rating)
    return Said(
        rating if rated else None,
        True,
        not rated and strength > 0,
        not rated and strength < 0,
        listed,
        watched,
    )
