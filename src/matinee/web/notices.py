"""What a page says of the form that led to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from matinee.service.asking import STORE_DOWN
from matinee.service.served import NO_MODEL, NO_VERSION
from matinee.service.starting import STARTING

_TEXTS: Final[Mapping[str, str]] = {
    "rate": "Your rating is kept. It counts from now on.",
    "like": "Noted: you like it.",
    "dislike": "Noted: you do not like it. There will be less like it.",
    "not_interested": "Gone. It will not be shown again, and there will be less like it.",
    "seen_elsewhere": "Noted: you have seen it. It will not be recommended.",
    "add_to_list": "It is on your list.",
    "remove_from_list": "It is off your list.",
    "retract": "Taken back.",
    "complete": "Noted: you watched it to the end.",
    "stop": "Noted: you can go on from there.",
    "taken_out": "It is out of your taste now, and plays no part in what you are shown.",
    "put_back": "It counts again.",
    "allowed": "Switched on. It holds from now on.",
    "forbidden": "Switched off. It holds from now on.",
    "live": "It serves within seconds.",
    "policy": "The policy is kept.",
    "viewer": "You look at the pages as another viewer now.",
    "picked": "Thank you. This page is made of what you picked.",
}
_LACKING: Final[Mapping[str, str]] = {
    NO_MODEL: "There are no recommendations yet, so these are the films that most people like.",
    NO_VERSION: "The newest recommendations could not be read, so this page is made of older ones.",
    STARTING: "The service has just started, and some rows are still being made: "
    "load this page again in a minute.",
    STORE_DOWN: "This page is from memory, since the database does not answer just now: "
    "what you did last may not be in it. It will be when you load the page again.",
}
_FOR_GOOD = (
    "retract",
    "viewer",
    "picked",
    "taken_out",
    "put_back",
    "allowed",
    "forbidden",
    "live",
    "policy",
)


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence, and the event that can be taken back."""

    text: str
    event_id: str | None


def lacking(reason: str) -> str:
    """What a page says that was made with less than everything, in a viewer's words."""
    return _LACKING.get(reason, f"This page is made with less than everything: {reason}.")


def notice_of(query: Mapping[str, str]) -> Notice | None:
    """The notice that `said` and `event` of a page's address ask for."""
    said, event = query.get("said", ""), query.get("event", "")
    if said not in _TEXTS:
        return None
    return Notice(_TEXTS[said], event if said not in _FOR_GOOD and _is_uuid(event) else None)


def text_of(said: str) -> str:
    """The sentence alone."""
    return _TEXTS[said]


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
