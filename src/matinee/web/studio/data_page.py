"""GET studio: the data that is served: figures, distributions, what is known, summaries."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from matinee.service.served import DATABASE
from matinee.service.worker import Worker, WorkerParam
from matinee.store.catalogue import read_tables
from matinee.web.route import PageRoute
from matinee.web.studio import charts
from matinee.web.studio.access import INSIDERS
from matinee.web.studio.charts import ChartView
from matinee.web.studio.counting import Count, counting_of
from matinee.web.studio.words import moment

router = APIRouter(include_in_schema=False, route_class=PageRoute, dependencies=INSIDERS)


@router.get("/studio")
def data_page(request: Request, worker: WorkerParam, again: bool = False) -> Response:
    """What is in the database, as it was counted last."""
    count = counting_of(request).of(worker, "data", counted, again)
    found = count.document or {"viewing": (), "catalogue": ()}
    viewing = [ChartView.read(one) for one in found["viewing"]]
    catalogue = [ChartView.read(one) for one in found["catalogue"]]
    return charts.page(
        request,
        "studio/data.html",
        [*viewing, *catalogue],
        count=count,
        counted_at=moment(count.at),
        viewing=viewing,
        catalogue=catalogue,
    )


@router.get("/studio/state")
def state(request: Request, worker: WorkerParam) -> Response:
    """Whether it is still being counted."""
    return told(counting_of(request).of(worker, "data", counted, False))


def told(count: Count) -> Response:
    """A count's state for `progress.js`."""
    return JSONResponse({"working": count.working, "said": "reading the database"})


def counted(worker: Worker) -> Mapping[str, Any]:
    """The exploration of the database. It reads all ratings: a minute and more of many millions."""
    from matinee.web.studio.explored import data_document  # noqa: PLC0415  see ChartView.of

    return data_document(read_tables(worker.store.database, DATABASE))
