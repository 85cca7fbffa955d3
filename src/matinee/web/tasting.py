"""GET taste: what is believed of a viewer, out of which films, and what they allow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from matinee.page.listing import best_cards
from matinee.page.taste import Belief, Taste, taste
from matinee.page.words import GENRES
from matinee.service.asking import Asked, asked
from matinee.service.problems import Problem
from matinee.service.served import Served
from matinee.service.worker import Worker, WorkerParam
from matinee.settings import PURPOSES, Purpose
from matinee.store.choices import put_back, take_out
from matinee.store.people import put_consent
from matinee.web.identity import VisitorParam, hold_to_token
from matinee.web.looking import showing
from matinee.web.rendering import now
from matinee.web.rendering import page as render
from matinee.web.route import PageRoute, wants_json
from matinee.web.saying import FormParam, back
from matinee.web.shelf import FilmFacts, Shelf, shelf_of
from matinee.web.words import listed

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_FILMS, _AT_FIRST, _BELIEFS = 60, 12, 8
_PURPOSES: Final[Mapping[Purpose, tuple[str, str]]] = {
    "personalisation": (
        "Pages of your own",
        "What you did decides what you are shown. Off: everybody's page, and nothing is lost.",
    ),
    "improvement": (
        "Better suggestions for all",
        "Suggestions are learnt from what everybody does, you too. Off: they are learnt without "
        "you.",
    ),
    "experiments": (
        "Trying things out",
        "You may be shown one of two ways to recommend, to see which is better.",
    ),
}


@dataclass(frozen=True, slots=True)
class Shaping:
    """A film of the history, and how much of the page it makes."""

    film: FilmFacts
    poster: str
    said: str
    influence: float  # per cent
    taken_out: bool


@dataclass(frozen=True, slots=True)
class Leaning:
    """A genre, a person or a decade, and how far the viewer leans to it, of 100."""

    name: str
    films: int
    width: float
    against: bool


@dataclass(frozen=True, slots=True)
class Switch:
    """Something that a viewer may allow."""

    purpose: Purpose
    title: str
    text: str
    on: bool


@router.get("/taste")
def taste_page(request: Request, worker: WorkerParam, visitor: VisitorParam) -> Response:
    """The viewer's taste, as of now."""
    served = worker.live.served
    viewed = asked(worker, served, visitor.user_id)
    with worker.computing:
        found = taste(viewed.maker, served.data.movies, viewed.known.history, viewed.used.history)
    view, shelf = showing(request, served), shelf_of(served)
    films = [
        Shaping(
            film,
            view.poster(film),
            _said(each.weight),
            100 * (each.influence or 0.0),
            each.item_id in viewed.choices.taken_out,
        )
        for each in found.films
        if (film := shelf.film(each.item_id)) is not None
    ]
    # What was taken out stays in reach, to be put back.
    out = [each for each in films if each.taken_out]
    counting = [each for each in films if not each.taken_out][:_FILMS]
    first = counting[:_AT_FIRST] + out
    return render(
        request,
        "taste.html",
        personalised=viewed.choices.allows("personalisation"),
        films=first,
        others=counting[_AT_FIRST:],
        more=len(films) - len(out) - len(counting),
        summary=_summary(found),
        leanings=[
            ("Genres", _leanings(found.genres)),
            ("People", _leanings(found.people)),
            ("Decades", _leanings(found.decades)),
        ],
        switches=_switches(viewed),
    )


@router.post("/taste/films")
def weigh(
    request: Request, form: FormParam, worker: WorkerParam, visitor: VisitorParam
) -> Response:
    """Take a film out of the taste, or put it back; a script is told which picks that changes."""
    hold_to_token(request, worker.store.key, visitor, form.get("token"))
    served = worker.live.served
    shelf = shelf_of(served)
    film = shelf.film(str(form.get("film", "")))
    if film is None:
        raise Problem(404, "unknown_film", "film: expected one of the catalogue, got another")
    out = str(form.get("kind")) == "take_out"
    before = picks(worker, served, shelf, visitor.user_id)
    store = worker.store
    if out:
        take_out(store.database, store.key, visitor.user_id, film.item_id, now())
    else:
        put_back(store.database, visitor.user_id, film.item_id)
    if not wants_json(request):
        return back("/taste", {"said": "taken_out" if out else "put_back"})
    after = picks(worker, served, shelf, visitor.user_id)
    told: dict[str, Any] = {
        "taken_out": out,
        "gone": [one for one in before if one not in after],
        "come": [one for one in after if one not in before],
    }
    return JSONResponse(told)


@router.post("/taste/consent")
def consent(
    request: Request, form: FormParam, worker: WorkerParam, visitor: VisitorParam
) -> Response:
    """Switch one purpose on or off; it holds from the next page on."""
    hold_to_token(request, worker.store.key, visitor, form.get("token"))
    purpose = next((each for each in PURPOSES if each == form.get("purpose")), None)
    if purpose is None:
        detail = f"purpose: expected one of {', '.join(PURPOSES)}, got another"
        raise Problem(422, "invalid", detail, "purpose")
    on = form.get("on") == "yes"
    store = worker.store
    put_consent(store.database, store.key, visitor.user_id, {purpose: on}, "viewer", now())
    return back("/taste", {"said": "allowed" if on else "forbidden"})


def picks(worker: Worker, served: Served, shelf: Shelf, user_id: str) -> list[str]:
    """The titles of the viewer's first twenty films."""
    viewed = asked(worker, served, user_id)
    with worker.computing:
        cards = best_cards(viewed.maker, viewed.used.history, 20, viewed.maker.shown)
    return [film.title for card in cards if (film := shelf.film(card.item_id)) is not None]


def _switches(viewed: Asked) -> Sequence[Switch]:
    return [
        Switch(purpose, title, text, viewed.choices.allows(purpose))
        for purpose, (title, text) in _PURPOSES.items()
    ]


def _summary(found: Taste) -> str:
    """The strongest leanings as one sentence; "" where there are none."""
    genres, people, decades = (
        [one.name for one in beliefs if one.weight > 0]
        for beliefs in (found.genres, found.people, found.decades)
    )
    if not genres:
        return ""
    kinds = [GENRES.get(name.lower(), (f"{name.lower()} films",))[0] for name in genres[:3]]
    text = f"You lean to {listed(kinds)}"
    if decades:
        text += f", most of all of the {decades[0]}"
    return f"{text}, and to films with {people[0]}." if people else f"{text}."


def _leanings(beliefs: Sequence[Belief]) -> list[Leaning]:
    largest = max((abs(one.weight) for one in beliefs), default=0.0) or 1.0
    return [
        Leaning(one.name, one.films, 100 * abs(one.weight) / largest, one.weight < 0)
        for one in beliefs[:_BELIEFS]
        if one.weight
    ]


def _said(weight: float) -> str:
    if weight > 0:
        return "liked"
    return "seen" if weight == 0 else "disliked"
