"""What an editor asks for: films moved up or down, and films that stand at a fixed place."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from matinee.dataset import Vocabulary
from matinee.errors import InputError, UnknownId, few

Pairs = tuple[tuple[str, float], ...]


def checked_boosts(boosts: Mapping[str, float] | Pairs) -> Pairs:
    """(item id, boost) in the order given; InputError unless every boost is above 0."""
    pairs = _pairs(boosts, "boosts", "2.0")
    for id_, boost in pairs:
        if not 0 < boost < np.inf:
            raise InputError(f"boosts: expected a number above 0 for {id_!r}, got {boost!r}")
    return tuple((id_, float(boost)) for id_, boost in pairs)


def checked_pins(pins: Mapping[str, int] | Pairs, places: int) -> tuple[tuple[str, int], ...]:
    """(item id, place) in the order given; InputError unless places are whole and distinct."""
    pairs = _pairs(pins, "pins", "1")
    for id_, place in pairs:
        if place != int(place) or not 1 <= place <= places:
            raise InputError(f"pins: expected a place from 1 to {places} for {id_!r}, got {place}")
    used = [int(place) for _, place in pairs]
    if twice := sorted({place for place in used if used.count(place) > 1}):
        raise InputError(f"pins: expected one film a place, got several at {few(twice)}")
    return tuple((id_, int(place)) for id_, place in pairs)


def _pairs(given: Mapping[str, float] | Pairs, name: str, example: str) -> Pairs:
    if not isinstance(given, Mapping | tuple):
        raise InputError(f'{name}: expected film = number such as "m10" = {example}, got {given!r}')
    pairs = tuple(given.items()) if isinstance(given, Mapping) else given
    for pair in pairs:
        number = isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str)
        if not number or isinstance(pair[1], bool) or not isinstance(pair[1], int | float):
            raise InputError(
                f'{name}: expected film = number such as "m10" = {example}, got {pair}'
            )
    if len({id_ for id_, _ in pairs}) < len(pairs):
        raise InputError(f"{name}: expected each film once, got {few(id_ for id_, _ in pairs)}")
    return pairs


@dataclass(frozen=True, slots=True, eq=False)
class Wishes:
    """An editor's wishes in the numbers of a catalogue."""

    boosts: np.ndarray | None  # (items,) float64, 1: as ranked; None: no film is boosted
    pinned: np.ndarray  # (pins,) int32 item numbers
    places: np.ndarray  # (pins,) places from 0

    @classmethod
    def of(cls, items: Vocabulary, boosts: Pairs, pins: tuple[tuple[str, int], ...]) -> "Wishes":
        """UnknownId names the films that the catalogue does not have."""
        factors = None
        if boosts:
            factors = np.ones(len(items))
            factors[_known(items, [id_ for id_, _ in boosts], "boosts")] = [b for _, b in boosts]
        pinned = _known(items, [id_ for id_, _ in pins], "pins")
        return cls(factors, pinned, np.array([place - 1 for _, place in pins], np.int64))


def _known(items: Vocabulary, ids: list[str], name: str) -> np.ndarray:
    numbers = items.numbers(ids)
    if unknown := [id_ for id_, number in zip(ids, numbers, strict=True) if number < 0]:
        raise UnknownId(f"{name}: expected films of the catalogue, got {few(unknown)}")
    return numbers


def boosted(numbers: np.ndarray, boosts: np.ndarray) -> np.ndarray:
    """Columns in the order of rank / boost, (rows, m): a boost of 2 halves a film's rank.

    So the film at rank 40 stands where rank 20 was; 0.5 sends rank 10 to rank 20. Of equals the
    boosted film comes first, then the better ranked; -1 stays at the end. `boosts` (items,).
    """
    factor = np.where(numbers >= 0, boosts[numbers], 1.0)
    rank = np.arange(1, numbers.shape[1] + 1) / factor
    rank[numbers < 0] = np.inf
    return np.lexsort((-factor, rank), axis=1)
