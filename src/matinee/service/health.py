"""livez, readyz, metrics: for those who run the service; no key is asked for."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from matinee.service.documents import Health
from matinee.service.worker import WorkerParam
from matinee.store.catalogue import changed_at

router = APIRouter(tags=["operation"])


@router.get("/livez")
async def livez() -> Health:
    """Whether the process answers; if not, start it again."""
    return Health(state="live")


@router.get("/readyz")
def readyz(worker: WorkerParam) -> Health:
    """Whether it can serve now: the database answers. 503 if not; send no requests then."""
    changed_at(worker.store.database)
    return Health(state="ready")


@router.get("/metrics", response_class=Response)
def metrics(worker: WorkerParam) -> Response:
    """Counters in the text format of Prometheus."""
    return Response(worker.metrics.text(), media_type=CONTENT_TYPE_LATEST)
