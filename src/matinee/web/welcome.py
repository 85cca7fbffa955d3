"""The first visit: pick a few films, or bring a history from elsewhere, and get a page."""

import tempfile
import uuid
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData, UploadFile

from matinee.dataset import NO_TIME, Histories
from matinee.errors import InputError
from matinee.intake.personal import PersonalHistory, read_history
from matinee.schema import RatingScale
from matinee.service.served import Served
from matinee.service.worker import Worker, WorkerParam
from matinee.store.checks import EARLIEST
from matinee.web.identity import KNOWN_VISITOR, VisitorParam, hold_to_token
from matinee.web.looking import showing
from matinee.web.rendering import now
from matinee.web.rendering import page as render
from matinee.web.route import PageRoute
from matinee.web.saying import FormParam, back
from matinee.web.shelf import shelf_of

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_OFFERED, _EACH = 30, 3
_SHOWN = 24  # films of a history that was brought
_AT_ONCE = 1_000  # events of one transaction


@router.get("/welcome", dependencies=KNOWN_VISITOR)
def welcome(request: Request, worker: WorkerParam) -> Response:
    """Well-known films of many kinds, to pick from."""
    served = worker.live.served
    view, shelf = showing(request, served), shelf_of(served)
    films = [shelf.films[number] for number in offered(served)]
    return render(request, "welcome.html", cards=[view.card(film, "") for film in films], wrong="")


@router.post("/welcome")
def picked(
    request: Request, form: FormParam, worker: WorkerParam, visitor: VisitorParam
) -> Response:
    """Every film that was picked is liked."""
    hold_to_token(request, worker.store.key, visitor, form.get("token"))
    shelf = shelf_of(worker.live.served)
    films = [film for one in form.getlist("film") if (film := shelf.film(str(one))) is not None]
    likes = [_event(visitor.user_id, film.item_id, "like", now()) for film in films]
    if likes:
        worker.appender.append(likes)
    return back("/", {"said": "picked"} if likes else {})


@router.post("/welcome/history")
def brought(
    request: Request, form: FormParam, worker: WorkerParam, visitor: VisitorParam
) -> Response:
    """Letterboxd's or IMDb's export, or a CSV with title, year and rating, as the history."""
    hold_to_token(request, worker.store.key, visitor, form.get("token"))
    served = worker.live.served
    try:
        found = _read(form, served.data.movies)
        events = events_of(found, visitor.user_id, served.data.scale)
    except InputError as error:
        view, shelf = showing(request, served), shelf_of(served)
        cards = [view.card(shelf.films[number], "") for number in offered(served)]
        return render(request, "welcome.html", 422, cards=cards, wrong=str(error))
    _append(worker, events)
    placed = [event["item_id"] for event in events if event["kind"] != "add_to_list"]
    view = showing(request, served)
    films = [view.shelf.film(item_id) for item_id in dict.fromkeys(placed)]
    return render(
        request,
        "brought.html",
        source=found.source,
        cards=[view.card(film, film.kind) for film in films[:_SHOWN] if film is not None],
        placed=len(set(placed)),
        wanted=len(events) - len(placed),
        unmatched=_told(found.unmatched),
        doubtful=_told(found.doubtful.unique(["title", "year"], maintain_order=True)),
        broken=found.quarantine.height,
    )


def events_of(found: PersonalHistory, user_id: str, scale: RatingScale) -> list[dict[str, Any]]:
    """What an export says as events, on the scale of the database; a repeat is the same event."""
    events = []
    for item_id, rating, time in found.ratings.select("item_id", "rating", "timestamp").iter_rows():
        kind = "seen_elsewhere" if rating is None else "rate"
        value = None if rating is None else rescaled(rating, found.scale, scale)
        moment = now() if time is None or time == NO_TIME else max(time, EARLIEST)
        events.append(_event(user_id, item_id, kind, min(moment, now()), value))
    liked = found.liked["item_id"].drop_nulls().to_list()
    wanted = found.wanted["item_id"].drop_nulls().to_list()
    events += [_event(user_id, item_id, "like", now()) for item_id in dict.fromkeys(liked)]
    events += [_event(user_id, item_id, "add_to_list", now()) for item_id in dict.fromkeys(wanted)]
    return events


def rescaled(rating: float, own: RatingScale, to: RatingScale) -> float:
    """A rating of one scale on another, at the nearest step.

    >>> rescaled(8, RatingScale(1, 10, 1), RatingScale(0.5, 5, 0.5))
    4.0
    """
    share = (rating - own.minimum) / (own.maximum - own.minimum)
    steps = round(share * (to.maximum - to.minimum) / to.step)
    return float(to.minimum + steps * to.step)


@lru_cache(maxsize=2)
def offered(served: Served) -> Sequence[int]:
    """The best loved films of each genre in turns, numbers; no film twice."""
    maker = served.maker
    none = np.zeros(0, np.int32)
    nobody = Histories.from_entries(maker.items, none, none, 1, strength=1.0, as_of=now())
    scores = maker.anybody.scores(nobody)
    scores[~maker.shown] = -np.inf
    order = np.argsort(-scores, kind="stable")
    genres = sorted(served.masks["genre"].items(), key=lambda pair: (-int(pair[1].sum()), pair[0]))
    by_genre = [order[mask[order]][:_EACH].tolist() for _, mask in genres] or [[]]
    turns = [films[turn] for turn in range(_EACH) for films in by_genre if turn < len(films)]
    chosen = list(dict.fromkeys([*turns, *order[:_OFFERED].tolist()]))
    return [film for film in chosen if np.isfinite(scores[film])][:_OFFERED]


def _read(form: FormData, movies: pl.DataFrame) -> PersonalHistory:
    file = form.get("history")
    if not isinstance(file, UploadFile) or not file.filename:
        raise InputError("history: expected a file, got none; choose one first")
    name = Path(file.filename.replace("\\", "/")).name
    with tempfile.TemporaryDirectory(prefix="matinee-history-") as folder:
        suffix = ".zip" if name.lower().endswith(".zip") else ".csv"
        path = Path(folder) / f"history{suffix}"
        path.write_bytes(file.file.read())
        try:
            return read_history(path, movies)
        except InputError as error:
            raise InputError(str(error).replace(path.name, name)) from None


def _event(
    user_id: str, item_id: str, kind: str, moment: int, value: float | None = None
) -> dict[str, Any]:
    # Made of what it says: a history that is brought twice is kept once.
    name = f"matinee:{user_id}:{item_id}:{kind}:{value}:{moment // 86_400}"
    event_id = uuid.uuid5(uuid.NAMESPACE_URL, name).hex
    event = {"event_id": event_id, "user_id": user_id, "item_id": item_id, "kind": kind}
    return event | {"timestamp": moment, "value": value}


def _append(worker: Worker, events: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(events), _AT_ONCE):
        worker.appender.append(events[start : start + _AT_ONCE])


def _told(table: pl.DataFrame) -> list[str]:
    rows = table.select("title", "year").iter_rows()
    return [title if year is None else f"{title} ({year})" for title, year in rows]
