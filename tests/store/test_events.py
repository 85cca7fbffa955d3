"""Events: once each, for ever, and refused with a reason."""

import re
import uuid
from typing import Any

import pytest
from sqlalchemy import insert

from matinee.schema import EVENTS, KINDS, RatingScale
from matinee.store.checks import Refused, checked
from matinee.store.events import EventLog
from matinee.store.tables import tombstones

NOW = 1_750_000_000
SCALE = RatingScale(0.5, 5, 0.5)


def event(kind: str = "play", **fields: Any) -> dict[str, Any]:
    """A sound event of viewer "u", seven seconds ago."""
    sound = {"event_id": str(uuid.uuid4()), "user_id": "u", "kind": kind, "timestamp": NOW - 7}
    if kind == "rate":
        sound["value"] = 4
    if kind == "retract":
        sound["retracts"] = str(uuid.uuid4())
    else:
        sound["item_id"] = "heat"
    return sound | fields


def states(log: EventLog, *batch: dict[str, Any]) -> list[str]:
    return [answer.state for answer in log.append(batch, NOW)]


def test_every_kind_is_kept_as_it_was_sent(log: EventLog) -> None:
    batch = [event(kind, timestamp=NOW - 50 + k) for k, kind in enumerate(KINDS)]
    batch[3] |= {"position_s": 12.5, "session_id": "s", "page_id": "p", "row": 0, "slot": 7}
    assert set(states(log, *batch)) == {"accepted"}
    kept = log.of_viewer("u")
    assert dict(kept.schema) == EVENTS
    for row, sent in zip(kept.iter_rows(named=True), batch, strict=True):
        expected = dict.fromkeys(EVENTS) | sent | {"received_at": NOW}
        assert row == expected


def test_a_repeat_is_counted_and_changes_nothing(log: EventLog) -> None:
    first = event("rate", value=5)
    assert states(log, first, event(), first | {"value": 1}) == ["accepted", "accepted", "repeated"]
    kept = log.of_viewer("u")
    again = first | {"event_id": first["event_id"].upper(), "user_id": "somebody else"}
    assert states(log, again, event(user_id="v")) == ["repeated", "accepted"]
    assert log.of_viewer("u").equals(kept)
    assert log.of_viewer("somebody else").is_empty()


@pytest.mark.parametrize(
    ("change", "code", "reason"),
    [
        ({"kind": "applaud"}, "unknown_kind", r"kind: expected one of impression.*got 'applaud'"),
        ({"kind": ["play"]}, "unknown_kind", r"kind: expected one of"),
        ({"item_id": None}, "missing_film", r"item_id: expected a film, as play is about one"),
        ({"item_id": ""}, "malformed_id", r"item_id: expected a text, got ''"),
        ({"item_id": 7}, "malformed_id", r"item_id: expected a text, got 7"),
        ({"event_id": "7"}, "malformed_uuid", r"event_id: expected a UUID, got '7'"),
        ({"event_id": None}, "malformed_uuid", r"event_id: expected a UUID, got None"),
        ({"user_id": "u" * 129}, "too_long", r"user_id: expected at most 128 characters"),
        ({"user_id": "a\0b"}, "malformed_id", r"user_id: expected printable characters"),
        ({"session_id": "\ud800"}, "malformed_id", r"session_id: expected printable"),
        ({"timestamp": NOW + 301}, "future", r"timestamp: expected UTC seconds, at most 300"),
        ({"timestamp": NOW * 1000}, "future", r"is it in milliseconds\?"),
        ({"timestamp": 631_151_999}, "past", r"timestamp: expected UTC seconds since 1990"),
        ({"timestamp": "now"}, "malformed_number", r"timestamp: expected a number"),
        ({"timestamp": True}, "malformed_number", r"timestamp: expected a number"),
        ({"timestamp": 10**400}, "malformed_number", r"timestamp: expected a finite number"),
        ({"position_s": -1}, "malformed_number", r"position_s: expected seconds from 0"),
        ({"position_s": float("nan")}, "malformed_number", r"position_s: expected a finite"),
        ({"row": 1.5}, "malformed_number", r"row: expected a whole number"),
        ({"kind": "rate"}, "rating", r"value: expected a rating from 0\.5 to 5, got None"),
        ({"kind": "rate", "value": 5.5}, "rating", r"value: expected a rating from 0\.5 to 5"),
        ({"kind": "retract"}, "retracts", r"retracts: expected the event_id"),
        ({"retracts": str(uuid.uuid4())}, "retracts", r"retracts: expected none"),
        ({"colour": "red"}, "unknown_field", r"event: expected fields .*got \['colour'\]"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_its_field(
    change: dict[str, Any], code: str, reason: str
) -> None:
    with pytest.raises(Refused) as refused:
        checked(event() | change, NOW, SCALE)
    assert refused.value.refusal.code == code
    assert re.search(reason, refused.value.refusal.reason), refused.value.refusal.reason


def test_a_refused_event_leaves_its_neighbours(log: EventLog) -> None:
    answers = log.append([event(), event("applaud"), event()], NOW)
    assert [answer.state for answer in answers] == ["accepted", "refused", "accepted"]
    assert answers[1].refusal is not None
    assert answers[1].refusal.code == "unknown_kind"
    assert log.of_viewer("u").height == 2


def test_a_clock_may_be_five_minutes_ahead_and_an_event_years_late(log: EventLog) -> None:
    assert states(log, event(timestamp=NOW + 300), event(timestamp=631_152_000)) == ["accepted"] * 2
    assert log.of_viewer("u")["timestamp"].to_list() == [631_152_000, NOW + 300]


def test_events_of_an_erased_viewer_are_refused(log: EventLog) -> None:
    with log.database.writing() as connection:
        digest = log.key.tombstone("gone")
        connection.execute(insert(tombstones), {"digest": digest, "erased_at": NOW})
    answers = log.append([event(user_id="gone"), event()], NOW)
    assert [answer.state for answer in answers] == ["refused", "accepted"]
    assert answers[0].refusal is not None
    assert answers[0].refusal.code == "erased"
    assert states(log, event(user_id="gone")) == ["refused"]
    assert log.of_viewer("gone").is_empty()


def test_a_viewers_latest_events_are_found_by_an_index(log: EventLog) -> None:
    batch = [event(user_id=f"u{k % 3}", timestamp=NOW - 99 + k) for k in range(90)]
    log.append(batch, NOW)
    kept = log.of_viewer("u1", limit=5)
    assert kept["timestamp"].to_list() == [NOW - 99 + k for k in range(76, 90, 3)]
