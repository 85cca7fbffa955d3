"""From events to strengths: each signal by itself, and what changes nothing."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.dataset import Log, Signals, interactions, statements
from matinee.errors import InputError
from matinee.schema import EVENTS, INTERACTIONS, KINDS, MOVIES, RatingScale, empty

SCALE = RatingScale(0.5, 5, 0.5)
RUNTIMES = pl.DataFrame({"item_id": ["heat", "big"], "runtime": [100.0, 50.0]})
HOUR, DAY, T = 3_600, 86_400, 1_700_000_000
NOW = T + 10 * DAY


def table(*rows: dict[str, Any]) -> pl.DataFrame:
    """EVENTS of viewer "u" and film "heat", a day apart, unless a row says otherwise."""
    full = [
        dict.fromkeys(EVENTS)
        | {"event_id": f"e{k}", "user_id": "u", "item_id": "heat", "timestamp": T + k * DAY}
        | row
        for k, row in enumerate(rows)
    ]
    return pl.DataFrame(full, schema=EVENTS)


def strength(*rows: dict[str, Any]) -> float | None:
    """The strength of ("u", "heat") ten days later, with runtimes."""
    found = interactions(table(*rows), SCALE, runtimes=RUNTIMES, as_of=NOW)
    found = found.filter(pl.col("item_id") == "heat")
    return found["strength"].item() if found.height else None


def did(kind: str, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, **fields}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([did("rate", value=5)], 1.0),
        ([did("rate", value=3)], 0.0),
        ([did("rate", value=1)], -1.0),
        ([did("rate")], 0.0),
        ([did("like")], 1.0),
        ([did("dislike")], -1.0),
        ([did("not_interested")], -1.0),
        ([did("seen_elsewhere")], 0.0),
        ([did("like"), did("rate", value=1)], -1.0),  # the later saying stands
        ([did("rate", value=1), did("complete")], -1.0),  # a saying beats a doing
        ([did("play")], 0.0),
        ([did("complete")], 1.0),
        ([did("stop", position_s=0)], -0.4),
        ([did("stop", position_s=25 * 60)], -0.2),
        ([did("stop", position_s=50 * 60)], 0.0),
        ([did("stop", position_s=70 * 60)], 0.5),
        ([did("stop", position_s=95 * 60)], 1.0),
        ([did("stop", position_s=95 * 60), did("stop", position_s=600)], 1.0),  # the most counts
        ([did("stop")], 0.0),  # nobody knows how much
        ([did("skip", position_s=25 * 60)], -0.5),
        ([did("play"), did("pause", position_s=25 * 60)], -0.02),  # it has not been left
        ([did("stop", position_s=25 * 60), did("play")], 0.0),
        ([did("pause")] * 9, -0.1),
        ([did("add_to_list")], 0.3),
        ([did("add_to_list"), did("remove_from_list")], 0.0),
        ([did("search")], 0.2),
        ([did("open", value=0)], 0.05),
        ([did("open", value=30)], 0.1),
        ([did("open", value=900)], 0.15),
        ([did("open"), did("open", item_id="big", timestamp=T + 6)], 0.06),
        ([did("impression")], -0.02),
        ([did("impression", page_id="p"), did("impression", page_id="p")], -0.02),
        ([did("impression")] * 2, -0.04),
        ([did("impression"), did("like", timestamp=T + HOUR)], 1.0),
        ([did("impression"), did("open", timestamp=T + HOUR, value=0)], 0.05),
        ([did("impression"), did("open", timestamp=T + HOUR + 1, value=0)], 0.03),
        ([did("impression", timestamp=NOW - HOUR + 1)], None),  # something may follow still
        ([did("skip"), did("complete")], 1.0),
        ([did("skip"), did("complete"), did("complete")], 1.0),  # cut at 1
    ],
)
def test_each_signal_by_itself(rows: list[dict[str, Any]], expected: float | None) -> None:
    found = strength(*rows)
    assert found == (expected if expected is None else pytest.approx(expected, abs=1e-6))


def test_a_rewatch_adds_to_what_a_pause_takes() -> None:
    weights = Signals(pause=-0.2)
    rows = table(*[did("pause")] * 3, did("complete"), did("complete"))
    found = interactions(rows, SCALE, weights, as_of=NOW)
    assert found["strength"].item() == pytest.approx(1 - 0.6 + 0.2)


def test_only_what_was_watched_or_spoken_of_is_left_out() -> None:
    for kind in KINDS:
        found = interactions(table(did(kind, value=4)), SCALE, as_of=NOW)
        browsing = ("impression", "open", "search", "add_to_list", "remove_from_list")
        assert found["leave_out"].to_list() == ([] if kind == "retract" else [kind not in browsing])
        assert dict(found.schema) == INTERACTIONS


def test_nothing_later_than_its_moment_is_known() -> None:
    rows = table(did("like"), did("dislike"), did("retract", retracts="e0"))
    assert interactions(rows, SCALE, as_of=T)["strength"].to_list() == [1]
    assert interactions(rows, SCALE, as_of=T + DAY)["strength"].to_list() == [-1]
    assert interactions(rows, SCALE, as_of=T - 1).is_empty()


def test_nobody_takes_back_what_another_did() -> None:
    rows = table(did("like"), did("retract", retracts="e0", user_id="v", item_id=None))
    assert interactions(rows, SCALE)["strength"].to_list() == [1]


def test_statements_are_what_stood_when_it_was_said() -> None:
    rows = table(did("play"), did("complete"), did("rate", value=2), did("open"), did("like"))
    found = statements(rows, SCALE)
    assert found["strength"].to_list() == [1, -1, 1]
    assert found["rating"].to_list() == [None, 2, None]
    assert found["timestamp"].to_list() == [T + DAY, T + 2 * DAY, T + 4 * DAY]


def test_a_log_of_events_holds_their_statements_in_time() -> None:
    rows = table(did("dislike", item_id="big"), did("complete", user_id="v"), did("open"))
    log = Log.of_events("log", rows, SCALE, empty(MOVIES))
    assert log.strength.tolist() == [-1, 1]
    with pytest.raises(InputError, match=r"log: expected events that say something.*got 'play'"):
        Log.of_events("log", table(did("play")), SCALE, empty(MOVIES))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pause": float("nan")}, "signals: expected pause as a number, got nan"),
        ({"like": 2.0}, r"signals: expected like from -1 to 1, got 2\.0"),
        ({"neutral": 0.95}, r"expected 0 < neutral < whole <= 1, got 0\.95 and 0\.9"),
        ({"patience_s": -1}, "expected patience_s from 0, got -1"),
    ],
)
def test_weights_that_cannot_be_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Signals(**change)


happenings = st.lists(
    st.fixed_dictionaries(
        {
            "user_id": st.sampled_from(["u", "v"]),
            "item_id": st.sampled_from(["heat", "big", "unknown"]),
            "kind": st.sampled_from([kind for kind in KINDS if kind != "retract"]),
            "value": st.sampled_from([None, 0.5, 3.0, 5.0]),
            "position_s": st.sampled_from([None, 0.0, 600.0, 3000.0, 9e6]),
            "timestamp": st.integers(0, 20).map(lambda step: T + step * 1000),
            "page_id": st.sampled_from([None, "p", "q"]),
        }
    ),
    min_size=1,
    max_size=12,
)


def everything(events: pl.DataFrame) -> list[tuple[Any, ...]]:
    return interactions(events, SCALE, runtimes=RUNTIMES, as_of=NOW).rows()


@settings(max_examples=60, deadline=None)
@given(happenings, st.randoms(use_true_random=False))
def test_the_order_in_which_events_come_changes_nothing(rows: list[Any], random: Any) -> None:
    events = table(*rows)
    places = list(range(events.height))
    random.shuffle(places)
    assert everything(events[places]) == everything(events)
    said, mixed = statements(events, SCALE), statements(events[places], SCALE)
    order = ["timestamp", "user_id", "item_id", "strength", "rating"]
    assert said.sort(order).equals(mixed.sort(order))


@settings(max_examples=40, deadline=None)
@given(happenings, st.data())
def test_a_repeat_changes_nothing(rows: list[Any], data: st.DataObject) -> None:
    events = table(*rows)
    again = events.filter(
        pl.Series(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))))
    )
    later = again.with_columns(received_at=pl.lit(NOW, pl.Int64))
    assert everything(pl.concat([events, later])) == everything(events)


@settings(max_examples=60, deadline=None)
@given(happenings, st.data())
def test_a_retraction_undoes(rows: list[Any], data: st.DataObject) -> None:
    events = table(*rows)
    taken = data.draw(st.integers(0, len(rows) - 1))
    retract = table(
        did(
            "retract",
            event_id="r",
            retracts=f"e{taken}",
            user_id=rows[taken]["user_id"],
            item_id=None,
            timestamp=data.draw(st.integers(T, NOW)),
        )
    )
    without = events.filter(pl.col("event_id") != f"e{taken}")
    assert everything(pl.concat([retract, events])) == everything(without)


@settings(max_examples=60, deadline=None)
@given(happenings)
def test_strengths_stay_within_their_bounds(rows: list[Any]) -> None:
    found = interactions(table(*rows), SCALE, runtimes=RUNTIMES, as_of=NOW)
    assert found["strength"].is_between(-1, 1).all()
    assert not found.select("user_id", "item_id").is_duplicated().any()
