"""What is known of one viewer at a moment: everything that a page asks of a person."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from matinee.dataset import Dataset, Doings, Histories, Signals, Vocabulary, conclusions
from matinee.dataset.evidence import OF_OPINION
from matinee.page.progress import begun, last_of
from matinee.schema import RatingScale

_LISTINGS = ("add_to_list", "remove_from_list")
_UNWANTED = ("dislike", "not_interested")
_WEIGHTS = Signals()


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """The arguments of `PageMaker.page` that are the viewer's."""

    history: Histories  # one row: films watched, rated, said to be known or unwanted
    begun: dict[str, float]  # film -> the share watched, most recent first
    listed: list[str]  # on the viewer's list, the latest first


@dataclass(frozen=True, slots=True, eq=False)
class Films:
    """What standings need to know of the films, prepared once for all viewers."""

    items: Vocabulary
    number: Mapping[str, int]
    runtimes: Mapping[str, float]  # minutes, of films that have any
    scale: RatingScale
    weights: Signals

    @classmethod
    def of(cls, data: Dataset, weights: Signals = _WEIGHTS) -> "Films":
        """Of the films of a data set, with what a policy says that events are worth."""
        number = {id_: place for place, id_ in enumerate(data.items.ids.to_list())}
        return cls(data.items, number, runtimes(data.movies), data.scale, weights)


def runtimes(movies: pl.DataFrame) -> dict[str, float]:
    """Minutes of the films that have any."""
    return dict(movies.filter(pl.col("runtime") > 0).select("item_id", "runtime").iter_rows())


def standing(user_id: str, doings: Doings, films: Films, now: int) -> Standing:
    """What the events of this one viewer say; none give an empty row.

    A film that was only shown, opened, searched for or listed is not in the history: it may still
    be recommended. `now`, UTC seconds, gives way to an event of a clock that is ahead. Events of
    films that are not among `films` say nothing yet.
    """
    as_of = max(now, int(doings.timestamp.max(initial=now)))
    doings = doings.standing()
    unwanted = set(_last(doings, OF_OPINION, _UNWANTED))
    started = begun(doings, films.runtimes, as_of)
    return Standing(
        _row(user_id, doings, films, as_of),
        {film: share for film, share in started.items() if film not in unwanted},
        [film for film in _last(doings, _LISTINGS, ("add_to_list",)) if film not in unwanted],
    )


def _row(user_id: str, doings: Doings, films: Films, as_of: int) -> Histories:
    """What the viewer thinks of films as a history."""
    found = conclusions(doings, films.runtimes, films.scale, as_of, films.weights)
    number = np.array([films.number.get(film, -1) for film in doings.films], np.int32)
    numbers = number[found.films]
    known = np.flatnonzero(found.leave_out & (numbers >= 0))
    known = known[np.argsort(numbers[known])]
    return Histories.from_entries(
        films.items,
        np.zeros(len(known), np.int32),
        numbers[known],
        1,
        strength=found.strength[known],
        rating=found.rating[known],
        time=found.timestamp[known],
        as_of=as_of,
        user_ids=pl.Series("user_id", [user_id]),
    )


def _last(doings: Doings, kinds: tuple[str, ...], wanted: tuple[str, ...]) -> list[str]:
    """The films whose last event of these kinds is a wanted one, the latest first."""
    films, last = last_of(doings, kinds)
    yes = doings.of_kinds(wanted)[last]
    films, last = films[yes], last[yes]
    return [doings.films[film] for film in films[np.argsort(-last)]]
