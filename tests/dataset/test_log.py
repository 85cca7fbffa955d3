"""A log gives each event exactly what lay before it, by brute force over rows."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.dataset import Log, Past, Shown, Vocabulary
from matinee.errors import MissingData
from matinee.schema import MOVIES, RATINGS, RatingScale, Tables, empty

SCALE = RatingScale(1, 5, 1)

rows = st.lists(
    st.tuples(
        st.integers(0, 4).map("u{}".format),
        st.integers(0, 5).map("f{}".format),
        st.sampled_from([1.0, 3.0, 5.0, None]),
        st.integers(0, 12),
    ),
    min_size=1,
    max_size=40,
)


def log_of(found: list[tuple], **more) -> Log:
    ratings = pl.DataFrame(found, schema=RATINGS, orient="row")
    return Log.of(Tables("rows", empty(MOVIES), ratings, SCALE), **more)


@given(rows)
@settings(max_examples=60, deadline=None)
def test_a_history_is_what_the_viewer_did_strictly_earlier_the_latest_of_a_film(found):
    log = log_of(found)
    past = Past.of(log)
    for every in (1, 2, 3):
        histories = past.histories(np.arange(log.events), every)
        for event in range(log.events):
            mine = (log.user == log.user[event]) & (log.time < log.time[event])
            earlier = np.flatnonzero(mine)[::-1][::every][::-1]
            latest = {int(log.item[e]): int(e) for e in earlier}
            row = histories.slice(event, event + 1)
            assert row.numbers.tolist() == sorted(latest)
            assert row.strength.tolist() == [log.strength[latest[i]] for i in sorted(latest)]
            assert row.as_of[0] == log.time[event]
            if every == 1:
                assert past.films[event] == len(latest)


@given(rows, st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_what_was_known_at_a_moment_is_the_data_set_of_the_log_cut_off_there(found, cut):
    before = [row for row in found if row[3] < cut]
    if not before:
        return
    known, alone = log_of(found).until(cut), log_of(before).until(cut)
    assert known.users == alone.users
    assert known.items == alone.items
    assert known.as_of == alone.as_of == cut
    for name in ("indptr", "numbers", "strength", "rating", "time"):
        np.testing.assert_array_equal(
            getattr(known.histories, name), getattr(alone.histories, name), err_msg=name
        )


@given(rows)
@settings(max_examples=60, deadline=None)
def test_likes_of_new_films_by_viewers_with_a_past_are_asked(found):
    log = log_of(found)
    expected = []
    for event in range(log.events):
        mine = log.user == log.user[event]
        past = mine & (log.time < log.time[event])
        met = mine[:event] & (log.item[:event] == log.item[event])
        if log.strength[event] > 0 and past.any() and not met.any() and log.time[event] >= 4:
            expected.append(event)
    assert Past.of(log).askable(4).tolist() == expected


def test_events_out_of_order_are_sorted_and_counted():
    log = log_of([("u", "a", 5.0, 30), ("u", "b", 5.0, 10), ("v", "c", 1.0, 20)])
    assert log.time.tolist() == [10, 20, 30]
    assert log.items.take(log.item) == ["b", "c", "a"]
    assert log.strength.tolist() == [1, -1, 1]
    assert log.moved == 2


def test_events_without_a_time_are_left_out_and_counted():
    log = log_of([("u", "a", 5.0, None), ("u", "b", 5.0, 10)])
    assert (log.events, log.untimed) == (1, 1)
    assert len(log.items) == 1


def test_a_log_without_times_says_what_it_needs():
    with pytest.raises(MissingData, match=r"a log with times .* got 1 rows, none with one"):
        log_of([("u", "a", 5.0, None)])
    with pytest.raises(MissingData, match="got no row"):
        log_of([])


def test_the_last_page_before_a_play_tells_where_the_film_stood():
    columns = ["user_id", "item_id", "kind", "timestamp", "page_id", "row", "slot"]
    events = pl.DataFrame(
        [
            ("u", "a", "impression", 10, "p1", 0, 0),
            ("u", "b", "impression", 10, "p1", 1, 0),
            ("u", "c", "impression", 10, "p1", 0, 1),
            ("u", "b", "impression", 50, "p2", 0, 0),
            ("u", "new", "impression", 50, "p2", 0, 1),  # nobody ever did anything with it
            ("u", "a", "impression", 50, "p2", 0, 2),
            ("u", "b", "play", 20, None, None, None),
            ("v", "a", "impression", 90, "p3", 0, 0),
        ],
        schema=columns,
        orient="row",
    )
    users, items = Vocabulary.of(["u", "v"]), Vocabulary.of(["a", "b", "c", "d"])
    shown = Shown.of(events, users, items)
    user, item = np.array([0, 0, 0, 0, 1, 0]), np.array([1, 0, 2, 3, 0, 0])
    time = np.array([60, 60, 60, 60, 80, 9])
    pages = shown.pages(user, item, time)
    # b was played at 20, after the first page; a viewer's page of later counts for nothing.
    assert shown.places(pages, item).tolist() == [3, 3, 0, 0, -1, -1]
    assert shown.first(pages, 2).tolist()[:2] == [[0, 2], [1, -1]]
    assert (shown.first(pages, 2)[4:] == -1).all()
    assert Shown.of(events.filter(pl.col("kind") == "play"), users, items) is None


def test_a_log_of_one_event_has_no_past():
    log = log_of([("u", "a", 5.0, 3)])
    assert Past.of(log).films.tolist() == [0]
    assert replace(log, name="other").events == 1
