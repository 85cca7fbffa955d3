"""Reasons as a person says them, in a short line, and no less true."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from matinee.page import Card
from matinee.page.values import Evidence
from matinee.schema import RatingScale
from matinee.web.shelf import Shelf

_RATED = re.compile(r"rated ([\d.]+):")
_CROWD = re.compile(r"\b([\d,]+) (viewers?)\b")
_STARS = 5  # a scale that ends here is one of stars
_TERMS: Final[Mapping[str, str]] = {
    "part popularity": "how many like it",
    **dict.fromkeys(("trend", "part trending"), "how many liked it lately"),
    **dict.fromkeys(("weighted rating", "part weighted_rating"), "how well everybody rates it"),
    **dict.fromkeys(("mean rating", "film level"), "how everybody rates it"),
    "viewers at large": "what those who never rate do with it",
    "viewer level": "how you rate on the whole",
    **dict.fromkeys(
        ("remainder", "part autoencoder"), "what is liked now, and how your films go together"
    ),
}
_OF_FILMS = ("history", "content")
# Rows whose own statement says more of a card than any film of the history would.
_STATED = ("continue_watching", "my_list", "watch_again", "trending", "new", "hidden_gems")


def why(card: Card, kind: str, shelf: Shelf, seed: str | None = None) -> str:
    """The line below a card of a row of this kind; `seed` is the film that the row names."""
    statements = [reason.text for reason in card.reasons if reason.kind == "statement"]
    if kind in _STATED and statements:
        return capitalised(statements[0])
    films = [one for one in card.reasons if _speaks_for(one) and one.item_id != seed]
    if films:
        return because(films[0], shelf)
    if seed is not None and (own := [r for r in card.reasons if r.item_id == seed]):
        return because(own[0], shelf)
    if statements:
        return capitalised(statements[0])
    others = [reason for reason in card.reasons if (reason.contribution or 0) > 0]
    return capitalised(others[0].text) if others else ""


def because(reason: Evidence, shelf: Shelf) -> str:
    """A film of the history as a reason: "Because you liked Heat"."""
    return f"Because you {did(reason, shelf)}"


def did(reason: Evidence, shelf: Shelf) -> str:
    """What the viewer did with the film of a reason: "gave Heat 4 stars", "watched Heat"."""
    title = title_of(reason, shelf)
    if found := _RATED.match(reason.text):
        return f"gave {title} {grade(float(found[1]), shelf.served.data.scale)}"
    if reason.text.startswith(("disliked", "liked")):
        return f"{reason.text.partition(' ')[0]} {title}"
    return f"watched {title}"


def grade(rating: float, scale: RatingScale) -> str:
    """A rating as people say it.

    >>> grade(4.5, RatingScale(0.5, 5, 0.5)), grade(1, RatingScale(1, 5, 1))
    ('4.5 stars', '1 star')
    >>> grade(8, RatingScale(1, 10, 1))
    '8 of 10'
    """
    if scale.maximum != _STARS:
        return f"{rating:g} of {scale.maximum:g}"
    return f"{rating:g} star{'' if rating == 1 else 's'}"


def said_of_model(kind: str, text: str) -> str:
    """A part of a score that is no film: "12 other films you know", "liked by 553 viewers"."""
    if kind == "remaining history":
        return f"{text.removesuffix(' of the history')} you know"
    return _TERMS.get(kind, text)


def of_crowd(text: str, simulated: bool) -> str:
    """Where viewers are simulated, a text about many of them says so.

    >>> of_crowd("Liked by 553 viewers", True), of_crowd("Liked by 553 viewers", False)
    ('Liked by 553 simulated viewers', 'Liked by 553 viewers')
    """
    return _CROWD.sub(r"\1 simulated \2", text) if simulated else text


def title_of(reason: Evidence, shelf: Shelf) -> str:
    """The title of a reason's film, without its year."""
    film = None if reason.item_id is None else shelf.film(reason.item_id)
    return reason.text if film is None else film.title


def listed(words: Sequence[str]) -> str:
    """Words as an enumeration.

    >>> listed(["Heat", "Ronin", "Alien"]), listed(["Heat"])
    ('Heat, Ronin and Alien', 'Heat')
    """
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def capitalised(text: str) -> str:
    """With a capital at its beginning."""
    return text[:1].upper() + text[1:]


def _speaks_for(reason: Evidence) -> bool:
    return (
        reason.kind in _OF_FILMS and reason.item_id is not None and (reason.contribution or 0) > 0
    )
