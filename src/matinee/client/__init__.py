"""A client of the live service: pages and lists as values, events that count once."""

from matinee.client.calls import Matinee
from matinee.client.values import (
    Answered,
    Card,
    Event,
    Explanation,
    Film,
    Listed,
    Page,
    Reason,
    Row,
    Similar,
)
from matinee.errors import ServiceError

__all__ = [
    "Answered",
    "Card",
    "Event",
    "Explanation",
    "Film",
    "Listed",
    "Matinee",
    "Page",
    "Reason",
    "Row",
    "ServiceError",
    "Similar",
]
