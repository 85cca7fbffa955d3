"""Why a film is where it is, for one viewer: parts of its score, and what it hangs on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from matinee.dataset import Histories
from matinee.explanation import Counterfactual, Reason, counterfactuals
from matinee.kernels.threads import one_thread
from matinee.page import PageMaker
from matinee.web.shelf import FilmFacts, Shelf
from matinee.web.words import capitalised, did, listed, said_of_model

_NAMED = 6  # films of the history that the chart names
_FIRST = 20  # films of the list in which a film has to be, for it to be said what it hangs on


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of a score: its words, and from where to where it is drawn, of 100."""

    text: str
    film: FilmFacts | None
    value: float
    share: str  # of all that speaks for the film and against it: "16 %", "-3 %"
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Why:
    """All parts of a score, and one sentence on what would change it; "" where none is known."""

    bars: Sequence[Bar]  # none where one thing is all there is to say
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
    if not personal and len(bars) < 2:
        bars = []
    return Why(bars, zero, score, _sentence(reasons, shelf), _hangs_on(change, shelf))


def bars_of(
    reasons: Sequence[Reason], shelf: Shelf, said: Callable[[Reason, Shelf], str]
) -> tuple[list[Bar], float]:
    """Of the parts that are not 0, and where nothing lies, of 100."""
    shown = [reason for reason in reasons if reason.contribution != 0]
    values = [reason.contribution for reason in shown]
    low, high = min([0.0, *values]), max([0.0, *values])
    scale = 100 / ((high - low) or 1)
    whole = sum(abs(value) for value in values)
    bars = [
        Bar(
            said(reason, shelf),
            None if reason.item_id is None else shelf.film(reason.item_id),
            reason.contribution,
            share(reason.contribution, whole),
            (min(reason.contribution, 0) - low) * scale,
            abs(reason.contribution) * scale,
        )
        for reason in shown
    ]
    return bars, -low * scale


def share(part: float, whole: float) -> str:
    """A part in per cent, with a real minus.

    >>> share(1.0, 6.0), share(-0.004, 1.0)
    ('17 %', 'under 1 %')
    >>> share(-1.0, 50.0) == "\N{MINUS SIGN}2 %"
    True
    """
    percent = round(100 * part / whole)
    return f"{percent} %".replace("-", "\N{MINUS SIGN}") if percent else "under 1 %"


def _text(reason: Reason, shelf: Shelf) -> str:
    if reason.item_id is None:
        return capitalised(said_of_model(reason.kind, reason.text))
    return f"You {did(reason, shelf)}"


def _sentence(reasons: Sequence[Reason], shelf: Shelf) -> str:
    """The films that spoke for it most."""
    films = [one for one in reasons if one.item_id is not None and one.contribution > 0][:3]
    if not films:
        named = [one for one in reasons if one.contribution > 0]
        return f"{capitalised(said_of_model(named[0].kind, named[0].text))}." if named else ""
    told = [did(one, shelf) for one in films]
    if all(text.startswith("gave ") for text in told):
        told[1:] = [text.removeprefix("gave ") for text in told[1:]]
    return f"Because you {listed(told)}."


def _hangs_on(change: Counterfactual | None, shelf: Shelf) -> str:
    if change is None:
        return ""
    stands = f"It is number {change.place:,} of all films for you"
    if change.place > change.n:
        return f"{stands}."
    if not change.verified:
        return f"{stands}, and no {change.most} films that you know decide that alone."
    films = [shelf.film(item_id) for item_id in change.item_ids]
    titles = listed([film.title for film in films if film is not None])
    them = "it" if len(films) == 1 else "them"
    return (
        f"{stands}. Without {titles} it would be number {change.place_without:,}. "
        f"That is no guess: we asked again without {them}."
    )
