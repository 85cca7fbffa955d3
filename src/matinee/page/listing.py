"""Single films and plain lists, by what makes pages: the same scores, reasons and rules."""

import numpy as np

from matinee.dataset import Histories
from matinee.kernels.threads import one_thread
from matinee.page.maker import PageMaker
from matinee.page.scoring import Scoring, best
from matinee.page.values import Card


def best_cards(maker: PageMaker, history: Histories, n: int, allowed: np.ndarray) -> list[Card]:
    """The n best films of one viewer among those `allowed` (films,) bool, best first.

    The order is the policy's where there is one; the score is that of its first stage, as on the
    page. Films of the history are left out.
    """
    with one_thread():
        history = history.on(maker.items)
        scoring = _scoring(maker, history)
        shown = maker.shown & allowed & (scoring.own >= 0)
        shown[history.numbers] = False
        if maker.policy is not None and scoring is maker.scoring:
            found = maker.policy.slate(history, n, shown)
            there = found.numbers[0] >= 0
            films, chances = found.numbers[0][there].astype(np.int64), found.propensities[0][there]
            return _cards(maker, scoring, history, (films, None), chances)
        known = scoring.scores(history)
        scores = np.where(shown, known, -np.inf)
        films = best(scores, min(n, int(shown.sum())))
        return _cards(maker, scoring, history, (films, known[films]), np.ones(len(films)))


def card(maker: PageMaker, history: Histories, film: int) -> Card:
    """One film with its score for one viewer and what that is made of, known to them or not."""
    with one_thread():
        history = history.on(maker.items)
        films = np.array([film], np.int64)
        scoring = _scoring(maker, history)
        known = scoring.scores(history)[films]
        return _cards(maker, scoring, history, (films, known), np.ones(1))[0]


def alike(maker: PageMaker, film: int, n: int) -> list[tuple[int, float]]:
    """The n films most like one, with their cosines: by content and by who liked them."""
    cosines = maker.vectors @ maker.vectors[film]
    cosines[~maker.shown] = -np.inf
    cosines[film] = -np.inf
    films = best(cosines, min(n, int((cosines > 0).sum())))
    return list(zip(films.tolist(), cosines[films].tolist(), strict=True))


def _scoring(maker: PageMaker, history: Histories) -> Scoring:
    return maker.scoring if (history.strength > 0).any() else maker.anybody


def _cards(
    maker: PageMaker,
    scoring: Scoring,
    history: Histories,
    scored: tuple[np.ndarray, np.ndarray | None],
    chances: np.ndarray,
) -> list[Card]:
    """Cards of films with these scores; without any, with what their reasons add up to.

    To score all films again for the few of a list would take as long as to find them.
    """
    films, known = scored
    none = np.full(len(films), -1, np.int64)
    because = scoring.evidence(history, films, [""] * len(films), none, none < 0, None)
    if known is None:
        sums = [sum(each.contribution or 0.0 for each in reasons) for reasons in because]
        known = np.array(sums, np.float32)
    return [
        Card(
            maker.ids[film],
            maker.titles[film],
            maker.years[film],
            score if np.isfinite(score) else None,
            reasons,
            chance,
        )
        for film, score, reasons, chance in zip(
            films.tolist(), known.tolist(), because, chances.tolist(), strict=True
        )
    ]
