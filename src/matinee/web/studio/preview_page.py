"""Two policies side by side: checked as they are typed, and one viewer's page by each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from matinee.errors import InputError
from matinee.features.pairs import PairFeatures
from matinee.page import PageMaker
from matinee.ranking import FittedPolicy, Rules
from matinee.ranking.fitted_policy import FirstStage
from matinee.ranking.layout import Layout
from matinee.ranking.policy import Candidates, Policy, policy_from_toml, policy_to_toml
from matinee.ranking.reranking import Reranking
from matinee.service.asking import asked
from matinee.service.served import Served
from matinee.service.worker import Worker, WorkerParam
from matinee.web.cards import RowView
from matinee.web.identity import VisitorParam, hold_to_token
from matinee.web.looking import showing
from matinee.web.rendering import page as render
from matinee.web.route import PageRoute
from matinee.web.saying import FormParam
from matinee.web.studio.access import INSIDERS
from matinee.web.viewers import choices

router = APIRouter(include_in_schema=False, route_class=PageRoute, dependencies=INSIDERS)
_CARDS = 8  # of a row that are shown beside each other
_SHORTER: Final = Layout(
    rows=6, kinds=("top_picks", "because_you_watched", "theme", "new", "hidden_gems")
)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: its text, what is wrong with it, and its page."""

    label: str
    text: str
    wrong: str
    rows: Sequence[RowView]
    notes: Sequence[str]


@router.get("/studio/preview")
def blank(request: Request, worker: WorkerParam) -> Response:
    """The policy that serves beside another one to begin with."""
    served = worker.live.served
    known = choices(served)
    viewer = known[0].user_id if known else ""
    current = _current(served)
    varied = Reranking(diversity=0.3, calibration=0.2)
    other = replace(current, name="other", ranker=None, reranking=varied, page=_SHORTER)
    texts = (policy_to_toml(current), policy_to_toml(other))
    return _page(request, worker, viewer, texts)


@router.post("/studio/preview")
def preview(
    request: Request, form: FormParam, worker: WorkerParam, visitor: VisitorParam
) -> Response:
    """The same with what was typed. Nothing is kept, and nobody is shown these pages."""
    hold_to_token(request, worker.store.key, visitor, form.get("token"))
    return _page(request, worker, _text(form, "viewer").strip(), _texts(form))


def made(served: Served, policy: Policy) -> PageMaker:
    """What makes pages by a policy out of the model that is served: no ranker is fitted for it."""
    data, maker = served.data, served.maker
    recipe = policy.reranking
    rules = (Rules() if recipe is None else recipe.rules).of(data)
    shown = maker.shown & rules.at(maker.as_of)
    plain = replace(maker, layout=policy.page, shown=shown, policy=None)
    if recipe is None:
        return plain
    first = FirstStage(served.scorer, None, PairFeatures.of(data))
    fitted = FittedPolicy(policy, first, None, recipe.fit(data), 0)
    return replace(plain, policy=fitted)


def _page(request: Request, worker: Worker, viewer: str, texts: Sequence[str]) -> Response:
    sides = [
        _side(request, worker, viewer, label, text)
        for label, text in zip(("A", "B"), texts, strict=True)
    ]
    status = 422 if any(side.wrong for side in sides) else 200
    return render(
        request,
        "studio/preview.html",
        status,
        sides=sides,
        viewer=viewer,
        served=worker.live.served.name,
        known=[choice.user_id for choice in choices(worker.live.served)],
    )


def _side(request: Request, worker: Worker, viewer: str, label: str, text: str) -> Side:
    served = worker.live.served
    try:
        policy = policy_from_toml(text, label)
        maker = made(served, replace(policy, ranker=None))
    except InputError as error:
        return Side(label, text, str(error), (), ())
    viewed = asked(worker, served, viewer or "nobody")
    known = viewed.used
    with worker.computing:
        found = maker.page(known.history, begun=known.begun, listed=known.listed)
    rows = showing(request, served).rows(found)
    notes = list(found.notes)
    if policy.ranker is not None:
        notes.append("its ranker is left out here: matinee train --policy fits it")
    if policy.candidates != _current(served).candidates:
        notes.append(f"made from the model that serves, {served.name}, whatever [candidates] says")
    cut = [replace(row, cards=row.cards[:_CARDS]) for row in rows]
    return Side(label, text, "", cut, notes)


def _current(served: Served) -> Policy:
    if served.maker.policy is not None:
        return served.maker.policy.policy
    try:
        candidates = Candidates(model=served.name)
    except InputError:  # a policy without ranker and re-ranking goes by its own name
        candidates = Candidates()
    return Policy("current", candidates, page=served.maker.layout)


def _texts(form: FormData) -> tuple[str, str]:
    return _text(form, "a"), _text(form, "b")


def _text(form: FormData, name: str) -> str:
    return str(form.get(name, "")).replace("\r\n", "\n")[:20_000]
