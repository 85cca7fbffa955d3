"""A page as frozen values: rows of cards, each with true reasons."""

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from matinee.explanation import Reason

TASKS: Final = frozenset({"continue_watching", "watch_again", "my_list"})  # of films known already


@dataclass(frozen=True, slots=True)
class Statement:
    """What is true of a film and put it into its row; no part of its score."""

    text: str
    kind: str = "statement"
    item_id: str | None = None
    contribution: float | None = None


Evidence: TypeAlias = Statement | Reason  # the contributions of a card's reasons are its score


@dataclass(frozen=True, slots=True)
class Card:
    """One film on the page."""

    item_id: str
    title: str
    year: int | None
    score: float | None  # the model's for this viewer; None: a film that the model does not know
    reasons: tuple[Evidence, ...]
    propensity: float = 1.0  # how probable it was, given the places drawn before it

    def to_json_dict(self) -> dict[str, Any]:
        """The card as `matinee page --json` prints it; the propensity is for the log."""
        return {
            "item_id": self.item_id,
            "title": self.title,
            "year": self.year,
            "score": self.score,
            "reasons": [
                {
                    "kind": reason.kind,
                    "text": reason.text,
                    "item_id": reason.item_id,
                    "contribution": reason.contribution,
                }
                for reason in self.reasons
            ],
        }


@dataclass(frozen=True, slots=True)
class PageRow:
    """Films that belong together, best first."""

    kind: str
    title: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What one viewer sees, from above to below."""

    rows: tuple[PageRow, ...]
    personal: bool  # False: nothing that the viewer liked is known, the page is anybody's
    notes: tuple[str, ...] = ()

    def to_json_dict(self) -> dict[str, Any]:
        """Rows as `matinee page --json` prints them."""
        return {
            "rows": [
                {
                    "kind": row.kind,
                    "title": row.title,
                    "cards": [card.to_json_dict() for card in row.cards],
                }
                for row in self.rows
            ]
        }
