"""GET studio/policies: which serves, which are kept, how one comes to serve; editing them."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from matinee.errors import InputError, UnknownId
from matinee.ranking.policy import policy_to_toml
from matinee.service.problems import Problem
from matinee.service.worker import Worker, WorkerParam
from matinee.store.people import record
from matinee.store.served import put_policy, read_policies
from matinee.training.policy_versions import version_of_policy
from matinee.web.identity import VisitorParam, hold_to_token
from matinee.web.rendering import page as render
from matinee.web.route import PageRoute
from matinee.web.saying import FormParam, back
from matinee.web.studio.access import INSIDERS, InsiderParam
from matinee.web.studio.policy_lines import Wrong, changes, checked
from matinee.web.studio.preview_page import text_of
from matinee.web.studio.previewing import serving_policy, unlike

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A policy of the database, and what it takes to have it serve."""

    name: str
    wrong: str  # "" where it can be read
    serves: bool
    learns: Sequence[str]  # sections that have to be learnt
    at_once: bool


@router.get("/studio/policies", dependencies=INSIDERS)
def policies_page(request: Request, worker: WorkerParam) -> Response:
    """All of them."""
    served = worker.live.served
    kept = [_kept(worker, *pair) for pair in read_policies(worker.store.database).items()]
    return render(
        request,
        "studio/policies.html",
        served=served.name,
        text=policy_to_toml(serving_policy(served)),
        version=served.artefact_id,
        kept=kept,
    )


@router.get("/studio/policies/edit", dependencies=INSIDERS)
def edit(
    request: Request, worker: WorkerParam, name: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """A kept policy, or a new one that begins as what serves."""
    kept = read_policies(worker.store.database)
    current = replace(serving_policy(worker.live.served), name="mine")
    text = kept.get(name, policy_to_toml(current))
    return _editor(request, worker, name, text, name_wrong="", wrong=None)


@router.post("/studio/policies/edit")
def save(
    request: Request,
    form: FormParam,
    worker: WorkerParam,
    visitor: VisitorParam,
    insider: InsiderParam,
) -> Response:
    """Keep the policy under its name where nothing is wrong with it."""
    hold_to_token(request, worker.store.key, visitor, form.get("token"))
    name, text = text_of(form, "name").strip(), text_of(form, "text")
    found = checked(text, name or "policy")
    name_wrong = ""
    if not _NAME.fullmatch(name):
        name_wrong = (
            "expected a name of up to 60 letters, digits, spaces, dots, dashes and underscores "
            f"that begins with a letter or digit, got {name[:60]!r}"
        )
    if isinstance(found, Wrong) or name_wrong:
        wrong = found if isinstance(found, Wrong) else None
        return _editor(request, worker, name, text, name_wrong=name_wrong, wrong=wrong)
    now, database = int(time.time()), worker.store.database
    put_policy(database, name, policy_to_toml(replace(found, name=name)), now)
    record(database, insider, f"policy kept: {name}", now)
    return back("/studio/policies", {"said": "policy"})


@router.get("/studio/policies/serve", dependencies=INSIDERS)
def confirm(
    request: Request, worker: WorkerParam, name: Annotated[str, Query(max_length=200)]
) -> Response:
    """Asks once more, with the lines that change."""
    text, current = _text(worker, name), serving_policy(worker.live.served)
    found = checked(text, name)
    then = text if isinstance(found, Wrong) else policy_to_toml(found)
    lines = changes(policy_to_toml(current), then)
    return render(request, "studio/policy_serve.html", name=name, lines=lines)


@router.post("/studio/policies/serve")
def serve(
    request: Request,
    form: FormParam,
    worker: WorkerParam,
    visitor: VisitorParam,
    insider: InsiderParam,
) -> Response:
    """Have a kept policy serve at once, out of what the live version has learnt."""
    hold_to_token(request, worker.store.key, visitor, form.get("token"))
    store = worker.store
    text = _text(worker, text_of(form, "name"))
    try:
        version_of_policy(store.database, store.versions, text, insider, int(time.time()))
    except (InputError, UnknownId) as error:
        raise Problem(409, "model_refused", str(error), "name") from error
    worker.live.wake()
    return back("/studio/policies", {"said": "live"})


def _text(worker: Worker, name: str) -> str:
    text = read_policies(worker.store.database).get(name)
    if text is None:
        raise Problem(404, "unknown_policy", f"name: expected a kept policy, got {name!r}", "name")
    return text


def _kept(worker: Worker, name: str, text: str) -> Kept:
    served = worker.live.served
    found = checked(text, name)
    if isinstance(found, Wrong):
        return Kept(name, found.text, serves=False, learns=(), at_once=False)
    policy = serving_policy(served)
    serves = replace(found, name=policy.name) == policy
    learns = unlike(served, found)
    at_once = not serves and not learns and served.artefact_id is not None
    return Kept(name, "", serves, learns, at_once)


def _editor(
    request: Request,
    worker: Worker,
    name: str,
    text: str,
    *,
    name_wrong: str,
    wrong: Wrong | None,
) -> Response:
    return render(
        request,
        "studio/policy.html",
        422 if name_wrong or wrong else 200,
        name=name,
        text=text,
        name_wrong=name_wrong,
        wrong=wrong,
        new=name not in read_policies(worker.store.database),
    )
