"""GET /: the viewer's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from matinee.page import Page
from matinee.service.asking import asked
from matinee.service.served import NO_MODEL
from matinee.service.worker import WorkerParam
from matinee.web.cards import CardView, RowView
from matinee.web.identity import VisitorParam
from matinee.web.looking import showing, shown
from matinee.web.notices import lacking
from matinee.web.rendering import page as render
from matinee.web.route import PageRoute
from matinee.web.shelf import Shelf
from matinee.web.viewers import become, choices

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_TASKS = ("continue_watching", "my_list")


@dataclass(frozen=True, slots=True)
class Hero:
    """The film that a page begins with."""

    card: CardView
    overview: str
    listed: bool


@router.get("/")
def home(request: Request, worker: WorkerParam, visitor: VisitorParam) -> Response:
    """Rows of films, as of now; the first pick stands above them."""
    served = worker.live.served
    if not len(served.data.items):
        return render(request, "empty.html")
    if visitor.state == "new" and request.app.state.simulated_viewers and choices(served):
        return become(request, choices(served)[0].user_id, "/", {})
    viewed = asked(worker, served, visitor.user_id, or_last=True)
    known = viewed.used
    with worker.computing:
        made = viewed.maker.page(known.history, begun=known.begun, listed=known.listed)
    rows_shown = [row.cards for row in made.rows]
    page_id = shown(worker, served, visitor.user_id, rows_shown, viewed.degraded)
    view = showing(request, served, page_id)
    rows = view.rows(made)
    hero = _hero(rows, view.shelf, known.listed)
    about: dict[str, Any] = {
        "hero": hero,
        "rows": [row for row in (_without(row, hero) for row in rows) if row.cards],
        "personal": made.personal,
        "expired": visitor.state == "expired",
        "nothing_known": not known.history.entries,
        "personalised": viewed.choices.allows("personalisation"),
        "notes": [lacking(reason) for reason in viewed.degraded],
        "untrained": lacking(NO_MODEL),
        "all_seen": _all_seen(made),
        "page_id": page_id,
    }
    return render(request, "home.html", **about)


def _hero(rows: Sequence[RowView], shelf: Shelf, listed: Sequence[str]) -> Hero | None:
    chosen = [row for row in rows if row.kind == "top_picks"] or [
        row for row in rows if row.kind not in _TASKS
    ]
    if not chosen:
        return None
    card = chosen[0].cards[0]
    overview = shelf.row(card.film)["overview"] or ""
    return Hero(card, overview, card.film.item_id in listed)


def _without(row: RowView, hero: Hero | None) -> RowView:
    """The row less the film that stands above all rows already."""
    if hero is None:
        return row
    kept = [card for card in row.cards if card is not hero.card]
    return RowView(row.kind, row.title, kept)


def _all_seen(made: Page) -> bool:
    return any(note.startswith("every film") for note in made.notes)
