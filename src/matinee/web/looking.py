"""What pages show films with, and the log of what they showed."""

import uuid
from collections.abc import Sequence

from fastapi import Request

from matinee.page.values import Card
from matinee.service.served import Served
from matinee.service.worker import Worker
from matinee.web.cards import Showing
from matinee.web.shelf import shelf_of


def shown(
    worker: Worker,
    served: Served,
    user_id: str,
    rows: Sequence[Sequence[Card]],
    degraded: Sequence[str] | None = None,
) -> str:
    """Have the log keep rows of cards as shown to a viewer; the new page's id."""
    page_id = uuid.uuid4().hex
    cards = [
        (place, slot, card.item_id, card.propensity)
        for place, row in enumerate(rows)
        for slot, card in enumerate(row)
    ]
    worker.log(served, page_id, user_id, cards, degraded)
    return page_id


def showing(request: Request, served: Served, page_id: str = "") -> Showing:
    """What cards of a response are shown with."""
    return Showing(shelf_of(served), page_id, request.app.state.poster_origins)
