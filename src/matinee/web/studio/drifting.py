"""What comes in and goes out now against the time of training, as a document."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from matinee.dataset import Doings
from matinee.exploration.drift import (
    ACT,
    LEAST,
    WATCH,
    Drift,
    State,
    counted,
    share_state,
    stability,
    tenths,
)
from matinee.exploration.wording import percent
from matinee.page.standing import standing
from matinee.service.served import Served, kept_at
from matinee.service.worker import Worker
from matinee.store.choices import refusing
from matinee.store.uses import event_before, last_cards, last_event
from matinee.web.rendering import now

_WINDOW: Final = 20_000  # events of either side
_DAY: Final = 86_400
_VIEWERS, _FIRST = 150, 20  # whose scores are compared, and how many of each
_PAGES: Final = 2_000
_THRESHOLD: Final = f"{WATCH:g} is worth a look, {ACT:g} a training"
_LATER: Final = "It is told once there are enough."
_TRAIN: Final = "matinee train --data database --live"


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison: what it found, against what, and what to do."""

    name: str
    title: str
    value: str
    state: State
    threshold: str
    advice: str


def drift_document(worker: Worker) -> Mapping[str, Any]:
    """The checks, what they compared, and what pages are made of. Seconds of work."""
    served, log = worker.live.served, worker.store.log
    trained = trained_at(worker)
    document: dict[str, Any] = {"trained_at": trained, "pages": _pages(worker, served)}
    if trained is None:
        return document | {"checks": [], "before": 0, "after": 0, "since_day": False}
    last, at = last_event(log.database), event_before(log.database, trained)
    before = log.between(max(at - _WINDOW, 0), at, _WINDOW)
    after = log.between(max(at, last - _WINDOW), last, _WINDOW)
    today = after.filter(pl.col("received_at") >= now() - _DAY)
    daily = today.height >= LEAST
    after = today if daily else after
    checks = [
        _kinds(before, after),
        _unknown(served, after),
        _popularity(before, after),
        _scores(worker, served, before, after, at),
    ]
    document |= {"checks": [asdict(one) for one in checks], "since_day": daily}
    return document | {"before": before.height, "after": after.height}


def trained_at(worker: Worker) -> int | None:
    """When what serves was trained, UTC seconds; None where nothing was."""
    from matinee.store.index import version  # noqa: PLC0415

    served = worker.live.served
    if served.artefact_id is not None:
        return version(worker.store.database, served.artefact_id).made_at
    return int(kept_at(worker.live.workspace)) or None


def _kinds(before: pl.DataFrame, after: pl.DataFrame) -> Check:
    kinds = sorted({*before["kind"], *after["kind"]})
    found = stability(_counts(before["kind"], kinds), _counts(after["kind"], kinds))
    title, advice = "Kinds of events", "Look whether a client sends more or less than it did."
    if before["kind"].n_unique() < 2:
        value = "what was trained on came from an import, of one kind"
        return Check(
            "kinds",
            title,
            value,
            "unknown",
            _THRESHOLD,
            "It can be told once live events have been trained on.",
        )
    return _told("kinds", title, found, advice)


def _unknown(served: Served, after: pl.DataFrame) -> Check:
    films = after["item_id"].drop_nulls()
    unknown = sum(served.number(one) < 0 for one in films)
    share = unknown / max(len(films), 1)
    state = share_state(share, len(films), 0.01, 0.05)
    value = f"{percent(share)} of {len(films):,} events" if len(films) else "no event of a film"
    advice = "Bring the catalogue in: matinee database import."
    return Check(
        "unknown",
        "Events of films that the catalogue lacks",
        value,
        state,
        "1 % is worth a look, 5 % an import",
        _LATER if state == "unknown" else advice,
    )


def _popularity(before: pl.DataFrame, after: pl.DataFrame) -> Check:
    """Films in ten groups by how many events they had, each with a tenth of them; then the rest."""
    then = Counter(before["item_id"].drop_nulls().to_list())
    ranked = [film for film, _ in sorted(then.items(), key=lambda pair: (-pair[1], pair[0]))]
    mass = np.cumsum([then[film] for film in ranked]) / max(sum(then.values()), 1)
    group = dict(zip(ranked, np.minimum((mass * 10).astype(int), 9).tolist(), strict=True))
    reference = np.bincount(
        [group[film] for film in ranked], weights=[then[film] for film in ranked], minlength=11
    )
    recent = np.bincount(
        [group.get(film, 10) for film in after["item_id"].drop_nulls()], minlength=11
    )
    advice = f"Other films are in demand than were learnt: {_TRAIN}"
    return _told("popularity", "Which films events are of", stability(reference, recent), advice)


