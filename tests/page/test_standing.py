"""What a viewer's events say at a moment, as a page asks for it."""

import secrets
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from matinee.dataset import Dataset, Doings, interactions
from matinee.page.standing import Films, Standing, standing
from matinee.schema import EVENTS

NOW = 1_760_000_000


def log(*said: tuple[Any, ...]) -> pl.DataFrame:
    """Events of one viewer: kind, film, seconds before now, and other fields."""
    rows = []
    for kind, film, ago, more in said:
        row = dict.fromkeys(EVENTS) | {"event_id": secrets.token_hex(16), "user_id": "v"}
        rows.append(row | {"kind": kind, "item_id": film, "timestamp": NOW - ago} | more)
    return pl.DataFrame(rows, schema=EVENTS)


def known(films: Dataset, events: pl.DataFrame, now: int = NOW) -> Standing:
    movies = films.movies.with_columns(runtime=pl.lit(100.0))
    return standing("v", Doings.of_table(events), Films.of(replace(films, movies=movies)), now)


def names(films: Dataset, found: Standing) -> dict[str, float]:
    ids = films.items.take(found.history.numbers)
    return dict(zip(ids, found.history.strength.tolist(), strict=True))


def test_a_history_is_what_the_signals_say_of_films_that_lists_leave_out(films: Dataset) -> None:
    events = log(
        ("impression", "f9", 90_000, {"page_id": "p"}),
        ("open", "f8", 80_000, {}),
        ("rate", "f3", 70_000, {"value": 4.0}),
        ("stop", "f5", 60_000, {"position_s": 5_700.0}),
        ("seen_elsewhere", "f6", 50_000, {}),
        ("not_interested", "f7", 40_000, {}),
        ("like", "a film that is not served", 30_000, {}),
    )
    found = known(films, events)
    movies = films.movies.with_columns(runtime=pl.lit(100.0))
    said = interactions(events, films.scale, runtimes=movies, as_of=NOW).filter("leave_out")
    expected = dict(said.select("item_id", "strength").iter_rows())
    del expected["a film that is not served"]
    assert names(films, found) == pytest.approx(expected)
    assert set(expected) == {"f3", "f5", "f6", "f7"}
    assert found.history.rating[found.history.strength.argmax()] != found.history.rating.min()
    assert found.history.as_of.tolist() == [NOW]
    assert found.history.user_ids is not None
    assert found.history.user_ids.to_list() == ["v"]


def test_what_is_begun_and_listed_is_without_what_is_not_wanted(films: Dataset) -> None:
    half = {"position_s": 3_000.0}
    events = log(
        ("add_to_list", "f1", 900, {}),
        ("add_to_list", "f2", 800, {}),
        ("add_to_list", "f3", 700, {}),
        ("remove_from_list", "f2", 600, {}),
        ("pause", "f4", 500, half),
        ("pause", "f5", 400, half),
        ("not_interested", "f5", 300, {}),
        ("add_to_list", "f1", 200, {}),
    )
    found = known(films, events)
    assert found.begun == {"f4": 0.5}
    assert found.listed == ["f1", "f3"]
    disliked = pl.concat([events, log(("dislike", "f3", 100, {}))])
    assert known(films, disliked).listed == ["f1"]


def test_what_was_taken_back_was_never_there(films: Dataset) -> None:
    events = log(
        ("pause", "f4", 500, {"position_s": 3_000.0}),
        ("add_to_list", "f1", 400, {}),
        ("rate", "f2", 300, {"value": 5.0}),
    )
    taken = [("retract", None, 100, {"retracts": id_}) for id_ in events["event_id"]]
    found = known(films, pl.concat([events, log(*taken)]))
    assert (found.history.entries, found.begun, found.listed) == (0, {}, [])


def test_an_event_of_a_clock_that_is_ahead_counts_at_once(films: Dataset) -> None:
    found = known(films, log(("not_interested", "f7", -120, {})))
    assert names(films, found) == {"f7": -1.0}
    assert found.history.as_of.tolist() == [NOW + 120]


def test_without_events_nothing_is_known(films: Dataset) -> None:
    found = known(films, pl.DataFrame(schema=EVENTS))
    assert (found.history.rows, found.history.entries) == (1, 0)
    assert (found.begun, found.listed) == ({}, [])
