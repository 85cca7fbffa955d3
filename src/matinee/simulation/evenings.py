"""What viewers do: evenings with a page of films, choices, plays and ratings."""

from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np

from matinee.simulation.tastes import Tastes
from matinee.simulation.world import BLOCK, DAY, DAYS, START, Common, World, saturated

ROWS, SLOTS = 5, 6  # of a page
PLAYS = 3  # at most, an evening
PAUSES = 3  # at most, a play
SKIP, STOP, COMPLETE = 0, 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class Pages:
    """One page an evening; page p shows `items[p]`, row by row."""

    user: np.ndarray  # (pages,) int32
    evening: np.ndarray  # (pages,) int32, of this viewer
    time: np.ndarray  # (pages,) int64 UTC seconds
    items: np.ndarray  # (pages, ROWS * SLOTS) int16
    opened: np.ndarray  # (pages, ROWS * SLOTS) bool: its details were looked at


@dataclass(frozen=True, slots=True, eq=False)
class Plays:
    """One film begun; in the order of the viewer's time within (user, evening)."""

    page: np.ndarray  # (plays,) int32
    user: np.ndarray  # (plays,) int32
    item: np.ndarray  # (plays,) int16
    place: np.ndarray  # (plays,) int16: where on the page; -1 = searched for
    time: np.ndarray  # (plays,) int64 UTC seconds
    ended: np.ndarray  # (plays,) int8: SKIP, STOP or COMPLETE
    watched: np.ndarray  # (plays,) int32 seconds of the film
    pauses: np.ndarray  # (plays, PAUSES, 2) int32: position and length in seconds; 0 length = none
    rating: np.ndarray  # (plays,) float32, NaN = not rated
    rated_at: np.ndarray  # (plays,) int64 UTC seconds

    @property
    def stopped_at(self) -> np.ndarray:
        """When the play ended, (plays,) UTC seconds."""
        return np.asarray(self.time + self.watched + self.pauses[:, :, 1].sum(axis=1))


Log = TypeVar("Log", Pages, Plays)


def simulate(world: World, viewers: int | None = None) -> tuple[Pages, Plays]:
    """Everything that the first `viewers` (by default all) of the world did in two years."""
    common = world.common()
    viewers = world.viewers if viewers is None else min(viewers, world.viewers)
    pages: list[Pages] = []
    plays: list[Plays] = []
    done = 0
    for block, count in world.blocks():
        if block * BLOCK >= viewers:
            break
        page, play = _Block(world, common, block).run()
        keep = min(count, viewers - block * BLOCK) + block * BLOCK
        page, play = _of_users(page, keep), _of_users(play, keep)
        play.page[:] += done
        done += len(page.user)
        pages.append(page)
        plays.append(play)
    return _joined(pages), _joined(plays)


