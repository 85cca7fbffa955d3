"""What a replay showed, as plain values: what the terminal, JSON and HTML print."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from matinee.evaluation import growth
from matinee.evaluation.growth import Slope
from matinee.evaluation.leaderboard import Estimate, finite
from matinee.evaluation.narrowing import Breadth, breadth, reach
from matinee.evaluation.replay import DEPTH, Answers, Refit, Replayed
from matinee.evaluation.replay_figures import (
    BASELINE,
    METRICS,
    Group,
    Values,
    clustered,
    group,
    named,
    partitions,
)
from matinee.evaluation.replay_words import grows, narrows
from matinee.evaluation.significance import Comparison, holm

DENOMINATORS = {
    "ndcg@10": "mean over asked likes of 1 / log2(place + 1), 0 beyond the tenth place",
    "hit_rate@10": "share of asked likes whose film is among the first ten",
    "hit_rate@20": "the same among the first twenty",
    "mrr@100": "mean of 1 / place, 0 beyond the hundredth",
    "entropy": "bits of the genres of the first ten, mean over lists",
    "reach": "films in anyone's first ten over films known at the last refit before",
    "tail": "share of the first ten places for films beyond those with half of all likes",
}


@dataclass(frozen=True, slots=True, eq=False)
class Growth:
    """NDCG@10, and its lead over the baseline, for each doubling of the films in the history."""

    within: Slope  # the same viewer
    between: Slope  # one viewer and another
    lead_within: Slope | None  # null for the baseline itself
    lead_between: Slope | None


@dataclass(frozen=True, slots=True, eq=False)
class Width:
    """How wide one contender's lists were in one stretch of time."""

    label: str
    entropy: Estimate
    reach: float | None
    tail: Estimate


@dataclass(frozen=True, slots=True, eq=False)
class ReplayBoard:
    """Overall, by group, and what follows from it."""

    data: str
    simulated: bool
    events: int
    viewers: int
    films: int
    asked: int
    askable: int
    unknown: int  # asked likes of films that no refit knew: nobody can find them
    period: tuple[int, int]  # UTC seconds of the first and the last event
    refits: tuple[Refit, ...]
    recipes: Mapping[str, tuple[str, float, float]]  # contender -> recipe, fit_s, answer_s
    whole: Group
    p_holm: Mapping[str, float]  # of the whole's differences
    groups: Mapping[str, tuple[Group, ...]]
    growth: Mapping[str, Growth]
    widths: Mapping[str, tuple[Width, ...]]
    narrowing: Mapping[str, Slope]  # bits of genres for each doubling, within the same viewer
    sentence: str
    narrowing_sentence: str
    notes: tuple[str, ...]

    def to_json_dict(self) -> dict[str, Any]:
        """The stable shape that `replay --json` prints; undefined figures are null."""
        return {
            "data": self.data,
            "simulated": self.simulated,
            "events": self.events,
            "viewers": self.viewers,
            "films": self.films,
            "asked": self.asked,
            "askable": self.askable,
            "unknown": self.unknown,
            "period": list(self.period),
            "refits": [asdict(refit) for refit in self.refits],
            "policies": [
                {"name": name, "recipe": recipe, "fit_s": fit_s, "answer_s": answer_s}
                | _of_group(self.whole, name)
                | {"p_holm": finite(self.p_holm[name]) if name in self.p_holm else None}
                for name, (recipe, fit_s, answer_s) in self.recipes.items()
            ],
            "by": {
                respect: [
                    {
                        "label": each.label,
                        "events": each.events,
                        "viewers": each.viewers,
                        "policies": {name: _of_group(each, name) for name in self.recipes},
                    }
                    for each in groups
                ]
                for respect, groups in self.groups.items()
            },
            "growth": {
                name: {
                    "within": _slope(each.within),
                    "between": _slope(each.between),
                    "lead_within": _slope(each.lead_within),
                    "lead_between": _slope(each.lead_between),
                }
                for name, each in self.growth.items()
            },
            "narrowing": {
                name: {
                    "within": _slope(self.narrowing[name]),
                    "calendar": [
                        {
                            "label": width.label,
                            "entropy": asdict(width.entropy),
                            "reach": width.reach,
                            "tail": asdict(width.tail),
                        }
                        for width in widths
                    ],
                }
                for name, widths in self.widths.items()
            },
            "sentence": self.sentence,
            "narrowing_sentence": self.narrowing_sentence,
            "denominators": DENOMINATORS,
            "notes": list(self.notes),
        }


