"""What viewers do: evenings with a page of films, choices, plays and ratings."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from matinee.simulation.log import COMPLETE, PAUSES, SKIP, STOP, Pages, Plays, joined, taken
from matinee.simulation.pages import attention, gumbel, page
from matinee.simulation.tastes import Tastes
from matinee.simulation.world import BLOCK, DAY, DAYS, START, Common, World, saturated

EVENINGS = (3.85, 0.55)  # log-normal, of a viewer in two years
FIRST_HOUR, HOURS = 17.5, 4.5  # when an evening begins
PLAYS = 3  # at most, an evening
GLANCE = 0.35  # error of what a viewer expects of a film from its poster and synopsis
OPENS = 1.2  # the least expectation at which details are looked at
BEGINS = -0.4  # the least expectation at which a film is begun
MINDED = 0.35  # evenings on which a film comes to mind
RECALL = 2.0  # how much a film comes to mind because it would be enjoyed ...
REMEMBER = 0.6  # ... and because it is famous
TIRING = 0.9  # of a genre seen often lately
SURPRISE = 0.5  # what seeing the film changes
AGAIN = {SKIP: 0.75, STOP: 0.75, COMPLETE: 0.25}  # chance of another film the same evening
RATES = {SKIP: 0.1, STOP: 0.35, COMPLETE: 0.75}  # chance of a rating
WHIM = 0.3  # what the stars have that the enjoyment has not
LEVEL = 2.55  # stars for an enjoyment of 0


def simulate(world: World, viewers: int | None = None) -> tuple[Pages, Plays]:
    """Everything that the first `viewers` (by default all) of the world did in two years."""
    pages, plays = [], []
    before = 0
    for shown, begun in blocks(world, viewers):
        begun.page[:] += before
        before += len(shown.user)
        pages.append(shown)
        plays.append(begun)
    return joined(pages), joined(plays)


def blocks(world: World, viewers: int | None = None) -> Iterator[tuple[Pages, Plays]]:
    """The same block by block; the plays of a block count its own pages from 0."""
    viewers = world.viewers if viewers is None else min(viewers, world.viewers)
    for block in range(-(-viewers // BLOCK)):
        pages, plays = _two_years(_Crowd.of(world, block))
        yield (
            taken(pages, np.flatnonzero(pages.user < viewers)),
            taken(plays, np.flatnonzero(plays.user < viewers)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Crowd:
    """A block of viewers, and what has happened to them so far (`seen` and `tired` change)."""

    world: World
    common: Common
    tastes: Tastes
    first: int  # the number of the block's first viewer
    habits: np.ndarray  # (viewers, genres) mean appeal of a genre's films
    seen: np.ndarray  # (viewers, items) bool
    tired: np.ndarray  # (viewers, genres) how often seen lately
    rng: np.random.Generator

    @classmethod
    def of(cls, world: World, block: int) -> "_Crowd":
        common, tastes = world.common(), world.tastes(block)
        genres = common.films.genres
        return cls(
            world,
            common,
            tastes,
            block * BLOCK,
            tastes.early @ (genres / genres.sum(axis=1, keepdims=True)).T,
            np.zeros((BLOCK, genres.shape[1]), bool),
            np.zeros((BLOCK, len(genres))),
            np.random.default_rng([world.seed, 2, block]),
        )

    def tiredness(self, rows: np.ndarray) -> np.ndarray:
        """(rows, items): what the genres seen lately take off a film, beyond the first one."""
        genres = self.common.films.genres
        over = np.maximum(self.tired[rows] - 1.2, 0)
        tiring = TIRING * self.world.fatigue
        return np.asarray(tiring * (over @ genres) / genres.sum(axis=0))


def _two_years(crowd: _Crowd) -> tuple[Pages, Plays]:
    """Every evening of the block, the k-th of all its viewers at once; by viewer and time."""
    days = _calendar(crowd.rng)
    pages, plays = [], []
    before = 0
    for evening in range(days.shape[1]):
        rows = np.flatnonzero(days[:, evening] < DAYS)
        shown, begun = _evening(crowd, rows, days[rows, evening], evening)
        for play in begun:
            play.page[:] += before
        before += len(rows)
        pages.append(shown)
        plays.extend(begun)
    shown, played = joined(pages), joined(plays)
    order = np.lexsort((shown.evening, shown.user))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    played.page[:] = place[played.page]
    return taken(shown, order), taken(played, np.lexsort((played.time, played.user)))


def _calendar(rng: np.random.Generator) -> np.ndarray:
    """The days of each viewer's evenings in order, (viewers, most evenings); DAYS = none.

    A third joins later, one in seven leaves again; from Friday to Sunday there are more evenings.
    """
    wanted = np.clip(np.exp(EVENINGS[0] + EVENINGS[1] * rng.standard_normal(BLOCK)), 10, 220)
    joins = np.where(rng.random(BLOCK) < 0.65, 1.0, 1 + 0.7 * DAYS * rng.random(BLOCK))
    leaves = np.where(rng.random(BLOCK) < 0.85, DAYS, joins + 60 + DAYS * rng.random(BLOCK))
    day = np.arange(DAYS)
    draw = rng.random((BLOCK, DAYS)) / np.where(day % 7 >= 4, 1.8, 1.0)  # day 0 is a Monday
    away = (day < joins[:, None]) | (day >= np.minimum(leaves, DAYS - 1)[:, None])
    draw[away] = np.inf
    rank = np.argsort(np.argsort(draw, axis=1, kind="stable"), axis=1, kind="stable")
    days = np.sort(np.where((rank < np.floor(wanted)[:, None]) & ~away, day, DAYS), axis=1)
    return np.asarray(days[:, (days < DAYS).any(axis=0)])


def _evening(
    crowd: _Crowd, rows: np.ndarray, days: np.ndarray, evening: int
) -> tuple[Pages, list[Plays]]:
    """One evening of each of `rows`: the page, then up to three plays."""
    rng, everyone = crowd.rng, np.arange(len(rows))
    time = (START + days * DAY + 3600 * (FIRST_HOUR + HOURS * rng.random(len(rows)))).astype(
        np.int64
    )
    enjoyed = _enjoyed_tonight(crowd, rows, days)
    notice = crowd.common.noticed(days)
    shown = page(notice, crowd.seen[rows], crowd.habits[rows], crowd.common.films, rng)
    looked = rng.random(shown.shape) < attention(np.take_along_axis(notice, shown, axis=1))
    # The choice is among the films looked at, and on some evenings one that comes to mind.
    minded = rng.random(len(rows)) < MINDED
    mind = (
        REMEMBER * notice + RECALL * enjoyed + gumbel(enjoyed.shape, rng) - 1e9 * crowd.seen[rows]
    )
    choices = np.column_stack([shown, mind.argmax(axis=1)])
    reach = np.column_stack([looked, minded])
    hoped = np.take_along_axis(enjoyed, choices, axis=1)
    hoped += GLANCE * rng.standard_normal(choices.shape)
    opened = looked & (hoped[:, :-1] > OPENS)
    start = time + 90 + (240 * rng.random(len(rows))).astype(np.int64)
    plays = []
    goes_on = np.ones(len(rows), bool)
    for _ in range(PLAYS):
        tired = crowd.tiredness(rows)
        fresh = reach & ~np.take_along_axis(crowd.seen[rows], choices, axis=1)
        wish = np.where(fresh, hoped - np.take_along_axis(tired, choices, axis=1), -np.inf)
        best = wish.argmax(axis=1)
        go = np.flatnonzero(goes_on & (wish[everyone, best] > BEGINS))
        item = choices[go, best[go]]
        felt = enjoyed[go, item] - tired[go, item]
        play = _play(crowd, rows[go], item=item, start=start[go], felt=felt)
        on_page = shown[go] == item[:, None]
        play.page[:] = go
        play.place[:] = np.where(on_page.any(axis=1), on_page.argmax(axis=1), -1)
        opened[go] |= on_page
        plays.append(play)
        start[go] = play.ended_at + 120
        goes_on[:] = False
        goes_on[go] = rng.random(len(go)) < _by_ending(AGAIN)[play.ended]
    users = (crowd.first + rows).astype(np.int32)
    number = np.full(len(rows), evening, np.int32)
    return Pages(users, number, time, shown.astype(np.int16), opened), plays


def _enjoyed_tonight(crowd: _Crowd, rows: np.ndarray, days: np.ndarray) -> np.ndarray:
    """(rows, items) in the mood of the evening, which is drawn from the viewer's moods."""
    tastes, moods = crowd.tastes, crowd.common.films.moods
    bounds = np.cumsum(tastes.moods[rows], axis=1)[:, :-1]
    mood = (bounds < crowd.rng.random((len(rows), 1))).sum(axis=1)
    appeal = crowd.world.appeal(tastes, rows, days + 0.8, crowd.common)
    return saturated(appeal + crowd.world.lift(tastes, rows, moods[mood]))


