"""GET list: the films that a viewer wants to see, and those that were begun."""

from fastapi import APIRouter, Request, Response

from matinee.service.asking import asked
from matinee.service.worker import WorkerParam
from matinee.web.identity import VisitorParam
from matinee.web.looking import showing
from matinee.web.rendering import page as render
from matinee.web.route import PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/list")
def my_list(request: Request, worker: WorkerParam, visitor: VisitorParam) -> Response:
    """The viewer's list, the latest first."""
    served = worker.live.served
    known = asked(worker, served, visitor.user_id).known
    view = showing(request, served)
    listed = [view.shelf.film(item_id) for item_id in known.listed]
    begun = [(view.shelf.film(item_id), share) for item_id, share in known.begun.items()]
    return render(
        request,
        "list.html",
        cards=[view.card(film, film.kind) for film in listed if film is not None],
        begun=[
            view.card(film, film.kind, watched=round(100 * share))
            for film, share in begun
            if film is not None
        ],
    )
