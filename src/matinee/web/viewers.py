"""The demo's switch: looking at the pages as one of the simulated viewers, or as oneself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from fastapi import APIRouter, Request, Response

from matinee.features import sensitive
from matinee.service.problems import Problem
from matinee.service.served import Served
from matinee.service.worker import WorkerParam
from matinee.web.identity import (
    GUEST,
    KNOWN_VISITOR,
    VisitorParam,
    hold_to_token,
    new_guest,
    send_cookie,
)
from matinee.web.looking import showing
from matinee.web.rendering import page as render
from matinee.web.route import PageRoute
from matinee.web.saying import FormParam, back

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_CHOICES, _FAVOURITES = 11, 4
_LEAST, _MOST = 15, 120  # ratings of a viewer who is offered


@dataclass(frozen=True, slots=True)
class Choice:
    """A simulated viewer, and what they like more than others do."""

    user_id: str
    films: int
    taste: str
    favourites: tuple[int, ...]  # numbers of films that show it


@router.get("/viewers", dependencies=KNOWN_VISITOR)
def viewers(request: Request, worker: WorkerParam) -> Response:
    """Simulated viewers to choose from."""
    _hold_to_demo(request)
    served = worker.live.served
    view = showing(request, served)
    shown = [
        (choice, [view.poster(view.shelf.films[number]) for number in choice.favourites])
        for choice in choices(served)
    ]
    return render(request, "viewers.html", choices=shown)


@router.post("/viewers")
def choose(
    request: Request, form: FormParam, worker: WorkerParam, visitor: VisitorParam
) -> Response:
    """Be another viewer: one of the simulated, or a new guest."""
    _hold_to_demo(request)
    hold_to_token(request, worker.store.key, visitor, form.get("token"))
    wanted = str(form.get("viewer", ""))
    if wanted and not simulated(worker.live.served, wanted):
        detail = f"viewer: expected one of the simulated viewers, got {wanted!r}"
        raise Problem(422, "invalid", detail, "viewer")
    if wanted:
        return become(request, wanted, "/", {"said": "viewer"})
    return become(request, new_guest(), "/welcome", {})


def become(request: Request, user_id: str, path: str, said: Mapping[str, str]) -> Response:
    """Have the browser be this viewer, and go on to a page of ours."""
    response = back(path, said)
    send_cookie(request, response, user_id)
    return response


def simulated(served: Served, user_id: str) -> bool:
    """Whether this viewer came with the simulated data; nobody can be a guest of these pages."""
    return not user_id.startswith((GUEST, "session:")) and user_id in _known(served)


@lru_cache(maxsize=2)
def choices(served: Served) -> Sequence[Choice]:
    """Viewers who like different things, with histories that are neither short nor long."""
    data = served.data
    lengths = np.diff(data.histories.indptr)
    masks = served.masks["genre"]
    unsaid = served.maker.layout.unsaid
    genres = [
        genre
        for genre in sorted(masks)
        if masks[genre].sum() >= 8 and not sensitive(f"genre: {genre}", unsaid)
    ]
    if not genres:
        return []
    belongs = np.stack([masks[genre] for genre in genres], axis=1).astype(float)
    found: list[Choice] = []
    taken: set[str] = set()
    liked = data.histories.strength > 0
    overall = belongs[data.histories.numbers[liked]].mean(axis=0) + 1e-6
    for row, user_id in enumerate(data.users.ids.to_list()):
        if not _LEAST <= lengths[row] <= _MOST or not simulated(served, user_id):
            continue
        part = slice(data.histories.indptr[row], data.histories.indptr[row + 1])
        own = data.histories.numbers[part][liked[part]]
        if len(own) < _LEAST:
            continue
        lift = (belongs[own].sum(axis=0) + 2 * overall) / (len(own) + 2) / overall
        best = [genres[k] for k in np.argsort(-lift)[:2]]
        if best[0] in taken:
            continue
        taken.add(best[0])
        strength = data.histories.strength[part][liked[part]]
        shared = belongs[own][:, [genres.index(genre) for genre in best]].sum(axis=1)
        loved = own[np.lexsort((own, -strength, -shared))][:_FAVOURITES]
        named = " and ".join(best).capitalize()
        found.append(Choice(user_id, int(lengths[row]), named, tuple(loved.tolist())))
        if len(found) == _CHOICES:
            break
    return found


@lru_cache(maxsize=2)
def _known(served: Served) -> frozenset[str]:
    return frozenset(served.data.users.ids.to_list())


def _hold_to_demo(request: Request) -> None:
    if not request.app.state.simulated_viewers:
        raise Problem(404, "unknown_path", "path: viewers can be chosen in the demo alone")