def _play(
    crowd: _Crowd, rows: np.ndarray, *, item: np.ndarray, start: np.ndarray, felt: np.ndarray
) -> Plays:
    """One play of each of `rows`; its page and place are left at 0."""
    rng, tastes, films = crowd.rng, crowd.tastes, crowd.common.films
    n = len(rows)
    real = felt + SURPRISE * rng.standard_normal(n)
    patience = rng.random(n)
    ended = np.where(real < 0.1 + 0.9 * patience, STOP, COMPLETE)
    ended = np.where(real < -0.2 + 0.6 * patience, SKIP, ended)
    runtime, share = films.runtime[item] * 60, rng.random(n)
    watched = np.choose(ended, [30 + 570 * share, runtime * (0.15 + 0.75 * share), runtime])
    pauses = _pauses(watched, rng)
    ending = start + watched.astype(np.int64) + pauses[:, :, 1].sum(axis=1)
    # Who finishes a film, or feels strongly about it, rates it more often.
    rates = rng.random(n) < _by_ending(RATES)[ended] + 0.1 * (np.abs(real - 1) > 1)
    stars = LEVEL + tastes.offset[rows] + tastes.spread[rows] * real + WHIM * rng.standard_normal(n)
    stars = np.clip(np.round(2 * stars) / 2, 0.5, 5.0)
    crowd.seen[rows, item] = True
    crowd.tired[rows] = (
        0.75 * crowd.tired[rows] + films.genres[:, item].T * (ended != SKIP)[:, None]
    )
    return Plays(
        np.zeros(n, np.int64),
        (crowd.first + rows).astype(np.int32),
        item.astype(np.int16),
        np.zeros(n, np.int16),
        start,
        ended.astype(np.int8),
        watched.astype(np.int32),
        pauses,
        np.where(rates, stars, np.nan).astype(np.float32),
        ending + 20 + (100 * rng.random(n)).astype(np.int64),
    )


def _pauses(watched: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(plays, PAUSES, 2) int32: up to three, by position, in plays longer than twenty minutes."""
    shape = (len(watched), PAUSES)
    wanted = (rng.random(shape) < 0.25) & (watched[:, None] > 1200)
    position = np.sort(watched[:, None] * (0.05 + 0.9 * rng.random(shape)), axis=1).astype(np.int32)
    length = np.where(wanted, 30 + 900 * rng.random(shape) ** 3, 0).astype(np.int32)
    # At least a second of film lies between two pauses.
    return np.stack([position + np.arange(PAUSES, dtype=np.int32), length], axis=2)


def _by_ending(chances: dict[int, float]) -> np.ndarray:
    return np.array([chances[SKIP], chances[STOP], chances[COMPLETE]])