def _scores(
    worker: Worker, served: Served, before: pl.DataFrame, after: pl.DataFrame, at: int
) -> Check:
    """The scores of the first twenty films of viewers as they were, and of viewers as they are."""
    refused = refusing(worker.store.database, "improvement")
    then = _first_scores(worker, served, _people(before, refused), at)
    recent = _first_scores(worker, served, _people(after, refused), None)
    if min(then.size, recent.size) < LEAST:
        found = Drift(0.0, 0.0, "unknown")
    else:
        bounds = tenths(then)
        found = stability(counted(then, bounds), counted(recent, bounds))
        # The scores of one viewer go together: by chance the index is that of viewers.
        chance = found.chance * _FIRST
        state: State = "fine" if found.index < 2 * chance else found.state
        found = Drift(found.index, chance, state)
    advice = f"Viewers are not as those that were learnt from: {_TRAIN}"
    return _told("scores", "Scores of the first twenty films", found, advice)


def _first_scores(
    worker: Worker, served: Served, people: Sequence[str], until: int | None
) -> np.ndarray:
    """(values,) of viewers whose events up to a number say something."""
    found = []
    for user_id in people:
        rows = worker.store.log.rows_of(user_id)
        known = [row for row in rows if until is None or row[0] <= until]
        history = standing(user_id, Doings.of(known), served.films, now()).history
        if not history.entries:
            continue
        scores = served.scorer.score(history.on(served.scorer.items))[0]
        first = np.partition(scores, max(len(scores) - _FIRST, 0))[-_FIRST:]
        found.append(first)
    return np.concatenate(found) if found else np.zeros(0)


def _people(events: pl.DataFrame, refused: set[str]) -> Sequence[str]:
    """Some of the viewers of these events, spread evenly."""
    people = sorted(set(events["user_id"]) - refused)
    step = max(1, len(people) // _VIEWERS)
    return people[::step][:_VIEWERS]


def _pages(worker: Worker, served: Served) -> Mapping[str, Any]:
    """Coverage and diversity of the last pages."""
    cards = last_cards(worker.store.database, _PAGES)
    shown = Counter(film for page in cards for _, film in page)
    offered = int(served.maker.shown.sum())
    if not shown:
        return {"pages": 0}
    often = sorted(shown.values(), reverse=True)
    tenth = max(1, len(often) // 10)
    return {
        "pages": len(cards),
        "films": len(shown),
        "coverage": len(shown) / max(offered, 1),
        "head": sum(often[:tenth]) / sum(often),
        "unlike": _unlike(served, cards[:200]),
    }


def _unlike(served: Served, cards: Sequence[Sequence[tuple[int, str]]]) -> float | None:
    """How unlike films of one row are: 1 - shared genres / all genres, the mean over rows."""
    genres = dict(served.data.movies.select("item_id", "genres").drop_nulls().iter_rows())
    means = []
    for page in cards:
        rows: dict[int, list[set[str]]] = {}
        for row, film in page:
            rows.setdefault(row, []).append(set(genres.get(film, ())))
        for known in rows.values():
            first = [one for one in known[:10] if one]
            pairs = [(a, b) for k, a in enumerate(first) for b in first[k + 1 :]]
            if pairs:
                means.append(float(np.mean([1 - len(a & b) / len(a | b) for a, b in pairs])))
    return float(np.mean(means)) if means else None


def _told(name: str, title: str, found: Drift, advice: str) -> Check:
    if found.state == "unknown":
        return Check(
            name,
            title,
            f"fewer than {LEAST} events on one side",
            "unknown",
            _THRESHOLD,
            _LATER,
        )
    value = f"{found.index:.3f} (by chance {found.chance:.3f})"
    return Check(name, title, value, found.state, _THRESHOLD, advice)


def _counts(column: pl.Series, kinds: Sequence[str]) -> np.ndarray:
    known = Counter(column.to_list())
    return np.array([known[kind] for kind in kinds], np.float64)
