"""Whether an event can be kept, and if not, why: a code for programs, a sentence for people."""

import math
import uuid
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from matinee.schema import EVENTS, KINDS, RatingScale

EARLIEST = 631_152_000  # 1990: before it, a clock is wrong
AHEAD_S = 300  # how far a sender's clock may be ahead
LONGEST_ID = 128
_LONGEST_POSITION = 10_000_000.0
_PLACES = 10_000
_NEEDS_NO_FILM = ("search", "retract")
_NAMES = EVENTS.keys() - {"received_at"}


class Refusal(NamedTuple):
    """Why an event is not kept."""

    code: str
    reason: str  # "field: expected X, got Y"


class Refused(Exception):
    """Carries a Refusal out of a check."""

    def __init__(self, code: str, field: str, expected: str, got: object) -> None:
        shown = repr(got)
        shown = shown if len(shown) <= 80 else f"{shown[:77]}..."
        super().__init__(code)
        self.refusal = Refusal(code, f"{field}: expected {expected}, got {shown}")


def checked(event: Mapping[str, Any], now: int, scale: RatingScale) -> dict[str, Any]:
    """An event with the columns of EVENTS, in their order, UUIDs as 32 digits; or Refused."""
    if not isinstance(event, Mapping):
        raise Refused("no_object", "event", "an object of fields", event)
    if unknown := event.keys() - _NAMES:
        raise Refused("unknown_field", "event", f"fields {sorted(_NAMES)}", sorted(unknown))
    kind = event.get("kind")
    if kind not in KINDS:
        raise Refused("unknown_kind", "kind", f"one of {', '.join(KINDS)}", kind)
    row = {
        "event_id": _uuid(event, "event_id"),
        "user_id": _id(event, "user_id"),
        "item_id": _optional(_id, event, "item_id"),
        "kind": kind,
        "value": _optional(_number, event, "value"),
        "position_s": _optional(_position, event, "position_s"),
        "timestamp": _moment(event, now),
        "received_at": now,
        "session_id": _optional(_id, event, "session_id"),
        "page_id": _optional(_id, event, "page_id"),
        "row": _optional(_place, event, "row"),
        "slot": _optional(_place, event, "slot"),
        "retracts": _optional(_uuid, event, "retracts"),
    }
    if row["item_id"] is None and kind not in _NEEDS_NO_FILM:
        raise Refused("missing_film", "item_id", f"a film, as {kind} is about one", None)
    if (kind == "retract") != (row["retracts"] is not None):
        expected = "the event_id that a retract takes back" if kind == "retract" else "none"
        raise Refused("retracts", "retracts", expected, event.get("retracts"))
    value = row["value"]
    if kind == "rate" and (value is None or not scale.minimum <= value <= scale.maximum):
        expected = f"a rating from {scale.minimum:g} to {scale.maximum:g}"
        raise Refused("rating", "value", expected, value)
    return row


def _optional(check: Callable[..., Any], event: Mapping[str, Any], field: str) -> Any:
    return None if event.get(field) is None else check(event, field)


def _uuid(event: Mapping[str, Any], field: str) -> str:
    text = event.get(field)
    if isinstance(text, str) and len(text) <= 45:
        try:
            return uuid.UUID(text).hex
        except ValueError:
            pass
    raise Refused("malformed_uuid", field, "a UUID", text)


def _id(event: Mapping[str, Any], field: str) -> str:
    text = event.get(field)
    if not isinstance(text, str) or not text:
        raise Refused("malformed_id", field, "a text", text)
    if len(text) > LONGEST_ID:
        raise Refused("too_long", field, f"at most {LONGEST_ID} characters", text)
    if not text.isprintable():  # also what no database takes: a zero, half a surrogate pair
        raise Refused("malformed_id", field, "printable characters", text)
    return text


def _number(event: Mapping[str, Any], field: str) -> float:
    number = event.get(field)
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise Refused("malformed_number", field, "a number", number)
    if abs(number) > 2**53 or math.isnan(number):
        raise Refused("malformed_number", field, "a finite number", number)
    return float(number)


def _position(event: Mapping[str, Any], field: str) -> float:
    position = _number(event, field)
    if not 0 <= position <= _LONGEST_POSITION:
        raise Refused("malformed_number", field, "seconds from 0", position)
    return position


def _place(event: Mapping[str, Any], field: str) -> int:
    place = _number(event, field)
    if not (0 <= place < _PLACES and place == int(place)):
        raise Refused("malformed_number", field, f"a whole number from 0 to {_PLACES - 1}", place)
    return int(place)


def _moment(event: Mapping[str, Any], now: int) -> int:
    moment = _number(event, "timestamp")
    if moment > now + AHEAD_S:
        hint = "; is it in milliseconds?" if EARLIEST < moment / 1000 <= now + AHEAD_S else ""
        expected = f"UTC seconds, at most {AHEAD_S} from now{hint}"
        raise Refused("future", "timestamp", expected, moment)
    if moment < EARLIEST:
        raise Refused("past", "timestamp", "UTC seconds since 1990", moment)
    return int(moment)
