"""A viewer's page, explained: each row, each film's score as a sum, and what it hangs on.

Whoever looks at a page stands in the audit log before it is shown.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
from fastapi import APIRouter, Request, Response

from matinee.dataset import Histories
from matinee.explanation import Counterfactual, Reason, counterfactuals
from matinee.explanation.ranked import PolicyExplainer
from matinee.kernels.threads import one_thread
from matinee.page import Card, PageRow
from matinee.ranking import FittedPolicy
from matinee.service.asking import Asked, asked
from matinee.service.problems import Problem
from matinee.service.served import Served
from matinee.service.worker import Worker, WorkerParam
from matinee.store.checks import LONGEST_ID
from matinee.store.people import record
from matinee.web.cards import Showing
from matinee.web.identity import VisitorParam, hold_to_token
from matinee.web.looking import showing
from matinee.web.rendering import page as render
from matinee.web.route import PageRoute
from matinee.web.saying import FormParam
from matinee.web.shelf import Shelf
from matinee.web.studio.access import INSIDERS, InsiderParam
from matinee.web.why import Bar, bars_of
from matinee.web.words import capitalised, did, listed

router = APIRouter(include_in_schema=False, route_class=PageRoute)
LOOKED = "viewer's page looked at"
_KNOWN, _LEAST, _FIRST = 24, 5, 20
_ROWS: Mapping[str, str] = {
    "continue_watching": "Films that were begun and not ended, the latest first.",
    "my_list": "Films that the viewer put on the list.",
    "watch_again": "Films that were liked long ago, the best rated first.",
    "trending": "Films that many liked lately, whoever looks; those seen are left out.",
    "new": "The newest films, in this viewer's order.",
    "hidden_gems": "Films that few know and who know them like, in this viewer's order.",
    "because_you_watched": "Films to whose score this one film of the history adds most.",
    "theme": "A theme that stands high in this viewer's order; themes of many likes count more.",
}


@dataclass(frozen=True, slots=True)
class Known:
    """A viewer to choose."""

    pseudonym: str
    user_id: str
    films: int


@dataclass(frozen=True, slots=True)
class FilmWhy:
    """One film of a row: its score as a sum, and what it hangs on."""

    title: str
    year: int | None
    poster: str
    href: str
    score: str
    statement: str
    bars: Sequence[Bar]
    zero: float
    total: str
    hangs_on: str


@dataclass(frozen=True, slots=True)
class RowWhy:
    """One row, and why it is there."""

    title: str
    why: str
    films: Sequence[FilmWhy]


@router.get("/studio/interpretation/viewer", dependencies=INSIDERS)
def choose(request: Request, worker: WorkerParam) -> Response:
    """Whose page?"""
    return render(request, "studio/viewer.html", known=known_viewers(worker), viewer="", rows=None)


@router.post("/studio/interpretation/viewer")
def explained(
    request: Request,
    form: FormParam,
    worker: WorkerParam,
    visitor: VisitorParam,
    insider: InsiderParam,
) -> Response:
    """The page of one viewer as of now, with the parts of each score. Nobody is shown it."""
    hold_to_token(request, worker.store.key, visitor, form.get("token"))
    typed = str(form.get("viewer", "")).strip()
    user_id = viewer_id(worker, typed or str(form.get("pseudonym", "")))
    look_at(worker, user_id, insider)
    served = worker.live.served
    viewed = asked(worker, served, user_id)
    with worker.computing, one_thread():
        rows, notes = _page(viewed, served, showing(request, served))
    return render(
        request,
        "studio/viewer.html",
        known=known_viewers(worker),
        viewer=typed,
        rows=rows,
        notes=viewed.notes(notes),
        pseudonym=worker.store.key.pseudonym(user_id)[:12],
        films=viewed.used.history.entries,
        served=served.name,
    )


def viewer_id(worker: Worker, text: str) -> str:
    """The viewer of an id that was typed, or of a pseudonym that was offered; else a problem."""
    if not text or len(text) > LONGEST_ID or not text.isprintable():
        detail = "viewer: expected an id or one of the list, got none"
        raise Problem(422, "no_viewer", detail, "viewer")
    named = {each.pseudonym: each.user_id for each in known_viewers(worker)}
    return named.get(text, text)


def look_at(worker: Worker, user_id: str, insider: str) -> None:
    """Write down that somebody looks at this viewer's page."""
    store = worker.store
    record(store.database, insider, LOOKED, int(time.time()), store.key.pseudonym(user_id))


def known_viewers(worker: Worker) -> Sequence[Known]:
    """Some viewers by pseudonym, from those with few films to those with many."""
    return _known(worker.live.served, worker)


