"""What the service is told and what it answers, as frozen values."""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Event:
    """What a viewer did. Its `event_id` is made once: sent again, the event counts once."""

    kind: str
    item_id: str | None = None
    user_id: str | None = None  # or session_id, of somebody without an account
    session_id: str | None = None
    value: float | None = None  # a rating
    position_s: float | None = None
    page_id: str | None = None
    row: int | None = None
    slot: int | None = None
    retracts: str | None = None  # the event_id that a retract takes back
    timestamp: int = field(default_factory=lambda: int(time.time()))
    event_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def to_json_dict(self) -> dict[str, Any]:
        """As it is sent: what is None is left out."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in said.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of an event."""

    event_id: str | None
    state: Literal["accepted", "repeated", "refused"]
    code: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a film is there; contributions add up to the score."""

    kind: str
    text: str
    item_id: str | None
    contribution: float | None


@dataclass(frozen=True, slots=True)
class Card:
    """One film with its reasons."""

    item_id: str
    title: str
    year: int | None
    score: float | None
    reasons: tuple[Reason, ...]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Card":
        """Of JSON; fields that a later service adds are passed over."""
        reasons = tuple(_of(Reason, each) for each in document["reasons"])
        item_id, title = document["item_id"], document["title"]
        return cls(item_id, title, document["year"], document["score"], reasons)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a page."""

    kind: str
    title: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page; `page_id` goes back with the events that it leads to."""

    page_id: str
    policy: str
    degraded: tuple[str, ...]
    personal: bool
    notes: tuple[str, ...]
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Page":
        """Of JSON."""
        rows = tuple(
            Row(row["kind"], row["title"], tuple(Card.of(card) for card in row["cards"]))
            for row in document["rows"]
        )
        return cls(**_about(document), rows=rows)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list, best first; `page_id` goes back with the events that it leads to."""

    page_id: str
    policy: str
    degraded: tuple[str, ...]
    personal: bool
    notes: tuple[str, ...]
    items: tuple[Card, ...]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Listed":
        """Of JSON."""
        items = tuple(Card.of(card) for card in document["items"])
        return cls(**_about(document), items=items)


@dataclass(frozen=True, slots=True)
class Similar:
    """A film and how like another it is."""

    item_id: str
    title: str
    year: int | None
    likeness: float


@dataclass(frozen=True, slots=True)
class Film:
    """A film whose title is like what was searched for."""

    item_id: str
    title: str | None
    year: int | None
    score: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a film's score is made of for one viewer."""

    item_id: str
    title: str
    score: float | None
    left_out: bool
    policy: str
    degraded: tuple[str, ...]
    reasons: tuple[Reason, ...]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Explanation":
        """Of JSON."""
        return cls(
            document["item_id"],
            document["title"],
            document["score"],
            document["left_out"],
            document["policy"],
            tuple(document["degraded"]),
            tuple(_of(Reason, each) for each in document["reasons"]),
        )


def _about(document: Mapping[str, Any]) -> dict[str, Any]:
    """What a page and a list say of themselves."""
    said = {name: document[name] for name in ("page_id", "policy", "personal")}
    return said | {name: tuple(document[name]) for name in ("degraded", "notes")}


def _of(kind: Any, document: Mapping[str, Any]) -> Any:
    return kind(**{each.name: document[each.name] for each in fields(kind)})


def similar_of(document: Mapping[str, Any]) -> tuple[Similar, ...]:
    """The films of an answer."""
    return tuple(_of(Similar, each) for each in document["items"])


def films_of(document: Mapping[str, Any]) -> tuple[Film, ...]:
    """The films of an answer."""
    return tuple(_of(Film, each) for each in document["items"])


def answers_of(document: Mapping[str, Any]) -> list[Answered]:
    """What became of the events, in the order in which they were sent."""
    return [_of(Answered, each) for each in document["events"]]
