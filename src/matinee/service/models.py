"""GET models, POST models/{id}/live: the versions that serve, and which of them does."""

import time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field

from matinee.errors import InputError, UnknownId
from matinee.service.documents import Document, Id
from matinee.service.keys import needs
from matinee.service.problems import Problem
from matinee.service.tagging import UNCHANGED, tagged
from matinee.service.worker import WorkerParam
from matinee.store.index import make_live, told, version
from matinee.store.served import read_artefacts

router = APIRouter(prefix="/v1", tags=["admin"], dependencies=[Depends(needs("admin"))])
_ID = "20261126-181503-3f2a"


class ModelOut(Document):
    """One version; `check` is its comparison with the one that ran when it was made."""

    artefact_id: str = Field(examples=[_ID])
    state: Literal["candidate", "live", "retired", "refused"]
    made_at: int = Field(examples=[1_790_000_000])
    name: str | None = Field(examples=["ease:ridge=500.0"])
    kind: str | None = Field(examples=["model"])
    data: dict[str, Any] | None = Field(examples=[{"users": 549, "films": 9742}])
    check: dict[str, Any] | None = Field(examples=[{"metric": "ndcg@10", "viewers": 304}])
    refused: dict[str, Any] | None = Field(examples=[None])


class ModelsOut(Document):
    """Versions, the newest first, and which of all this worker serves now."""

    models: list[ModelOut]
    served: str | None = Field(examples=[_ID])
    next: str | None = Field(examples=[None], description="null: there are no more")


@router.get("/models", response_model=ModelsOut, responses=UNCHANGED)
def models(
    request: Request,
    worker: WorkerParam,
    n: Annotated[int, Query(ge=1, le=1_000)] = 100,
    after: Annotated[Id | None, Query(description="`next` of the part before")] = None,
) -> Response:
    """The versions of what is served, the newest first, in parts."""
    found = read_artefacts(worker.store.database)
    ids = [each.artefact_id for each in found]
    if after is not None and after not in ids:
        detail = f"after: expected a version of the index, got {after!r}"
        raise Problem(404, "unknown_model", detail, "after")
    start = 0 if after is None else ids.index(after) + 1
    part = found[start : start + n]
    document = ModelsOut(
        models=[ModelOut(**told(each)) for each in part],
        served=worker.live.served.artefact_id,
        next=part[-1].artefact_id if start + n < len(found) else None,
    )
    return tagged(request, document)


@router.post("/models/{artefact_id}/live")
def live(
    artefact_id: Annotated[Id, Path(description="a version of the index")],
    worker: WorkerParam,
    request: Request,
    force: Annotated[bool, Query(description="one that the comparison refused, too")] = False,
) -> ModelOut:
    """Have every worker of this database serve this version, within seconds."""
    database, now = worker.store.database, int(time.time())
    try:
        make_live(database, artefact_id, str(request.scope["key_name"]), now, force=force)
    except UnknownId as error:
        raise Problem(404, "unknown_model", str(error), "artefact_id") from error
    except InputError as error:
        raise Problem(409, "model_refused", str(error), "artefact_id") from error
    worker.live.wake()
    return ModelOut(**told(version(database, artefact_id)))
