"""GET films/{id}/similar, films/{id}/explanation, search; PUT films."""

import time
from typing import Annotated

import polars as pl
from fastapi import APIRouter, Depends, Path, Query

from matinee.intake.titles import search as search_titles
from matinee.page.listing import alike, card
from matinee.schema import MOVIES
from matinee.service.asking import asked
from matinee.service.documents import (
    ExplanationOut,
    FilmsIn,
    FilmsOut,
    FoundFilm,
    Id,
    SearchOut,
    SimilarFilm,
    SimilarOut,
)
from matinee.service.keys import needs
from matinee.service.problems import Problem
from matinee.service.served import Served
from matinee.service.worker import ViewerParam, WorkerParam
from matinee.store.catalogue import upsert_films

router = APIRouter(prefix="/v1", tags=["serve"])
FilmId = Annotated[Id, Path(description="a film of the catalogue")]
_serve = [Depends(needs("serve"))]
_N = Annotated[int, Query(ge=1, le=100)]


@router.get("/films/{item_id}/similar", dependencies=_serve)
def similar(item_id: FilmId, worker: WorkerParam, n: _N = 10) -> SimilarOut:
    """The films most like this one, by what is known of them and by who liked them."""
    served = worker.live.served
    found = alike(served.maker, _number(served, item_id), n)
    items = [
        SimilarFilm(
            item_id=served.maker.ids[film],
            title=served.maker.titles[film],
            year=served.maker.years[film],
            likeness=likeness,
        )
        for film, likeness in found
    ]
    return SimilarOut(item_id=item_id, items=items)


@router.get("/films/{item_id}/explanation", dependencies=_serve)
def explanation(item_id: FilmId, viewer: ViewerParam, worker: WorkerParam) -> ExplanationOut:
    """What the film's score is made of for this viewer."""
    served = worker.live.served
    film = _number(served, item_id)
    viewed = asked(worker, served, viewer)
    history = viewed.used.history
    with worker.computing:
        found = card(viewed.maker, history, film)
    return ExplanationOut(
        item_id=item_id,
        title=found.title,
        score=found.score,
        left_out=film in history.numbers or not viewed.maker.shown[film],
        policy=served.name,
        degraded=list(served.degraded),
        reasons=found.to_json_dict()["reasons"],
    )


@router.get("/search", dependencies=_serve)
def search(
    worker: WorkerParam,
    q: Annotated[str, Query(min_length=1, max_length=200, description="a title")],
    n: _N = 10,
) -> SearchOut:
    """Titles like this text; typing errors are forgiven."""
    found = search_titles(worker.live.served.data.movies, q, n)
    return SearchOut(items=[FoundFilm(**row) for row in found.iter_rows(named=True)])


@router.put("/films", dependencies=[Depends(needs("admin"))], tags=["admin"])
def put_films(body: FilmsIn, worker: WorkerParam) -> FilmsOut:
    """Put films into the catalogue. They are served some seconds later."""
    rows = [film.model_dump() for film in body.films]
    movies = pl.DataFrame(rows, schema=MOVIES)
    return FilmsOut(films=upsert_films(worker.store.database, movies, int(time.time())))


def _number(served: Served, item_id: str) -> int:
    film = served.number(item_id)
    if film < 0:
        detail = f"item_id: expected a film of the catalogue, got {item_id!r}"
        raise Problem(404, "unknown_film", detail, "item_id")
    return film
