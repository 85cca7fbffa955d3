"""GET studio/models: versions, how they compare, which serves; going back to another."""

import time
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from matinee.errors import InputError, UnknownId
from matinee.service.problems import Problem
from matinee.service.worker import WorkerParam
from matinee.store.index import make_live, told
from matinee.store.people import read_audit
from matinee.store.served import read_artefacts
from matinee.web.identity import VisitorParam, hold_to_token
from matinee.web.rendering import page as render
from matinee.web.route import PageRoute
from matinee.web.saying import FormParam, back
from matinee.web.studio.access import INSIDERS, InsiderParam

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_SHOWN, _ACTS = 30, 12


@router.get("/studio/models", dependencies=INSIDERS)
def models_page(request: Request, worker: WorkerParam) -> Response:
    """All versions, the newest first."""
    served = worker.live.served
    found = [told(each) for each in read_artefacts(worker.store.database)[:_SHOWN]]
    acts = read_audit(worker.store.database, most=_ACTS).reverse().rows(named=True)
    return render(
        request,
        "studio/models.html",
        served=served.name,
        artefact_id=served.artefact_id,
        degraded=served.degraded,
        read_at=moment(served.read_at),
        versions=[_shown(each) for each in found],
        acts=[(moment(act["timestamp"]), act["actor"], act["action"]) for act in acts],
    )


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
    artefact_id = str(form.get("version", ""))
    try:
        make_live(worker.store.database, artefact_id, insider, int(time.time()))
    except UnknownId as error:
        raise Problem(404, "unknown_model", str(error), "version") from error
    except InputError as error:
        raise Problem(409, "model_refused", str(error), "version") from error
    worker.live.wake()
    return back("/studio/models", {"said": "live"})


def moment(seconds: int) -> str:
    """A moment as people of an operation read it.

    >>> moment(0)
    '1970-01-01 00:00 UTC'
    """
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _shown(version: dict[str, Any]) -> dict[str, Any]:
    check, refused = version["check"] or {}, version["refused"] or {}
    facts = {**(version["data"] or {}), **{k: v for k, v in check.items() if _plain(v)}}
    return version | {
        "made": moment(version["made_at"]),
        "facts": [(name, _told(value)) for name, value in facts.items() if _plain(value)],
        "reason": refused.get("reason", ""),
    }


def _plain(value: object) -> bool:
    return isinstance(value, int | float | str) and not isinstance(value, bool)


def _told(value: float | str) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return value if isinstance(value, str) else f"{value:,}"
