"""A log: what viewers did with films, in the order of time, so that it can be lived again."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from matinee.dataset.data import Dataset
from matinee.dataset.histories import Histories
from matinee.dataset.pages import Shown
from matinee.dataset.signals import STATING, statements
from matinee.dataset.strength import strength_of_ratings
from matinee.dataset.vocabulary import Vocabulary
from matinee.errors import InputError, MissingData, few
from matinee.schema import RATINGS, RatingScale, Tables


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """Interactions by time; one pair of viewer and film may stand several times.

    Of a pair a history holds what was latest before its moment, so that nothing said later changes
    what was known then. `movies` has one row an item, whether the catalogue knows the film or not.
    """

    name: str
    users: Vocabulary
    items: Vocabulary
    movies: pl.DataFrame
    scale: RatingScale
    user: np.ndarray  # (events,) int32 numbers
    item: np.ndarray  # (events,) int32 numbers
    time: np.ndarray  # (events,) int64 UTC seconds, ascending
    strength: np.ndarray  # (events,) float32
    rating: np.ndarray  # (events,) float32, NaN = none
    simulated: bool = False
    moved: int = 0  # events that stood after a later one, and were sorted in
    untimed: int = 0  # events without a time, left out
    shown: Shown | None = None

    @classmethod
    def of(cls, tables: Tables, strength: np.ndarray | None = None) -> "Log":
        """The log of ratings or plays, sorted by time; MissingData where no row has a time.

        `strength` (rows,) is by default what the ratings say. Films that nobody did anything with
        are not in it: what may be shown is what was known by then.
        """
        ratings = tables.ratings
        rating = ratings["rating"].fill_null(float("nan")).to_numpy()
        if strength is None:
            strength = strength_of_ratings(rating, tables.scale)
        timed = ratings["timestamp"].is_not_null().to_numpy()
        if not timed.any():
            counted = f"{len(timed):,} rows, none with one" if len(timed) else "no row"
            raise MissingData(
                f"replay {tables.name}: expected a log with times (a column timestamp: UTC seconds "
                f"or ISO dates), got {counted}; without times nobody can say what came before what"
            )
        rows = np.flatnonzero(timed)
        time = ratings["timestamp"].gather(rows).to_numpy().astype(np.int64)
        order = np.argsort(time, kind="stable")
        rows = rows[order]
        found = ratings.select("user_id", "item_id")[rows]
        users, items = Vocabulary.of(found["user_id"]), Vocabulary.of(found["item_id"])
        movies = pl.DataFrame({"item_id": items.ids}).join(
            tables.movies, on="item_id", how="left", maintain_order="left"
        )
        return cls(
            tables.name,
            users,
            items,
            movies,
            tables.scale,
            users.numbers(found["user_id"]),
            items.numbers(found["item_id"]),
            time[order],
            strength[rows].astype(np.float32),
            rating[rows].astype(np.float32),
            tables.simulated,
            moved=int((time < np.maximum.accumulate(time)).sum()),
            untimed=int((~timed).sum()),
        )

    @classmethod
    def of_events(
        cls, name: str, events: pl.DataFrame, scale: RatingScale, movies: pl.DataFrame
    ) -> "Log":
        """The log of what EVENTS say (`statements`), with the pages that they show.

        `movies` is the catalogue; without its runtimes nobody knows how much of a film that was
        stopped was watched. InputError where the events say nothing of any film.
        """
        said = statements(events, scale, runtimes=movies)
        if not said.height:
            raise InputError(
                f"{name}: expected events that say something of a film (rate with a value, "
                f"{', '.join(STATING)}), got {few(events['kind'].unique().sort())}"
            )
        tables = Tables(name, movies, said.select(list(RATINGS)), scale)
        log = cls.of(tables, said["strength"].to_numpy())
        return replace(log, shown=Shown.of(events, log.users, log.items))

    @property
    def events(self) -> int:
        """How many."""
        return len(self.time)

    def until(self, cut: int) -> Dataset:
        """The data set of what came before `cut`, with the viewers and films known by then alone.

        It is what it would be had the log ended there; its `as_of` is `cut`.
        """
        count = int(np.searchsorted(self.time, cut))
        known_users, rows = np.unique(self.user[:count], return_inverse=True)
        known_items, numbers = np.unique(self.item[:count], return_inverse=True)
        users = Vocabulary(self.users.ids.gather(known_users))
        items = Vocabulary(self.items.ids.gather(known_items))
        histories = Histories.from_entries(
            items,
            rows.astype(np.int32),
            numbers.astype(np.int32),
            len(users),
            strength=self.strength[:count],
            rating=self.rating[:count],
            time=self.time[:count],
            as_of=cut,
            user_ids=users.ids,
        )
        return Dataset(
            self.name, users, items, histories, self.movies[known_items], self.scale, self.simulated
        )


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What each event of a log found: the events of its viewer that are strictly earlier."""

    log: Log
    order: np.ndarray  # (events,) event numbers, by viewer and time
    first: np.ndarray  # (events,) where in `order` the viewer's events begin
    end: np.ndarray  # (events,) where those at the event's own moment begin
    films: np.ndarray  # (events,) different films among the earlier
    new: np.ndarray  # (events,) bool: the viewer's first event with this film

    @classmethod
    def of(cls, log: Log) -> "Past":
        """For all events at once: one sort."""
        count = log.events
        order = np.argsort(log.user, kind="stable")
        user, time = log.user[order], log.time[order]
        places = np.arange(count)
        begins = np.ones(count, bool)
        begins[1:] = user[1:] != user[:-1]
        moment = begins.copy()
        moment[1:] |= time[1:] != time[:-1]
        first = np.maximum.accumulate(np.where(begins, places, 0))
        end = np.maximum.accumulate(np.where(moment, places, 0))
        pairs = log.user.astype(np.int64) * len(log.items) + log.item
        new = np.zeros(count, bool)
        new[np.unique(pairs, return_index=True)[1]] = True
        counted = np.concatenate([[0], np.cumsum(new[order])])
        back = np.empty(count, np.int64)
        back[order] = places
        films = counted[end] - counted[first]
        return cls(log, order, first[back], end[back], films[back], new)

    def askable(self, since: int) -> np.ndarray:
        """Event numbers, in time, of likes since a moment by viewers who did something before.

        A film that the viewer has had to do with already is not asked for: no list shows it.
        """
        wanted = (self.log.strength > 0) & self.new & (self.films > 0) & (self.log.time >= since)
        return np.flatnonzero(wanted)

    def since_first(self, events: np.ndarray) -> np.ndarray:
        """Seconds since the viewer's first event, (events,)."""
        first = self.log.time[self.order[self.first[events]]]
        return np.asarray(self.log.time[events] - first)

    def histories(self, events: np.ndarray, every: int = 1) -> Histories:
        """One row an event: what its viewer had done strictly before it, as of its moment.

        With `every` only each so many-th of it, the latest among them.
        """
        lengths = -(-(self.end[events] - self.first[events]) // every)
        starts = np.concatenate([[0], np.cumsum(lengths)])
        back = np.repeat(starts[1:], lengths) - 1 - np.arange(starts[-1])
        places = np.repeat(self.end[events], lengths) - 1 - every * back
        entries = self.order[places]
        return Histories.from_entries(
            self.log.items,
            np.repeat(np.arange(len(events), dtype=np.int32), lengths),
            self.log.item[entries],
            len(events),
            strength=self.log.strength[entries],
            rating=self.log.rating[entries],
            time=self.log.time[entries],
            as_of=self.log.time[events],
        )
