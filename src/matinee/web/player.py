"""GET films/{id}/play: a stand-in for a player, which tells what a real one would."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from matinee.page.listing import alike
from matinee.service.asking import asked
from matinee.service.worker import WorkerParam
from matinee.web.film import FilmPath, Place, known_film
from matinee.web.identity import VisitorParam
from matinee.web.rendering import page as render
from matinee.web.route import PageRoute
from matinee.web.shelf import shelf_of

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_MINUTES = 100.0  # of a film whose length is unknown
_QUARTERS = (25, 50, 75)


@router.get("/films/{item_id:path}/play")
def player(
    request: Request,
    item_id: FilmPath,
    worker: WorkerParam,
    visitor: VisitorParam,
    place: Annotated[Place, Depends()],
) -> Response:
    """Where the viewer left the film, or at its beginning."""
    served = worker.live.served
    shelf = shelf_of(served)
    film = known_film(shelf, item_id)
    share = asked(worker, served, visitor.user_id).known.begun.get(film.item_id, 0.0)
    seconds = round(60 * (film.runtime or _MINUTES))
    near = [shelf.films[number] for number, _ in alike(served.maker, film.number, 1)]
    return render(
        request,
        "play.html",
        film=film,
        seconds=seconds,
        begun=round(share * seconds),
        place=place,
        following=near[0] if near else None,
        quarters=[(each, round(each / 100 * seconds)) for each in _QUARTERS],
    )
