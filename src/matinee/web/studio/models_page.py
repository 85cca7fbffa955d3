"""GET studio/models: the leaderboard, the versions, which serves; going back to another."""

import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from matinee.errors import InputError, UnknownId
from matinee.service.problems import Problem
from matinee.service.served import DATABASE
from matinee.service.worker import Worker, WorkerParam
from matinee.store.index import make_live, version_before
from matinee.store.measured import read_measured
from matinee.store.people import read_audit
from matinee.store.served import Served as Kept
from matinee.store.served import read_artefacts
from matinee.store.workspace import Workspace
from matinee.web.identity import VisitorParam, hold_to_token
from matinee.web.rendering import page as render
from matinee.web.route import PageRoute
from matinee.web.saying import FormParam, back
from matinee.web.studio.access import INSIDERS, InsiderParam
from matinee.web.studio.board import board_of, frontier_of, trades
from matinee.web.studio.charts import ChartView
from matinee.web.studio.charts import page as charts_page
from matinee.web.studio.history import HISTORY, Version, history_picture, versions_of
from matinee.web.studio.words import moment

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_SHOWN, _ACTS, _MOST_ACTS = 30, 8, 200


@router.get("/studio/models", dependencies=INSIDERS)
def models_page(request: Request, worker: WorkerParam) -> Response:
    """What serves, how models compare, all versions (the newest first), what was done."""
    served = worker.live.served
    known = read_artefacts(worker.store.database)
    found = read_measured(worker.live.workspace, DATABASE, "leaderboard")
    before = version_before(known)
    charts = _charts(worker, known[:_SHOWN])
    return charts_page(
        request,
        "studio/models.html",
        charts,
        served=served.name,
        artefact_id=served.artefact_id,
        degraded=served.degraded,
        read_at=moment(served.read_at),
        before=None if before is None else before.artefact_id,
        board=None if found is None else board_of(found, served.name),
        beyond=[one.name for one in charts if one.name != HISTORY],
        history=[one.name for one in charts if one.name == HISTORY],
        frontier=any(one.name.startswith("frontier-") for one in charts),
        versions=versions_of(known[:_SHOWN]),
        acts=_acts(worker, _ACTS),
    )


@router.get("/studio/models/live", dependencies=INSIDERS)
def confirm(
    request: Request, worker: WorkerParam, version: Annotated[str, Query(max_length=200)]
) -> Response:
    """Asks once more, with what is known of both versions."""
    known = versions_of(read_artefacts(worker.store.database))
    wanted = _of(known, version)
    if wanted is None:
        raise Problem(
            404, "unknown_model", f"version: expected one of the index, got {version!r}", "version"
        )
    running = next((each for each in known if each.state == "live"), None)
    return render(request, "studio/confirm.html", wanted=wanted, running=running)


@router.get("/studio/models/audit", dependencies=INSIDERS)
def audit(request: Request, worker: WorkerParam) -> Response:
    """More of what was done."""
    return render(request, "studio/audit.html", acts=_acts(worker, _MOST_ACTS), most=_MOST_ACTS)


@router.post("/studio/models")
def go_live(
    request: Request,
    form: FormParam,
    worker: WorkerParam,
    visitor: VisitorParam,
    insider: InsiderParam,
) -> Response:
    """Have every worker serve this version, within seconds."""
    hold_to_token(request, worker.store.key, visitor, form.get("token"))
    artefact_id, force = str(form.get("version", "")), form.get("force") == "yes"
    try:
        make_live(worker.store.database, artefact_id, insider, int(time.time()), force=force)
    except UnknownId as error:
        raise Problem(404, "unknown_model", str(error), "version") from error
    except InputError as error:
        raise Problem(409, "model_refused", str(error), "version") from error
    worker.live.wake()
    return back("/studio/models", {"said": "live"})


def _charts(worker: Worker, known: Sequence[Kept]) -> Sequence[ChartView]:
    workspace = worker.live.workspace
    found = [read_measured(workspace, DATABASE, kind) for kind in ("leaderboard", "frontier")]
    measured_at = tuple(0 if one is None else one.at for one in found)
    history = history_picture(known)
    charts = [] if history is None else [ChartView.of(history)]
    return [*charts, *_measured_charts(workspace, worker.live.served.name, measured_at)]


@lru_cache(maxsize=4)
def _measured_charts(
    workspace: Workspace, served: str, measured_at: tuple[int, ...]
) -> Sequence[ChartView]:
    """Drawn once for each measurement: it takes a tenth of a second."""
    del measured_at
    leaderboard = read_measured(workspace, DATABASE, "leaderboard")
    frontier = read_measured(workspace, DATABASE, "frontier")
    pictures = [] if leaderboard is None else trades(leaderboard, served)
    pictures += [] if frontier is None else frontier_of(frontier)
    return [ChartView.of(one) for one in pictures]


def _of(known: Sequence[Version], artefact_id: str) -> Version | None:
    return next((each for each in known if each.artefact_id == artefact_id), None)


def _acts(worker: Worker, most: int) -> list[tuple[str, str, str, str]]:
    acts = read_audit(worker.store.database, most=most).reverse().rows(named=True)
    return [
        (moment(act["timestamp"]), act["actor"], act["action"], act["subject"] or "")
        for act in acts
    ]
