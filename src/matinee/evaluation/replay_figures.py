"""Figures of a replay: by feedback, tenure, age of the model and calendar, clustered by viewer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from matinee.evaluation.leaderboard import Estimate, finite
from matinee.evaluation.replay import DAY, Answers, Replayed
from matinee.evaluation.significance import Comparison, Sums, bootstrap, compare

METRICS = ("ndcg@10", "hit_rate@10", "hit_rate@20", "mrr@100")
HALVED = "ndcg@10 from half the history"
BASELINE = "trending"
PERIODS = 8

Values: TypeAlias = Mapping[str, Mapping[str, np.ndarray]]  # contender -> metric -> (asked,)

_FILMS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_TENURES = (
    (0, "first day"),
    (1, "1 to 7 days"),
    (7, "7 to 30 days"),
    (30, "30 to 90 days"),
    (90, "90 to 365 days"),
    (365, "over a year"),
)
_AGES = 4


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Asked likes that are alike in one respect; figures and paired differences by contender."""

    label: str
    events: int
    viewers: int
    figures: Mapping[str, Mapping[str, Estimate]]  # contender -> metric
    differences: Mapping[str, Comparison]  # contender -> NDCG@10 less that of the baseline
    doublings: Mapping[str, Comparison]  # contender -> NDCG@10 less that from half the history


def metrics(answers: Answers, films: np.ndarray) -> dict[str, np.ndarray]:
    """One value an asked like, NaN where it was not asked; one film is to be found.

    NDCG@10 is 1 / log2(place + 1), since the ideal list has the film first. `HALVED` is the same
    from half the history, where that has two of its `films` (asked,) at least.
    """
    place = answers.place
    found = np.maximum(place, 1)
    values = {
        "ndcg@10": _ndcg(place),
        "hit_rate@10": ((place > 0) & (place <= 10)).astype(np.float64),
        "hit_rate@20": ((place > 0) & (place <= 20)).astype(np.float64),
        "mrr@100": np.where(place > 0, 1 / found, 0.0),
    }
    values = {name: np.where(place >= 0, value, np.nan) for name, value in values.items()}
    if answers.halved is not None:
        values[HALVED] = np.where(films > 1, _ndcg(answers.halved), np.nan)
    return values


def _ndcg(place: np.ndarray) -> np.ndarray:
    within = (place > 0) & (place <= 10)
    return np.where(within, 1 / np.log2(np.maximum(place, 1) + 1), 0.0)


def partitions(replayed: Replayed) -> dict[str, list[tuple[str, np.ndarray]]]:
    """Of each respect its groups: a label, and the asked likes, none of them empty."""
    log, past, asked = replayed.log, replayed.past, replayed.asked
    events = asked.events
    films = past.films[events]
    bounds = [*_FILMS, np.iinfo(np.int64).max]
    feedback = [
        (_span(low, high - 1), (films >= low) & (films < high)) for low, high in pairwise(bounds)
    ]
    days = past.since_first(events) / DAY
    ends = [low for low, _ in _TENURES[1:]] + [np.inf]
    tenure = [
        (label, (days >= low) & (days < high))
        for (low, label), high in zip(_TENURES, ends, strict=True)
    ]
    age = model_age(replayed)
    width = max(float(np.max(age)), 1 / DAY) * (1 + 1e-9) / _AGES
    ages = [
        (f"{k * width:.3g} to {(k + 1) * width:.3g} days", np.floor(age / width) == k)
        for k in range(_AGES)
    ]
    calendar = [
        (f"{_day(log.time[events[part[0]]])} to {_day(log.time[events[part[-1]]])}", part)
        for part in np.array_split(np.arange(len(events)), min(PERIODS, len(events)))
    ]
    found = {"feedback": feedback, "tenure": tenure, "age": ages}
    groups = {
        name: [(label, np.flatnonzero(mask)) for label, mask in parts if mask.any()]
        for name, parts in found.items()
    }
    return groups | {"calendar": calendar}


def model_age(replayed: Replayed) -> np.ndarray:
    """Days between the refit and each asked like, (asked,)."""
    at = np.array([refit.at for refit in replayed.refits])[replayed.asked.refit]
    return np.asarray((replayed.log.time[replayed.asked.events] - at) / DAY)


def group(
    label: str,
    part: np.ndarray,
    viewer: np.ndarray,
    values: Values,
    seed: int,
    draws: int = 1000,
) -> Group:
    """Figures of the asked likes `part`."""
    _, codes = np.unique(viewer[part], return_inverse=True)
    sums = {
        (name, metric): _sums(value[part], codes)
        for name, found in values.items()
        for metric, value in found.items()
        if metric in METRICS
    }
    low, high = bootstrap(list(sums.values()), np.random.default_rng(seed), draws)
    figures: dict[str, dict[str, Estimate]] = {name: {} for name in values}
    for k, ((name, metric), each) in enumerate(sums.items()):
        ends = (low[k], high[k]) if _several(each) else (np.nan, np.nan)
        figures[name][metric] = Estimate(*map(finite, (each.value, *ends)))
    metric = METRICS[0]
    base = values.get(BASELINE)
    differences = {
        name: _difference(found[metric][part], base[metric][part], codes)
        for name, found in values.items()
        if base is not None and name != BASELINE
    }
    doublings = {
        name: _difference(found[metric][part], found[HALVED][part], codes)
        for name, found in values.items()
        if HALVED in found
    }
    return Group(label, len(part), int(codes.max()) + 1, figures, differences, doublings)


def clustered(values: np.ndarray, viewer: np.ndarray, seed: int, draws: int = 1000) -> Estimate:
    """The mean of (events,) with its interval by viewer, NaN left out."""
    _, codes = np.unique(viewer, return_inverse=True)
    sums = _sums(values, codes)
    low, high = bootstrap([sums], np.random.default_rng(seed), draws)
    ends = (low[0], high[0]) if _several(sums) else (np.nan, np.nan)
    return Estimate(*map(finite, (sums.value, *ends)))


def _difference(a: np.ndarray, b: np.ndarray, codes: np.ndarray) -> Comparison:
    """a - b over the likes that both were asked for, viewers as clusters."""
    both = ~np.isnan(a) & ~np.isnan(b)
    return compare(_sums(np.where(both, a, np.nan), codes), _sums(np.where(both, b, np.nan), codes))


def _several(sums: Sums) -> bool:
    """Whether it is of two viewers at least: of one nobody can say how sure it is."""
    return int((sums.denominators > 0).sum()) > 1


def _sums(values: np.ndarray, codes: np.ndarray) -> Sums:
    """The mean over events as a ratio of sums over viewers."""
    defined = ~np.isnan(values)
    count = int(codes.max()) + 1
    return Sums(
        np.bincount(codes, np.where(defined, values, 0.0), count),
        np.bincount(codes, defined.astype(np.float64), count),
    )


def _span(low: int, high: int) -> str:
    if low == high:
        return f"{low} film" if low == 1 else f"{low} films"
    return f"{low}+ films" if high > 10**9 else f"{low} to {high} films"


def _day(moment: int) -> str:
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%d")


def named(replayed: Replayed) -> Values:
    """Of every contender."""
    films = replayed.past.films[replayed.asked.events]
    return {each.name: metrics(each, films) for each in replayed.answers}
