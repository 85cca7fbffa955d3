"""GET films, films/{id}, films/{id}/similar, films/{id}/explanation, search; PUT films."""

import time
from functools import lru_cache
from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from matinee.intake.people import People
from matinee.intake.titles import search as search_titles
from matinee.page.listing import alike, card
from matinee.schema import MOVIES
from matinee.service.asking import asked
from matinee.service.documents import (
    CatalogueOut,
    ExplanationOut,
    Film,
    FilmOfPerson,
    FilmsIn,
    FilmsOut,
    FoundFilm,
    FoundPerson,
    Id,
    SearchOut,
    SimilarFilm,
    SimilarOut,
)
from matinee.service.keys import needs
from matinee.service.problems import Problem
from matinee.service.served import Served
from matinee.service.tagging import UNCHANGED, tagged
from matinee.service.worker import ViewerParam, WorkerParam
from matinee.store.catalogue import upsert_films

router = APIRouter(prefix="/v1", tags=["serve"])
FilmId = Annotated[Id, Path(description="a film of the catalogue")]
_serve = [Depends(needs("serve"))]
_N = Annotated[int, Query(ge=1, le=100)]
_OF_PERSON = 12  # films named with a person


@router.get("/films", dependencies=_serve, response_model=CatalogueOut, responses=UNCHANGED)
def films(
    request: Request,
    worker: WorkerParam,
    n: Annotated[int, Query(ge=1, le=1_000)] = 100,
    after: Annotated[Id | None, Query(description="`next` of the part before")] = None,
) -> Response:
    """The catalogue as it is served, in parts."""
    served = worker.live.served
    start = 0 if after is None else _number(served, after, "after") + 1
    rows = served.data.movies.slice(start, n)
    more = start + rows.height < len(served.data.items)
    last = str(rows["item_id"][-1]) if more else None
    items = [_known(row) for row in rows.iter_rows(named=True)]
    return tagged(request, CatalogueOut(items=items, next=last))


# Ids may have a slash in them: `path` takes it, once it is written %2F or as it is.
@router.get(
    "/films/{item_id:path}/similar",
    dependencies=_serve,
    response_model=SimilarOut,
    responses=UNCHANGED,
)
def similar(request: Request, item_id: FilmId, worker: WorkerParam, n: _N = 10) -> Response:
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
    return tagged(request, SimilarOut(item_id=item_id, items=items))


@router.get("/films/{item_id:path}/explanation", dependencies=_serve)
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


@router.get("/films/{item_id:path}", dependencies=_serve, response_model=Film, responses=UNCHANGED)
def film(request: Request, item_id: FilmId, worker: WorkerParam) -> Response:
    """What is known of one film."""
    served = worker.live.served
    return tagged(request, _known(served.data.movies.row(_number(served, item_id), named=True)))


@router.get("/search", dependencies=_serve, response_model=SearchOut, responses=UNCHANGED)
def search(
    request: Request,
    worker: WorkerParam,
    q: Annotated[str, Query(min_length=1, max_length=200, description="a title, or a name")],
    n: _N = 10,
    after: Annotated[Id | None, Query(description="`next` of the part before")] = None,
) -> Response:
    """Titles, and names of directors and cast, like this text; typing errors are forgiven.

    Titles come in parts, people are told with each.
    """
    served = worker.live.served
    titles = search_titles(served.data.movies, q, len(served.data.items))
    start = 0
    if after is not None:
        _number(served, after, "after")
        start = int(titles["item_id"].index_of(after) or 0) + 1
    part = titles.slice(start, n)
    items = [FoundFilm(**row) for row in part.iter_rows(named=True)]
    movies = served.data.movies.select("item_id", "title", "year")
    people = [
        FoundPerson(
            name=name,
            score=score,
            films=[FilmOfPerson(**movies.row(k, named=True)) for k in rows[:_OF_PERSON]],
        )
        for name, score, rows in people_of(served).search(q)
    ]
    more = start + n < titles.height
    return tagged(
        request,
        SearchOut(items=items, people=people, next=items[-1].item_id if more else None),
    )


@lru_cache(maxsize=1)
def people_of(served: Served) -> People:
    """The people of the catalogue that is served; made when first somebody searches."""
    return People.of(served.data.movies)


@router.put("/films", dependencies=[Depends(needs("admin"))], tags=["admin"])
def put_films(body: FilmsIn, worker: WorkerParam) -> FilmsOut:
    """Put films into the catalogue. They are served some seconds later."""
    rows = [film.model_dump() for film in body.films]
    movies = pl.DataFrame(rows, schema=MOVIES)
    return FilmsOut(films=upsert_films(worker.store.database, movies, int(time.time())))


def _known(row: dict[str, Any]) -> Film:
    """A film of the catalogue as it is there: what files brought is not held to what HTTP takes."""
    return Film.model_construct(**row)


def _number(served: Served, item_id: str, field: str = "item_id") -> int:
    number = served.number(item_id)
    if number < 0:
        detail = f"{field}: expected a film of the catalogue, got {item_id!r}"
        raise Problem(404, "unknown_film", detail, field)
    return number
