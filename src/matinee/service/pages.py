"""GET page, recommendations.

Their answers are written as JSON at once, not by way of the documents that describe them: a page
has a thousand values, and checking what we made ourselves would take as long as making it.
"""

import uuid
from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Query, Response
from pydantic_core import to_json

from matinee.page import Card
from matinee.page.listing import best_cards
from matinee.service.asking import Asked, asked
from matinee.service.documents import ListOut, PageOut
from matinee.service.filters import Wanted, allowed
from matinee.service.keys import needs
from matinee.service.served import Served
from matinee.service.worker import ViewerParam, Worker, WorkerParam

router = APIRouter(prefix="/v1", tags=["serve"], dependencies=[Depends(needs("serve"))])
_Count = Annotated[int | None, Query(ge=1, le=100)]


@router.get("/page", response_model=PageOut)
def page(
    viewer: ViewerParam, worker: WorkerParam, rows: _Count = None, cards: _Count = None
) -> Response:
    """The page of a viewer as of now: every event that was accepted counts."""
    served = worker.live.served
    viewed = asked(worker, served, viewer, or_last=True)
    used = viewed.used
    with worker.computing:
        made = viewed.maker.page(
            used.history, begun=used.begun, listed=used.listed, rows=rows, cards=cards
        )
    shown = [list(row.cards) for row in made.rows]
    about = _logged(worker, served, viewed, viewer, shown)
    about |= {"personal": made.personal, "notes": viewed.notes(made.notes)}
    return _json(about | made.to_json_dict())


@router.get("/recommendations", response_model=ListOut)
def recommendations(
    viewer: ViewerParam,
    worker: WorkerParam,
    wanted: Annotated[Wanted, Depends()],
    n: Annotated[int, Query(ge=1, le=200)] = 10,
) -> Response:
    """The n best films for a viewer that pass every filter, with the reasons of each."""
    served = worker.live.served
    viewed = asked(worker, served, viewer, or_last=True)
    with worker.computing:
        found = best_cards(viewed.maker, viewed.used.history, n, allowed(served, wanted))
    about = _logged(worker, served, viewed, viewer, [found])
    about["personal"] = bool(np.any(viewed.used.history.strength > 0))
    fewer = [] if len(found) == n else [f"{len(found)} of {n} films: no other passes the filters"]
    about["notes"] = viewed.notes(fewer)
    return _json(about | {"items": [card.to_json_dict() for card in found]})


def _logged(
    worker: Worker, served: Served, viewed: Asked, viewer: str, shown: Sequence[Sequence[Card]]
) -> dict[str, Any]:
    """Have the log keep rows of cards under a new page_id; what every answer says of itself."""
    page_id = uuid.uuid4().hex
    cards = [
        (place, slot, card.item_id, card.propensity)
        for place, row in enumerate(shown)
        for slot, card in enumerate(row)
    ]
    worker.log(served, page_id, viewer, cards, viewed.degraded)
    return {"page_id": page_id, "policy": served.name, "degraded": list(viewed.degraded)}


def _json(document: dict[str, Any]) -> Response:
    """Written by pydantic's serialiser: a third of the time that Python's own takes."""
    return Response(to_json(document, inf_nan_mode="null"), media_type="application/json")
