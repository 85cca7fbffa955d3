"""GET page, recommendations."""

import time
import uuid
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Query

from matinee.page import Card
from matinee.page.listing import best_cards
from matinee.service.documents import CardOut, ListOut, PageOut, ReasonOut, RowOut
from matinee.service.filters import Wanted, allowed
from matinee.service.keys import needs
from matinee.service.worker import ViewerParam, WorkerParam

router = APIRouter(prefix="/v1", tags=["serve"], dependencies=[Depends(needs("serve"))])
_Count = Annotated[int | None, Query(ge=1, le=100)]


@router.get("/page")
def page(
    viewer: ViewerParam, worker: WorkerParam, rows: _Count = None, cards: _Count = None
) -> PageOut:
    """The page of a viewer as of now: every event that was accepted counts."""
    served = worker.live.served
    known = served.standing(viewer, int(time.time()))
    with worker.computing:
        made = served.maker.page(
            known.history, begun=known.begun, listed=known.listed, rows=rows, cards=cards
        )
    page_id = uuid.uuid4().hex
    shown = [
        (place, slot, card.item_id, card.propensity)
        for place, row in enumerate(made.rows)
        for slot, card in enumerate(row.cards)
    ]
    worker.log(served, page_id, viewer, shown)
    return PageOut(
        page_id=page_id,
        policy=served.name,
        degraded=list(served.degraded),
        personal=made.personal,
        notes=list(made.notes),
        rows=[
            RowOut(kind=row.kind, title=row.title, cards=[_card(card) for card in row.cards])
            for row in made.rows
        ],
    )


@router.get("/recommendations")
def recommendations(
    viewer: ViewerParam,
    worker: WorkerParam,
    wanted: Annotated[Wanted, Depends()],
    n: Annotated[int, Query(ge=1, le=200)] = 10,
) -> ListOut:
    """The n best films for a viewer that pass every filter, with the reasons of each."""
    served = worker.live.served
    known = served.standing(viewer, int(time.time()))
    with worker.computing:
        found = best_cards(served.maker, known.history, n, allowed(served, wanted))
    page_id = uuid.uuid4().hex
    shown = [(0, slot, card.item_id, card.propensity) for slot, card in enumerate(found)]
    worker.log(served, page_id, viewer, shown)
    personal = bool(np.any(known.history.strength > 0))
    notes = [] if len(found) == n else [f"{len(found)} of {n} films: no other passes"]
    return ListOut(
        page_id=page_id,
        policy=served.name,
        degraded=list(served.degraded),
        personal=personal,
        notes=notes,
        items=[_card(card) for card in found],
    )


def reasons_out(card: Card) -> list[ReasonOut]:
    """The reasons of a card."""
    return [
        ReasonOut(
            kind=reason.kind,
            text=reason.text,
            item_id=reason.item_id,
            contribution=reason.contribution,
        )
        for reason in card.reasons
    ]


def _card(card: Card) -> CardOut:
    return CardOut(
        item_id=card.item_id,
        title=card.title,
        year=card.year,
        score=card.score,
        reasons=reasons_out(card),
    )
