"""What is known of one viewer at a moment: everything that a page asks of a person."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from matinee.dataset import NO_TIME, Histories, Vocabulary, interactions
from matinee.dataset.evidence import OF_OPINION
from matinee.page.progress import begun
from matinee.schema import RatingScale

_LISTINGS = ("add_to_list", "remove_from_list")


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """The arguments of `PageMaker.page` that are the viewer's."""

    history: Histories  # one row: films watched, rated, said to be known or unwanted
    begun: dict[str, float]  # film -> the share watched, most recent first
    listed: list[str]  # on the viewer's list, the latest first


def standing(
    user_id: str,
    events: pl.DataFrame,
    items: Vocabulary,
    movies: pl.DataFrame,
    scale: RatingScale,
    now: int,
) -> Standing:
    """What the EVENTS of this one viewer say; none give an empty row.

    A film that was only shown, opened, searched for or listed is not in the history: it may still
    be recommended. `now`, UTC seconds, gives way to an event of a clock that is ahead. Events of
    films that are not among `items` say nothing yet.
    """
    latest = events["timestamp"].max()
    as_of = max(now, int(latest)) if isinstance(latest, int) else now
    if not events.height:
        return Standing(_row(user_id, items, pl.DataFrame(), as_of), {}, [])
    taken_back = events["retracts"].drop_nulls()
    if len(taken_back):
        events = events.filter(~pl.col("event_id").is_in(taken_back.implode()))
    found = interactions(events, scale, runtimes=movies, as_of=as_of).filter("leave_out")
    unwanted = _last(events, OF_OPINION, ("dislike", "not_interested"))
    started = begun(events, user_id, movies, as_of)
    return Standing(
        _row(user_id, items, found, as_of),
        {film: share for film, share in started.items() if film not in unwanted},
        [film for film in _last(events, _LISTINGS, ("add_to_list",)) if film not in unwanted],
    )


def _row(user_id: str, items: Vocabulary, found: pl.DataFrame, as_of: int) -> Histories:
    """INTERACTIONS of one viewer as a history."""
    own = pl.Series("user_id", [user_id])
    if not found.height:
        nothing = np.zeros(0, np.int32)
        return Histories.from_entries(
            items, nothing, nothing, 1, strength=1.0, as_of=as_of, user_ids=own
        )
    numbers = items.numbers(found["item_id"])
    known = numbers >= 0
    found, numbers = found.filter(pl.Series(known)), numbers[known]
    return Histories.from_entries(
        items,
        np.zeros(len(numbers), np.int32),
        numbers,
        1,
        strength=found["strength"].to_numpy(),
        rating=found["rating"].fill_null(float("nan")).to_numpy(),
        time=found["timestamp"].fill_null(NO_TIME).to_numpy(),
        as_of=as_of,
        user_ids=own,
    )


def _last(events: pl.DataFrame, kinds: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """The films whose last event of these kinds is a wanted one, the latest first."""
    said = events.filter(pl.col("kind").is_in(kinds)).select("item_id", "kind")
    last: dict[str, str] = {}
    for film, kind in said.iter_rows():
        last.pop(film, None)
        last[film] = kind
    return [film for film, kind in reversed(last.items()) if kind in wanted]
