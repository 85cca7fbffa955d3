"""Test, then learn: a log lived again, every like asked for before anybody knew of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import TypeAlias

import numpy as np

from matinee.dataset import Dataset, Histories, Log, Past, translation
from matinee.errors import InputError, MissingData
from matinee.models.protocols import Scorer
from matinee.ranking import Recommender, top

DEPTH = 100  # places of a list
K = 10  # places that are kept, to see what lists are like
REFITS = 8  # over the latter half of the log, unless said otherwise
MOST_REFITS = 200
DAY = 86_400
_ROWS = 4_096  # asked at once, at most
_ENTRIES = 2**21  # of their histories, at most

Fit: TypeAlias = Callable[[Dataset], Scorer | Recommender]


@dataclass(frozen=True, slots=True, eq=False)
class Contender:
    """A policy or a model: fitted anew at each cut, from what lay before it alone."""

    name: str
    recipe: str
    fit: Fit
    halve: bool = True  # ask it from half of each history, too


@dataclass(frozen=True, slots=True)
class Refit:
    """One moment at which everything was fitted anew, and what was known by then."""

    at: int
    events: int
    viewers: int
    films: int


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """The likes that are asked for, in time; all of them, or a draw spread over time."""

    events: np.ndarray  # (asked,) numbers in the log
    refit: np.ndarray  # (asked,) which refit answers: the last one before
    known: np.ndarray  # (asked,) bool: the film was known at that refit
    askable: int  # of which these are a draw


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What one contender said before each asked like."""

    name: str
    recipe: str
    place: np.ndarray  # (asked,) int32 of the film, from 1; 0 = not among DEPTH, -1 = not asked
    lists: np.ndarray  # (asked, K) int32 numbers in the log, -1 padded
    halved: np.ndarray | None  # (asked,) int32: the place had every second event been known
    fit_s: float
    answer_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Replayed:
    """A replay: what was asked, when models were fitted, and everybody's answers."""

    log: Log
    past: Past
    refits: tuple[Refit, ...]
    tail: np.ndarray  # (refits, items) bool: known then, and not among the heads of half the likes
    asked: Asked
    answers: tuple[Answers, ...]


def schedule(log: Log, every: float | None = None, refits: int = REFITS) -> tuple[int, ...]:
    """When models are fitted: from the median moment of the log on, UTC seconds ascending.

    By default so that as many events lie between any two; else every so many days.
    """
    times = log.time
    first, last = int(np.quantile(times, 0.5, method="lower")), int(times[-1])
    if first == int(times[0]):
        first = int(times[np.searchsorted(times, first, side="right") % len(times)])
    if first == int(times[0]):
        raise InputError(
            f"replay {log.name}: expected events of several moments, so that some come after "
            f"others, got {log.events:,}, all at {datetime.fromtimestamp(first, UTC):%F %T} UTC"
        )
    if every is None:
        shares = np.linspace(0.5, 1, refits + 1)[:-1]
        cuts = np.quantile(times, shares, method="lower").astype(np.int64)
        return tuple(sorted({max(first, int(cut)) for cut in cuts}))
    if not 0 < every < np.inf:
        raise InputError(f"every: expected days above 0, got {every}")
    count = int((last - first) / (every * DAY)) + 1
    if count > MOST_REFITS:
        raise InputError(
            f"every: expected at most {MOST_REFITS} refits over the latter half of the log, "
            f"{(last - first) / DAY:,.0f} days, got {count:,} with {every:g} days"
        )
    return tuple(first + int(k * every * DAY) for k in range(count))