# The worker is not compared: what is served decides.
@lru_cache(maxsize=2)
def _known(served: Served, worker: Worker) -> Sequence[Known]:
    lengths = served.data.histories.lengths
    there = np.flatnonzero(lengths >= _LEAST)
    if not len(there):
        return ()
    order = there[np.argsort(lengths[there], kind="stable")]
    chosen = order[np.unique(np.linspace(0, len(order) - 1, _KNOWN).round().astype(int))]
    ids = served.data.users.ids.gather(chosen).to_list()
    return [
        Known(worker.store.key.pseudonym(user_id)[:12], user_id, int(films))
        for user_id, films in zip(ids, lengths[chosen], strict=True)
    ]


def _page(viewed: Asked, served: Served, view: Showing) -> tuple[list[RowWhy], Sequence[str]]:
    used, maker = viewed.used, viewed.maker
    page = maker.page(used.history, begun=used.begun, listed=used.listed)
    picks = next((row for row in page.rows if row.kind == "top_picks"), None)
    changes = _changes(viewed, picks) if page.personal and picks is not None else {}
    ranked = _ranked(viewed, served, picks) if page.personal and picks is not None else {}
    rows = []
    for row in page.rows:
        own = ranked if row.kind == "top_picks" else {}
        films = [_film(card, own, changes, view) for card in row.cards]
        why = _ROWS.get(row.kind) or _picks(page.personal, served)
        rows.append(RowWhy(row.title, why, films))
    return rows, page.notes


def _picks(personal: bool, served: Served) -> str:
    if not personal:
        return "What most people like: nothing that this viewer liked may be used, or is known."
    policy = served.maker.policy
    if policy is None:
        return f"The best by {served.name}, less what was seen."
    told = "" if policy.ranker is None else f", put in order by its {policy.policy.ranker.kind}"  # type: ignore[union-attr]
    again = "" if policy.reranking is None else ", and re-ranked"
    return f"Candidates of {policy.policy.candidates.model}{told}{again}."


def _film(
    card: Card,
    ranked: Mapping[str, Sequence[Reason]],
    changes: Mapping[str, Counterfactual],
    view: Showing,
) -> FilmWhy:
    shelf = view.shelf
    film = shelf.film(card.item_id)
    own = [one for one in card.reasons if isinstance(one, Reason)]
    reasons: Sequence[Reason] = ranked.get(card.item_id, own)
    bars, zero = bars_of(reasons, shelf, _said)
    total = sum(one.contribution for one in reasons)
    said = [one.text for one in card.reasons if one.kind == "statement"]
    score = total if card.item_id in ranked else card.score
    return FilmWhy(
        card.title,
        card.year,
        "" if film is None else view.poster(film),
        "" if film is None else film.href,
        "" if score is None else f"{score:.4g}",
        capitalised(said[0]) if said else "",
        bars,
        zero,
        f"{total:.4g}",
        _hangs_on(changes.get(card.item_id), shelf),
    )


def _said(reason: Reason, shelf: Shelf) -> str:
    return capitalised(reason.text if reason.item_id is None else did(reason, shelf))


def _changes(viewed: Asked, picks: PageRow) -> dict[str, Counterfactual]:
    """What each of the top picks hangs on, by the model's own list."""
    scoring = viewed.maker.scoring
    ids = [card.item_id for card in picks.cards]
    numbers = scoring.explainer.scorer.items.numbers(_series(ids))
    history: Histories = viewed.used.history
    found = counterfactuals(
        scoring.explainer.scorer, history, numbers[None, :].astype(np.int64), _FIRST
    )[0]
    known = [item_id for item_id, number in zip(ids, numbers, strict=True) if number >= 0]
    return dict(zip(known, found, strict=True))


def _ranked(viewed: Asked, served: Served, picks: PageRow) -> dict[str, Sequence[Reason]]:
    """The parts of the ranker's scores, where a policy makes the top picks."""
    policy = viewed.maker.policy
    if policy is None or policy.ranker is None:
        return {}
    own = viewed.used.history.on(viewed.maker.items)
    lists = policy.slate(own, len(picks.cards) + _FIRST, viewed.maker.shown)
    found = _explainer(policy, served).reasons(own, lists)
    films = [viewed.maker.ids[number] for number in lists.numbers[0].tolist() if number >= 0]
    return dict(zip(films, found, strict=False))


@lru_cache(maxsize=1)
def _explainer(policy: FittedPolicy, served: Served) -> PolicyExplainer:
    return PolicyExplainer.of(policy, served.data)


def _series(ids: Sequence[str]) -> pl.Series:
    return pl.Series("item_id", list(ids), dtype=pl.String)


def _hangs_on(change: Counterfactual | None, shelf: Shelf) -> str:
    if change is None or change.place > change.n:
        return ""
    if not change.verified:
        return f"Place {change.place}; no {change.most} films were found on which that hangs."
    films = [shelf.film(item_id) for item_id in change.item_ids]
    titles = listed([film.title for film in films if film is not None])
    return (
        f"Place {change.place} of the model's list. Without {titles} in the history it would be "
        f"at place {change.place_without}: the model was asked again."
    )
