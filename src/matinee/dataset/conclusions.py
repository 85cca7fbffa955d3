"""What one viewer thinks of each film, from arrays: `interactions` in a tenth of its time.

`interactions` reads a table of any number of viewers, which costs milliseconds however few events
it has; this is the same of one viewer, for a page that is being waited for. A test holds them
equal on events of all kinds.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from matinee.dataset.doings import KIND, Doings
from matinee.dataset.evidence import LEAVING_OUT, LONGEST_STAY_S, OF_WATCHING
from matinee.dataset.histories import NO_TIME
from matinee.dataset.signals import Signals
from matinee.dataset.strength import strength_of_ratings
from matinee.schema import KINDS, RatingScale

_SAID = ("like", "dislike", "not_interested")
_RUNNING = ("play", "resume", "skip", "stop", "complete")
_SPAN = 2**38  # seconds: the last of the year 9999 lies below


@dataclass(frozen=True, slots=True, eq=False)
class Conclusions:
    """Of each film that a viewer had to do with, as INTERACTIONS has it."""

    films: np.ndarray  # (films,) places in the films of the doings
    strength: np.ndarray  # (films,) float32
    rating: np.ndarray  # (films,) float32, NaN = none
    timestamp: np.ndarray  # (films,) int64
    leave_out: np.ndarray  # (films,) bool


def conclusions(
    doings: Doings,
    runtimes: Mapping[str, float],
    scale: RatingScale,
    as_of: int,
    weights: Signals,
) -> Conclusions:
    """What events that stand until `as_of` say; `runtimes` are minutes, of films that have any."""
    early = doings.timestamp <= as_of
    order = np.lexsort((doings.event_id, doings.film, doings.kind, doings.timestamp))
    events = doings.take(order[early[order]])
    seconds = _stayed(events)
    about = events.film >= 0
    events, seconds = events.take(np.flatnonzero(about)), seconds[about]
    films = len(doings.films)
    counts = np.bincount(events.film * len(KINDS) + events.kind, minlength=films * len(KINDS))
    counts = counts.reshape(films, len(KINDS))
    ignored, ends = _ignored(events, films, weights.patience_s, as_of)
    did = ~_impressions(events)
    last = np.full(films, NO_TIME)
    np.maximum.at(last, events.film[did], events.timestamp[did])
    np.maximum.at(last, ends[0], ends[1])
    rating, opinion, stars = _said(events, films, scale)
    done = _done(events, counts, ignored, (seconds, _shares(events, runtimes)), weights)
    strength = np.clip(done, -1, 1)
    for kind in _SAID:
        strength[opinion == KIND[kind]] = getattr(weights, kind)
    rated = opinion == KIND["rate"]
    strength[rated] = stars[rated]
    found = np.flatnonzero(last > NO_TIME)
    leaving = counts[:, [KIND[kind] for kind in LEAVING_OUT]].sum(axis=1) > 0
    return Conclusions(
        found, strength[found].astype(np.float32), rating[found], last[found], leaving[found]
    )


def _impressions(events: Doings) -> np.ndarray:
    return np.asarray(events.kind == KIND["impression"])


def _stayed(events: Doings) -> np.ndarray:
    """Seconds on an opened page: as the sender says in `value`, or until the next event."""
    seconds = np.zeros(len(events))
    seconds[:-1] = np.diff(events.timestamp)
    seconds = np.where(np.isnan(events.value), seconds, events.value)
    return np.where(events.kind == KIND["open"], np.clip(seconds, 0, LONGEST_STAY_S), 0.0)


def _ignored(
    events: Doings, films: int, patience_s: int, as_of: int
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """How many pages showed a film that nothing followed, (films,); film and moment of each."""
    shown = _impressions(events)
    at = np.flatnonzero(shown)
    # A page counts once; an impression without one is a page of its own.
    page = np.where(events.page[at] >= 0, events.page[at], len(events.pages) + at)
    key = events.film[at].astype(np.int64) * (len(events.pages) + len(events)) + page
    at = at[np.sort(np.unique(key, return_index=True)[1])]
    film, end = events.film[at], events.timestamp[at] + patience_s
    others = np.sort(_at(events.film[~shown], events.timestamp[~shown]))
    place = np.searchsorted(others, _at(film, events.timestamp[at]))
    followed = np.append(others, np.iinfo(np.int64).max)[place] <= _at(film, end)
    passed = ~followed & (end <= as_of)
    return np.bincount(film[passed], minlength=films), (film[passed], end[passed])


def _at(film: np.ndarray, time: np.ndarray) -> np.ndarray:
    return np.asarray(film.astype(np.int64) * _SPAN + time)


def _said(
    events: Doings, films: int, scale: RatingScale
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each film the last rating, the kind of the last saying (-1: none), and what stars say."""
    rates = (events.kind == KIND["rate"]) & ~np.isnan(events.value)
    rating = np.full(films, np.nan, np.float32)
    rating[events.film[rates]] = events.value[rates]  # of several the last stays
    saying = np.flatnonzero(rates | events.of_kinds(_SAID))
    opinion = np.full(films, -1, np.int8)
    opinion[events.film[saying]] = events.kind[saying]
    return rating, opinion, strength_of_ratings(rating, scale)


def _shares(events: Doings, runtimes: Mapping[str, float]) -> np.ndarray:
    """The largest share of each film that was watched, (films,); NaN where it is not known."""
    minutes = np.array([runtimes.get(film, np.nan) for film in events.films])
    share = np.full(len(minutes), np.nan)
    watching = np.flatnonzero(events.of_kinds(OF_WATCHING) & (events.kind != KIND["complete"]))
    film = events.film[watching]
    seen = np.clip(events.position_s[watching] / (60 * minutes[film]), 0, 1)
    np.fmax.at(share, film, seen)
    share[events.film[events.kind == KIND["complete"]]] = 1.0
    return share


def _done(
    events: Doings,
    counts: np.ndarray,
    ignored: np.ndarray,
    watched: tuple[np.ndarray, np.ndarray],
    weights: Signals,
) -> np.ndarray:
    """What doing adds up to, (films,) float64; `watched` are seconds of events, shares of films."""
    seconds, share = watched
    films = len(counts)
    last = np.full(films, -1, np.int8)
    running = np.flatnonzero(events.of_kinds(_RUNNING))
    last[events.film[running]] = events.kind[running]
    listed = np.zeros(films)
    listing = np.flatnonzero(events.of_kinds(("add_to_list", "remove_from_list")))
    listed[events.film[listing]] = events.kind[listing] == KIND["add_to_list"]
    minutes = np.bincount(events.film, seconds / 60, minlength=films)
    above = (share - weights.neutral) / (weights.whole - weights.neutral)
    below = weights.left * (1 - share / weights.neutral)
    ended = (last == KIND["skip"]) | (last == KIND["stop"])  # one that runs has not been left
    worth = np.where(share >= weights.neutral, np.clip(above, 0, 1), np.where(ended, below, 0.0))
    worth = np.where(np.isnan(share), 0.0, worth)
    return np.asarray(
        worth
        + weights.rewatch * (counts[:, KIND["complete"]] - 1).clip(0, 3)
        + weights.pause * counts[:, KIND["pause"]].clip(0, 5)
        + weights.skip * (last == KIND["skip"])
        + weights.listed * listed
        + weights.opened * counts[:, KIND["open"]].clip(0, 3)
        + weights.stayed * minutes.clip(0, 3)
        + weights.searched * counts[:, KIND["search"]].clip(0, 2)
        + weights.ignored * ignored.clip(0, 10)
    )