def replay(
    log: Log,
    contenders: Sequence[Contender],
    cuts: Sequence[int],
    rng: np.random.Generator,
    *,
    ask: int | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Replayed:
    """Fit every contender at each cut and ask it for the likes until the next, one history each.

    A history holds what its viewer did strictly before the like, to the second; what a model
    learnt ends at the cut. Lists are of films known at the cut. At most `ask` likes are asked,
    drawn one from each of as many stretches with equally many; all events are learnt from.

    Each like is asked a second time from every second event of the history, the films of the whole
    left out all the same: the same question to the same model, half of the feedback.
    """
    past = Past.of(log)
    asked = _asked(log, past, cuts, ask, rng)
    shape = len(asked.events), K
    places = [np.zeros(shape[0], np.int32) for _ in contenders]
    halved = [np.zeros(shape[0], np.int32) for _ in contenders]
    lists = [np.full(shape, -1, np.int32) for _ in contenders]
    seconds = np.zeros((len(contenders), 2))
    refits, tails = [], []
    for number, cut in enumerate(cuts):
        data = log.until(cut)
        refits.append(Refit(cut, data.histories.entries, len(data.users), len(data.items)))
        tails.append(_tail(data, log))
        rows = np.flatnonzero(asked.refit == number)
        if not len(rows):
            continue
        for k, contender in enumerate(contenders):
            say(f"fit {number + 1} of {len(cuts)}, {len(rows):,} likes to find: {contender.name}")
            started = perf_counter()
            fitted = contender.fit(data)
            seconds[k, 0] += perf_counter() - started
            started = perf_counter()
            for part in _batches(past, asked.events, rows):
                events = asked.events[part]
                histories = past.histories(events)
                found = _lists(fitted, histories.on(data.items), log)
                lists[k][part] = found[:, :K]
                places[k][part] = _place(found, log.item[events])
                if contender.halve:
                    half = past.histories(events, every=2).on(data.items)
                    found = _without(_lists(fitted, half, log), histories)
                    halved[k][part] = _place(found, log.item[events])
            seconds[k, 1] += perf_counter() - started
    answers = tuple(
        Answers(
            c.name,
            c.recipe,
            places[k],
            lists[k],
            halved[k] if c.halve else None,
            *map(float, seconds[k]),
        )
        for k, c in enumerate(contenders)
    )
    return Replayed(log, past, tuple(refits), np.stack(tails), asked, answers)


def askable_likes(log: Log, past: Past, since: int) -> np.ndarray:
    """Event numbers of the likes that can be asked for; MissingData where there is none."""
    askable = past.askable(since)
    if not len(askable):
        later = int((log.time >= since).sum())
        raise MissingData(
            f"replay {log.name}: expected viewers who come back and like another film in the "
            f"latter half, got none: {later:,} events there, of {len(log.users):,} viewers in all"
        )
    return askable


def _asked(
    log: Log, past: Past, cuts: Sequence[int], ask: int | None, rng: np.random.Generator
) -> Asked:
    askable = askable_likes(log, past, cuts[0])
    events = askable
    if ask is not None and ask < len(askable):
        if ask < 1:
            raise InputError(f"ask: expected at least 1, got {ask}")
        bounds = np.linspace(0, len(askable), ask + 1).astype(np.int64)
        events = askable[rng.integers(bounds[:-1], bounds[1:])]
    refit = np.searchsorted(np.asarray(cuts), log.time[events], side="right") - 1
    first = np.full(len(log.items), np.iinfo(np.int64).max)
    np.minimum.at(first, log.item, log.time)
    known = first[log.item[events]] < np.asarray(cuts)[refit]
    return Asked(events, refit, known, len(askable))


def _batches(past: Past, events: np.ndarray, rows: np.ndarray) -> Iterator[np.ndarray]:
    """The rows in stretches of few enough rows and few enough entries of histories."""
    entries = np.cumsum((past.end - past.first)[events[rows]])
    start = 0
    while start < len(rows):
        before = entries[start - 1] if start else 0
        stop = int(np.searchsorted(entries, before + _ENTRIES, side="right"))
        stop = min(max(stop, start + 1), start + _ROWS, len(rows))
        yield rows[start:stop]
        start = stop


def _lists(fitted: Scorer | Recommender, histories: Histories, log: Log) -> np.ndarray:
    """The best films of each history, (rows, DEPTH) in the log's numbers."""
    if isinstance(fitted, Recommender):
        numbers = fitted.recommend(histories, DEPTH).numbers
    else:
        numbers = top(fitted, histories, DEPTH).numbers
    table, _ = translation(histories.items, log.items)
    return np.where(numbers >= 0, table[np.maximum(numbers, 0)], -1).astype(np.int32)


def _without(lists: np.ndarray, histories: Histories) -> np.ndarray:
    """The lists less the films of the histories, the others moved up; -1 at the end."""
    items = len(histories.items)
    seen = histories.entry_rows.astype(np.int64) * items + histories.numbers  # ascending
    keys = np.arange(len(lists))[:, None] * items + lists
    places = np.searchsorted(seen, keys)
    hidden = (lists < 0) | (np.append(seen, -1)[places] == keys)
    order = np.argsort(hidden, axis=1, kind="stable")
    return np.take_along_axis(np.where(hidden, -1, lists), order, axis=1)


def _place(lists: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Where each wanted item stands in its list, from 1; 0 where it does not."""
    found = lists == wanted[:, None]
    return np.where(found.any(axis=1), found.argmax(axis=1) + 1, 0).astype(np.int32)


def _tail(data: Dataset, log: Log) -> np.ndarray:
    """Films of `data` that are not among the fewest that hold half of all likes, (items,) bool."""
    liked = data.histories.numbers[data.histories.strength > 0]
    likes = np.bincount(liked, minlength=len(data.items))
    order = np.argsort(-likes, kind="stable")
    head = np.searchsorted(np.cumsum(likes[order]), likes.sum() / 2) + 1
    tail = np.zeros(len(log.items), bool)
    tail[log.items.numbers(data.items.ids)[order[head:]]] = True
    return tail
