"""consent and taste: what a viewer allows, what is believed of them, and what they take out."""

import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import Field, StrictBool

from matinee.page.taste import Belief, taste
from matinee.service.asking import asked
from matinee.service.documents import Document, Id
from matinee.service.keys import needs
from matinee.service.problems import Problem
from matinee.service.worker import WorkerParam
from matinee.settings import PURPOSES
from matinee.store.catalogue import knows_film
from matinee.store.choices import put_back, take_out
from matinee.store.exporting import export
from matinee.store.people import consent_of, put_consent

router = APIRouter(prefix="/v1/users/{user_id}", tags=["privacy"])
_ZIP: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}
}
_serve = [Depends(needs("serve"))]
_UserId = Annotated[Id, Path(description="a viewer")]
_FilmId = Annotated[Id, Path(description="a film of the catalogue")]


class ConsentOut(Document):
    """What a viewer said of each purpose; null: nothing, so MATINEE_CONSENT_DEFAULT holds."""

    personalisation: bool | None = Field(examples=[True], description="pages of their own")
    improvement: bool | None = Field(examples=[None], description="models learn from what they did")
    experiments: bool | None = Field(examples=[False], description="they take part in tests")


class ConsentIn(Document):
    """What a viewer allows or forbids from now on; a purpose left out stays as it was."""

    personalisation: StrictBool | None = Field(None, examples=[False])
    improvement: StrictBool | None = None
    experiments: StrictBool | None = None


class TasteFilmOut(Document):
    """A film of the viewer's history."""

    item_id: str = Field(examples=["348"])
    title: str = Field(examples=["Alien"])
    year: int | None = Field(examples=[1979])
    weight: float = Field(examples=[1.0], description="-1 disliked to 1 liked, 0 no opinion")
    influence: float | None = Field(
        examples=[0.12],
        description="share of what the history adds to the viewer's 50 best films; null: not used",
    )
    timestamp: int | None = Field(examples=[1790000000])
    taken_out: bool


class BeliefOut(Document):
    """What a genre, a person or a decade is worth to the viewer."""

    name: str = Field(examples=["Horror"])
    films: int = Field(examples=[3], description="of the history")
    weight: float = Field(examples=[0.4], description="sum of their weights / (films + 3)")


class TasteOut(Document):
    """What is believed of a viewer and why, the strongest first."""

    user_id: str = Field(examples=["v0001"])
    personalised: bool = Field(description="false: personalisation is off, nothing is used")
    films: list[TasteFilmOut]
    genres: list[BeliefOut]
    people: list[BeliefOut]
    decades: list[BeliefOut]


class TakenOut(Document):
    """Whether a film is out of the taste now."""

    item_id: str = Field(examples=["348"])
    taken_out: bool


@router.get("/consent", dependencies=_serve)
def read_consent(user_id: _UserId, worker: WorkerParam) -> ConsentOut:
    """What the viewer allowed and forbade, by purpose."""
    return ConsentOut(**consent_of(worker.store.database, user_id))


@router.put("/consent", dependencies=_serve)
def change_consent(
    user_id: _UserId, body: ConsentIn, worker: WorkerParam, request: Request
) -> ConsentOut:
    """Allow or forbid purposes; it holds from the next request on, and is on record."""
    asked_of = {purpose: getattr(body, purpose) for purpose in PURPOSES}
    said = {purpose: yes for purpose, yes in asked_of.items() if yes is not None}
    store, actor = worker.store, request.scope["key_name"]
    put_consent(store.database, store.key, user_id, said, actor, int(time.time()))
    return ConsentOut(**consent_of(store.database, user_id))


@router.get("/taste", dependencies=_serve)
def read_taste(user_id: _UserId, worker: WorkerParam) -> TasteOut:
    """The films that shaped the viewer's pages with their weight, and what they say together."""
    served = worker.live.served
    viewed = asked(worker, served, user_id)
    with worker.computing:
        found = taste(viewed.maker, served.data.movies, viewed.known.history, viewed.used.history)
    films = [
        TasteFilmOut(
            item_id=film.item_id,
            title=film.title,
            year=film.year,
            weight=film.weight,
            influence=film.influence,
            timestamp=film.timestamp,
            taken_out=film.item_id in viewed.choices.taken_out,
        )
        for film in found.films
    ]
    return TasteOut(
        user_id=user_id,
        personalised=viewed.choices.allows("personalisation"),
        films=films,
        genres=_out(found.genres),
        people=_out(found.people),
        decades=_out(found.decades),
    )


@router.get("/export", dependencies=_serve, response_class=Response, responses=_ZIP)
def read_export(user_id: _UserId, worker: WorkerParam) -> Response:
    """Everything that is known of the viewer, as one ZIP file with a README.txt in it."""
    believed = read_taste(user_id, worker).model_dump()
    found = export(worker.store.database, user_id, {"taste.json": believed})
    headers = {"Content-Disposition": 'attachment; filename="export.zip"'}
    return Response(found, media_type="application/zip", headers=headers)


@router.put("/taste/taken_out/{item_id:path}", dependencies=_serve)
def take_film_out(user_id: _UserId, item_id: _FilmId, worker: WorkerParam) -> TakenOut:
    """Have a film play no part in the viewer's taste; that it was seen stays known."""
    served = worker.live.served
    if served.number(item_id) < 0 and not knows_film(worker.store.database, item_id):
        detail = f"item_id: expected a film of the catalogue, got {item_id!r}"
        raise Problem(404, "unknown_film", detail, "item_id")
    take_out(worker.store.database, worker.store.key, user_id, item_id, int(time.time()))
    return TakenOut(item_id=item_id, taken_out=True)


@router.delete("/taste/taken_out/{item_id:path}", dependencies=_serve)
def put_film_back(user_id: _UserId, item_id: _FilmId, worker: WorkerParam) -> TakenOut:
    """Have a film that was taken out count again."""
    put_back(worker.store.database, user_id, item_id)
    return TakenOut(item_id=item_id, taken_out=False)


def _out(beliefs: tuple[Belief, ...]) -> list[BeliefOut]:
    return [BeliefOut(name=b.name, films=b.films, weight=b.weight) for b in beliefs]