def board(
    replayed: Replayed, notes: Sequence[str], rng: np.random.Generator, draws: int = 1000
) -> ReplayBoard:
    """Every figure of a replay. Intervals come from `draws` resamples of viewers.

    Sentences are about the first contender.
    """
    log, asked, past = replayed.log, replayed.asked, replayed.past
    seed = int(rng.integers(2**63))
    viewer = log.user[asked.events]
    values = named(replayed)
    parts = partitions(replayed)
    whole = group("all", np.arange(len(viewer)), viewer, values, seed, draws)
    names = list(whole.differences)
    adjusted = holm(np.array([whole.differences[name].p for name in names], np.float64))
    doublings = np.log2(past.films[asked.events])
    grown = _growth(doublings, values, viewer)
    found = {each.name: breadth(replayed, each.lists) for each in replayed.answers}
    narrowing = {
        name: growth.within(doublings, each.entropy, viewer) for name, each in found.items()
    }
    widths = {
        each.name: _widths(replayed, each, found[each.name], parts["calendar"], seed, draws)
        for each in replayed.answers
    }
    first = replayed.answers[0].name
    return ReplayBoard(
        data=log.name,
        simulated=log.simulated,
        events=log.events,
        viewers=len(log.users),
        films=len(log.items),
        asked=len(viewer),
        askable=asked.askable,
        unknown=int((~asked.known).sum()),
        period=(int(log.time[0]), int(log.time[-1])),
        refits=replayed.refits,
        recipes={a.name: (a.recipe, a.fit_s, a.answer_s) for a in replayed.answers},
        whole=whole,
        p_holm=dict(zip(names, map(float, adjusted), strict=True)),
        groups={
            respect: tuple(
                group(label, part, viewer, values, seed, draws) for label, part in groups
            )
            for respect, groups in parts.items()
        },
        growth=grown,
        widths=widths,
        narrowing=narrowing,
        sentence=grows(first, whole.doublings.get(first), grown[first].within),
        narrowing_sentence=narrows(first, narrowing[first], widths[first]),
        notes=(*_notes(replayed), *notes),
    )


def _growth(doublings: np.ndarray, values: Values, viewer: np.ndarray) -> dict[str, Growth]:
    metric = METRICS[0]
    base = values.get(BASELINE)
    found = {}
    for name, measured in values.items():
        y = measured[metric]
        lead = None if base is None or name == BASELINE else y - base[metric]
        found[name] = Growth(
            growth.within(doublings, y, viewer),
            growth.between(doublings, y, viewer),
            None if lead is None else growth.within(doublings, lead, viewer),
            None if lead is None else growth.between(doublings, lead, viewer),
        )
    return found


def _widths(
    replayed: Replayed,
    answers: Answers,
    found: Breadth,
    calendar: Sequence[tuple[str, np.ndarray]],
    seed: int,
    draws: int,
) -> tuple[Width, ...]:
    viewer = replayed.log.user[replayed.asked.events]
    return tuple(
        Width(
            label,
            clustered(found.entropy[part], viewer[part], seed, draws),
            finite(reach(replayed, answers.lists, part)),
            clustered(found.tail[part], viewer[part], seed, draws),
        )
        for label, part in calendar
    )


def _notes(replayed: Replayed) -> list[str]:
    log, asked = replayed.log, replayed.asked
    count = len(asked.events)
    notes = [
        f"asked: {count:,} of {asked.askable:,} likes by viewers who had done something before; "
        f"each is answered from what its viewer had done until the second before, by models fitted "
        f"{len(replayed.refits)} time{'s' if len(replayed.refits) > 1 else ''} on what lay before "
        f"the fit; lists have {DEPTH} films known then",
        f"{int((~asked.known).sum()):,} asked likes are of films that nobody had seen before the "
        "fit: they count as not found, for everybody",
        "doubling: the same like asked of the same model from the whole history and from every "
        "second event of it, where that is of two films at least",
        "intervals: 95 %, by viewer; differences: paired by like, viewers as clusters; p of groups "
        "is not adjusted for their number",
        "viewers did not see these lists: what they would have done with them is not in a log",
    ]
    if log.simulated:
        notes.insert(0, "the viewers are simulated")
    if log.moved:
        notes.append(f"sorted by time: {log.moved:,} of {log.events:,} events stood after a later")
    if log.untimed:
        notes.append(f"left out: {log.untimed:,} events without a time")
    return notes


def _of_group(each: Group, name: str) -> dict[str, Any]:
    return {
        "metrics": {metric: asdict(e) for metric, e in each.figures[name].items()},
        "difference": _comparison(each.differences.get(name)),
        "doubling": _comparison(each.doublings.get(name)),
    }


def _comparison(found: Comparison | None) -> dict[str, float | None] | None:
    if found is None:
        return None
    return {
        "value": finite(found.difference),
        "low": finite(found.low),
        "high": finite(found.high),
        "p": finite(found.p),
    }


def _slope(found: Slope | None) -> dict[str, float | int | None] | None:
    if found is None:
        return None
    return {
        "slope": finite(found.slope),
        "low": finite(found.low),
        "high": finite(found.high),
        "p": finite(found.p),
        "viewers": found.viewers,
    }