class _Block:
    """The evenings of one block, the k-th of all its viewers at once."""

    def __init__(self, world: World, common: Common, block: int) -> None:
        self.world, self.common = world, common
        self.first = block * BLOCK
        self.tastes: Tastes = world.tastes(block)
        self.rng = np.random.default_rng([world.seed, 2, block])
        n = len(common.films.items)
        self.seen = np.zeros((BLOCK, n), bool)
        self.tired = np.zeros((BLOCK, len(common.films.genres)))
        self.habits = (
            self.tastes.early
            @ (common.films.genres / common.films.genres.sum(axis=1, keepdims=True)).T
        )

    def run(self) -> tuple[Pages, Plays]:
        """Every evening of the block, sorted by viewer and evening."""
        days = self._calendar()
        pages, plays = [], []
        shown = 0
        for evening in range(days.shape[1]):
            rows = np.flatnonzero(days[:, evening] < DAYS)
            page, played = self._evening(rows, days[rows, evening], evening)
            for play in played:
                play.page[:] += shown
            shown += len(rows)
            pages.append(page)
            plays.extend(played)
        page, play = _joined(pages), _joined(plays)
        order = np.lexsort((page.evening, page.user))
        place = np.empty(len(order), np.int32)
        place[order] = np.arange(len(order), dtype=np.int32)
        play.page[:] = place[play.page]
        return _taken(page, order), _taken(play, np.lexsort((play.time, play.user)))

    def _calendar(self) -> np.ndarray:
        """The days of each viewer's evenings in order, (viewers, most evenings); DAYS = none."""
        rng = self.rng
        wanted = np.clip(np.exp(3.75 + 0.55 * rng.standard_normal(BLOCK)), 10, 220).astype(int)
        joined = np.where(rng.random(BLOCK) < 0.65, 1.0, 1 + 0.7 * DAYS * rng.random(BLOCK))
        left = np.where(rng.random(BLOCK) < 0.85, DAYS, joined + 60 + DAYS * rng.random(BLOCK))
        day = np.arange(DAYS)
        draw = rng.random((BLOCK, DAYS)) / np.where(day % 7 >= 4, 1.8, 1.0)
        draw[(day < joined[:, None]) | (day >= np.minimum(left, DAYS - 2)[:, None])] = np.inf
        rank = np.argsort(np.argsort(draw, axis=1, kind="stable"), axis=1, kind="stable")
        days = np.where((rank < wanted[:, None]) & np.isfinite(draw), day, DAYS)
        days = np.sort(days, axis=1)
        return days[:, (days < DAYS).any(axis=0)]

    def _evening(
        self, rows: np.ndarray, days: np.ndarray, evening: int
    ) -> tuple[Pages, list[Plays]]:
        """One evening of each of `rows`: the page, then up to three plays."""
        rng, tastes, common = self.rng, self.tastes, self.common
        time = START + days * DAY + (17.5 + 4.5 * rng.random(len(rows))) * 3600
        time = time.astype(np.int64)
        bounds = np.cumsum(tastes.moods[rows], axis=1)
        mood = (bounds < rng.random((len(rows), 1))).sum(axis=1).clip(max=bounds.shape[1] - 1)
        lift = tastes.moodiness[rows, None] * (common.films.moods[mood] - 0.25)
        appeal = self.world.appeal(tastes, rows, days + 0.8, common) + lift
        notice = common.noticed(days)
        items = self._page(rows, notice)
        attention = _attention(notice, items)
        looked = rng.random(items.shape) < attention
        enjoyed = saturated(appeal)
        glance = 0.45 * rng.standard_normal(enjoyed.shape)
        page_appeal = np.take_along_axis(enjoyed + glance, items, axis=1)
        opened = looked & (page_appeal > 0.3)
        plays = []
        start = time + 60 + (240 * rng.random(len(rows))).astype(np.int64)
        # The viewer chooses among the films noticed on the page, and one that comes to mind.
        open_ = np.zeros(enjoyed.shape, bool)
        np.put_along_axis(open_, items, looked, axis=1)
        minded = rng.random(len(rows)) < 0.35
        recalled = np.argmax(
            0.6 * notice + 1.3 * enjoyed + gumbel(enjoyed.shape, rng) - 1e9 * self.seen[rows],
            axis=1,
        )
        open_[minded, recalled[minded]] = True
        going = np.ones(len(rows), bool)
        for _ in range(PLAYS):
            tired = self._tiredness(rows)
            wish = np.where(open_ & ~self.seen[rows], enjoyed + glance - tired, -np.inf)
            chosen = np.argmax(wish, axis=1)
            best = wish[np.arange(len(rows)), chosen]
            go = np.flatnonzero(going & (best > -0.4))
            chosen = chosen[go]
            felt = enjoyed[go, chosen] - tired[go, chosen]
            play, ending = self._play(
                rows[go], pages=go, item=chosen, items=items, start=start[go], felt=felt
            )
            plays.append(play)
            start[go] = ending + 120
            going[:] = False
            again = np.where(play.ended == COMPLETE, 0.25, 0.75)
            going[go] = rng.random(len(go)) < again
        np.put_along_axis(opened, np.zeros((len(rows), 1), int), opened[:, :1], axis=1)
        for play in plays:
            at = np.flatnonzero(play.place >= 0)
            opened[play.page[at], play.place[at]] = True
        users = (self.first + rows).astype(np.int32)
        page = Pages(
            users, np.full(len(rows), evening, np.int32), time, items.astype(np.int16), opened
        )
        return page, plays

    def _page(self, rows: np.ndarray, notice: np.ndarray) -> np.ndarray:
        """(rows, ROWS * SLOTS): what is popular, three genres of the viewer, and a mixture."""
        rng, films = self.rng, self.common.films
        draw = notice + gumbel(notice.shape, rng) - 3.0 * self.seen[rows]
        wave = self.habits[rows] + 0.25 * gumbel((len(rows), len(films.genres)), rng)
        themes = np.argsort(-wave, axis=1, kind="stable")[:, :3]
        masks = [np.ones(draw.shape, bool), *(films.genres[themes[:, k]] for k in range(3))]
        masks.append(np.ones(draw.shape, bool))
        out = np.empty((len(rows), ROWS * SLOTS), np.int64)
        for row, mask in enumerate(masks):
            # The last row is a lucky dip: fame does not count there.
            scores = np.where(mask, draw if row < ROWS - 1 else draw - notice, -1e6)
            top = np.argpartition(-scores, SLOTS, axis=1)[:, :SLOTS]
            order = np.argsort(-np.take_along_axis(scores, top, axis=1), axis=1, kind="stable")
            top = np.take_along_axis(top, order, axis=1)
            out[:, row * SLOTS : (row + 1) * SLOTS] = top
            np.put_along_axis(draw, top, -1e7, axis=1)
        return out

    def _tiredness(self, rows: np.ndarray) -> np.ndarray:
        """(rows, items): what the genres seen lately take off a film, beyond the first two."""
        films = self.common.films
        over = np.maximum(self.tired[rows] - 1.2, 0)
        return np.asarray(
            0.6 * self.world.fatigue * (over @ films.genres) / films.genres.sum(axis=0)
        )

    def _play(
        self,
        rows: np.ndarray,
        *,
        pages: np.ndarray,
        item: np.ndarray,
        items: np.ndarray,
        start: np.ndarray,
        felt: np.ndarray,
    ) -> tuple[Plays, np.ndarray]:
        """One play of each of `rows` and when it ended."""
        rng, tastes, films = self.rng, self.tastes, self.common.films
        n = len(rows)
        runtime = (films.runtime[item] * 60).astype(np.int64)
        real = felt + 0.35 * rng.standard_normal(n)
        patience = rng.random(n)
        ended = np.where(
            real < -0.9 + 0.5 * patience,
            SKIP,
            np.where(real < -0.3 + 0.7 * patience, STOP, COMPLETE),
        )
        share = rng.random(n)
        watched = np.select(
            [ended == SKIP, ended == STOP],
            [
                (30 + 570 * share).astype(np.int64),
                (runtime * (0.15 + 0.75 * share)).astype(np.int64),
            ],
            runtime,
        )
        breaks = (rng.random((n, PAUSES)) < 0.25) & (watched[:, None] > 1200)
        at = (watched[:, None] * (0.05 + 0.9 * rng.random((n, PAUSES)))).astype(np.int64)
        long = (30 + 900 * rng.random((n, PAUSES)) ** 3).astype(np.int64)
        order = np.argsort(at, axis=1, kind="stable")
        pauses = np.take_along_axis(
            np.stack([at, np.where(breaks, long, 0)], axis=2), order[:, :, None], axis=1
        )
        ending = start + watched + pauses[:, :, 1].sum(axis=1)
        # Who finishes a film, or feels strongly about it, rates it more often.
        chance = np.array([0.1, 0.35, 0.75])[ended] + 0.1 * (np.abs(real) > 1.5)
        rated = rng.random(n) < chance
        stars = 3.1 + tastes.offset[rows] + tastes.spread[rows] * 1.25 * real
        stars = np.clip(np.round(2 * stars) / 2, 0.5, 5.0)
        rating = np.where(rated, stars, np.nan).astype(np.float32)
        rated_at = ending + 20 + (100 * rng.random(n)).astype(np.int64)
        self.seen[rows, item] = True
        self.tired[rows] = (
            0.75 * self.tired[rows] + films.genres[:, item].T * (ended != SKIP)[:, None]
        )
        on_page = items[pages] == item[:, None]
        place = np.where(on_page.any(axis=1), on_page.argmax(axis=1), -1)
        play = Plays(
            pages.astype(np.int32),
            (self.first + rows).astype(np.int32),
            item.astype(np.int16),
            place.astype(np.int16),
            start,
            ended.astype(np.int8),
            watched.astype(np.int32),
            pauses.astype(np.int32),
            rating,
            rated_at,
        )
        return play, ending


def _attention(notice: np.ndarray, items: np.ndarray) -> np.ndarray:
    """Chance that a place of the page is looked at: its row, its slot, and the film's fame."""
    row, slot = np.divmod(np.arange(ROWS * SLOTS), SLOTS)
    place = 1.6 - 0.35 * row - 0.35 * slot
    famous = np.take_along_axis(notice, items, axis=1)
    return np.asarray(1 / (1 + np.exp(-(place + 0.4 * (famous - 0.8)))))


def gumbel(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Standard Gumbel noise: the largest of weights + noise is a draw in proportion to exp."""
    return np.asarray(-np.log(-np.log(rng.random(shape))))


def _taken(log: Log, rows: np.ndarray) -> Log:
    return type(log)(*(getattr(log, field.name)[rows] for field in fields(log)))


def _of_users(log: Log, below: int) -> Log:
    return _taken(log, np.flatnonzero(log.user < below))


def _joined(logs: list[Log]) -> Log:
    names = [field.name for field in fields(logs[0])]
    return type(logs[0])(*(np.concatenate([getattr(log, name) for log in logs]) for name in names))
