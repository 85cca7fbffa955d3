"""Why a film is where it is, for one viewer: parts of its score, and what it hangs on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from matinee.dataset import Histories
from matinee.explanation import Counterfactual, Reason, counterfactuals
from matinee.kernels.threads import one_thread
from matinee.page import PageMaker
from matinee.web.shelf import FilmFacts, Shelf
from matinee.web.words import capitalised, did, listed

_NAMED = 6  # films of the history that the chart names
_FIRST = 20  # films of the list in which a film has to be, for it to be said what it hangs on


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of a score: its words, and from where to where it is drawn, of 100."""

    text: str
    film: FilmFacts | None
    value: float
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Why:
    """All parts of a score, and one sentence on what would change it; "" where none is known."""

    bars: Sequence[Bar]
    zero: float  # where nothing lies, of 100
    score: float
    sentence: str
    hangs_on: str


def why_film(maker: PageMaker, history: Histories, film: int, shelf: Shelf) -> Why | None:
    """None where the model does not know the film or nothing of the viewer."""
    personal = bool((history.strength > 0).any())
    scoring = maker.scoring if personal else maker.anybody
    own = int(scoring.own[film])
    if own < 0:
        return None
    with one_thread():
        history = history.on(maker.items)
        explainer = scoring.explainer
        items = np.array([[own]], np.int64)
        parts = explainer.contributions(history, items)
        reasons = explainer.account(parts, items, _NAMED)[0][0]
        change = None
        if personal and film not in history.numbers:
            change = counterfactuals(explainer.scorer, history, items, _FIRST)[0][0]
    score = sum(reason.contribution for reason in reasons)
    bars, zero = bars_of(reasons, shelf, _text)
    return Why(bars, zero, score, _sentence(reasons, shelf), _hangs_on(change, shelf))


def bars_of(
    reasons: Sequence[Reason], shelf: Shelf, said: Callable[[Reason, Shelf], str]
) -> tuple[list[Bar], float]:
    """Of the parts that are not 0, and where nothing lies, of 100."""
    shown = [reason for reason in reasons if reason.contribution != 0]
    values = [reason.contribution for reason in shown]
    low, high = min([0.0, *values]), max([0.0, *values])
    scale = 100 / ((high - low) or 1)
    bars = [
        Bar(
            said(reason, shelf),
            None if reason.item_id is None else shelf.film(reason.item_id),
            reason.contribution,
            (min(reason.contribution, 0) - low) * scale,
            abs(reason.contribution) * scale,
        )
        for reason in shown
    ]
    return bars, -low * scale


def _text(reason: Reason, shelf: Shelf) -> str:
    if reason.item_id is None:
        return capitalised(reason.text)
    return f"You {did(reason, shelf)}"


def _sentence(reasons: Sequence[Reason], shelf: Shelf) -> str:
    """The films that spoke for it most."""
    films = [one for one in reasons if one.item_id is not None and one.contribution > 0][:3]
    if not films:
        named = [one for one in reasons if one.contribution > 0]
        return f"{capitalised(named[0].text)}." if named else ""
    told = [did(one, shelf) for one in films]
    if all(text.startswith("rated ") for text in told):
        told[1:] = [text.removeprefix("rated ") for text in told[1:]]
    return f"Because you {listed(told)}."


def _hangs_on(change: Counterfactual | None, shelf: Shelf) -> str:
    if change is None:
        return ""
    if change.place > change.n:
        return f"It stands at place {change.place} of your list."
    if not change.verified:
        return (
            f"It stands at place {change.place} of your list. No {change.most} films of your "
            "history were found on which that hangs."
        )
    films = [shelf.film(item_id) for item_id in change.item_ids]
    titles = listed([film.title for film in films if film is not None])
    return (
        f"It stands at place {change.place} of your list. Without {titles} in your history "
        f"it would be at place {change.place_without}: we asked the model again to be sure."
    )
