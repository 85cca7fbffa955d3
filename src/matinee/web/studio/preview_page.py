"""Two policies side by side: checked as they are typed, and one viewer's page by each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import FormData

from matinee.errors import InputError
from matinee.kernels.threads import one_thread
from matinee.page import Page
from matinee.ranking.layout import Layout
from matinee.ranking.policy import Policy, policy_to_toml
from matinee.ranking.reranking import Reranking
from matinee.service.asking import Asked, asked
from matinee.service.worker import Worker, WorkerParam
from matinee.store.served import read_policies
from matinee.web.cards import RowView
from matinee.web.identity import VisitorParam, hold_to_token
from matinee.web.looking import showing
from matinee.web.rendering import page as render
from matinee.web.route import PageRoute
from matinee.web.saying import FormParam
from matinee.web.studio.access import INSIDERS, InsiderParam
from matinee.web.studio.page_difference import Difference, difference
from matinee.web.studio.policy_lines import Change, Wrong, changes, checked
from matinee.web.studio.previewing import maker_of, serving_policy, unlike
from matinee.web.studio.viewer_page import known_viewers, look_at, viewer_id

router = APIRouter(include_in_schema=False, route_class=PageRoute)
LONGEST: Final = 20_000  # characters of a policy
_CARDS = 8  # of a row that are shown beside each other
_SHORTER: Final = Layout(
    rows=6, kinds=("top_picks", "because_you_watched", "theme", "new", "hidden_gems")
)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: its text, what is wrong with it, its page, and what it says of itself."""

    label: str
    text: str
    wrong: Wrong | None
    policy: Policy | None
    page: Page | None = None
    rows: Sequence[RowView] = ()
    notes: Sequence[str] = ()


@router.get("/studio/preview", dependencies=INSIDERS)
def blank(
    request: Request,
    worker: WorkerParam,
    a: Annotated[str, Query(max_length=200)] = "",
    b: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Kept policies by their names; by default the one that serves beside a variation of it."""
    current = serving_policy(worker.live.served)
    varied = Reranking(diversity=0.3, calibration=0.2)
    other = replace(current, name="other", reranking=varied, page=_SHORTER)
    kept = read_policies(worker.store.database)
    texts = (kept.get(a, policy_to_toml(current)), kept.get(b, policy_to_toml(other)))
    sides = [_checked(label, text) for label, text in zip("AB", texts, strict=True)]
    known = known_viewers(worker)
    return _shown(request, worker, known[0].pseudonym if known else "", sides, None)


@router.post("/studio/preview")
def preview(
    request: Request,
    form: FormParam,
    worker: WorkerParam,
    visitor: VisitorParam,
    insider: InsiderParam,
) -> Response:
    """What was typed, and the viewer's pages by it. Nothing is kept, nobody is shown them."""
    hold_to_token(request, worker.store.key, visitor, form.get("token"))
    viewer = text_of(form, "viewer").strip()
    sides = [_checked(label, text_of(form, label.lower())) for label in "AB"]
    if any(side.wrong for side in sides):
        return _shown(request, worker, viewer, sides, None)
    user_id = viewer_id(worker, viewer)
    look_at(worker, user_id, insider)
    viewed = asked(worker, worker.live.served, user_id)
    sides = [_with_page(request, worker, viewed, side) for side in sides]
    a, b = (side.page for side in sides)
    found = None if a is None or b is None else difference(a, b, worker.live.served)
    return _shown(request, worker, viewer, sides, found)


def text_of(form: FormData, name: str) -> str:
    """A field with the line ends of Unix."""
    return str(form.get(name, "")).replace("\r\n", "\n")[:LONGEST]


def _checked(label: str, text: str) -> Side:
    found = checked(text, label)
    if isinstance(found, Wrong):
        return Side(label, text, found, None)
    return Side(label, text, None, found)


def _with_page(request: Request, worker: Worker, viewed: Asked, side: Side) -> Side:
    served = worker.live.served
    assert side.policy is not None
    try:
        maker = maker_of(served, side.policy)
    except InputError as error:  # a re-ranking that the films cannot feed
        return replace(side, wrong=Wrong(str(error), 1, ()))
    shown = maker.shown & viewed.maker.shown
    used = viewed.used
    with worker.computing, one_thread():
        page = replace(maker, shown=shown).page(used.history, begun=used.begun, listed=used.listed)
    rows = [replace(row, cards=row.cards[:_CARDS]) for row in showing(request, served).rows(page)]
    return replace(side, page=page, rows=rows, notes=_notes(worker, viewed, side, page))


def _notes(worker: Worker, viewed: Asked, side: Side, page: Page) -> list[str]:
    served = worker.live.served
    notes = viewed.notes(page.notes)
    assert side.policy is not None
    if lacking := unlike(served, side.policy):
        sections = " and ".join(f"[{name}]" for name in lacking)
        notes.append(
            f"made from what serves, {served.name}: {sections} of this policy come by training"
        )
    return notes


def _shown(
    request: Request,
    worker: Worker,
    viewer: str,
    sides: Sequence[Side],
    found: Difference | None,
) -> Response:
    said: Mapping[str, Mapping[str, str]] = {} if found is None else {"A": found.a, "B": found.b}
    lines: Sequence[Change] = changes(sides[0].text, sides[1].text)
    return render(
        request,
        "studio/preview.html",
        422 if any(side.wrong for side in sides) else 200,
        sides=sides,
        viewer=viewer,
        served=worker.live.served.name,
        known=known_viewers(worker),
        difference=found,
        said=said,
        lines=lines,
        differs=any(line.kind != "same" for line in lines),
    )
