"""How two pages of one viewer differ: films of one alone, films that moved, and what is on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matinee.page import Page
from matinee.service.served import Served


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure of both pages."""

    name: str
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What of each film is said on each page, and the facts."""

    a: Mapping[str, str]  # film -> "only in A", "row 2, place 3 in B"; others stand alike
    b: Mapping[str, str]
    only_a: int
    only_b: int
    moved: int
    alike: int
    facts: Sequence[Fact]


def difference(a: Page, b: Page, served: Served) -> Difference:
    """Of two pages that were made from the same data."""
    places_a, places_b = _places(a), _places(b)
    both = places_a.keys() & places_b.keys()
    moved = {film for film in both if places_a[film] != places_b[film]}
    said_a = {film: _place(places_b[film], "B") for film in moved}
    said_b = {film: _place(places_a[film], "A") for film in moved}
    said_a |= dict.fromkeys(places_a.keys() - both, "only in A")
    said_b |= dict.fromkeys(places_b.keys() - both, "only in B")
    facts = [
        Fact(name, one, other)
        for (name, one), (_, other) in zip(_facts(a, served), _facts(b, served), strict=True)
        if (one, other) != ("", "")
    ]
    return Difference(
        said_a,
        said_b,
        len(places_a) - len(both),
        len(places_b) - len(both),
        len(moved),
        len(both) - len(moved),
        facts,
    )


def _places(page: Page) -> dict[str, tuple[int, int]]:
    """Where each film stands first: row and place, from 1."""
    found: dict[str, tuple[int, int]] = {}
    for row, each in enumerate(page.rows, 1):
        for slot, card in enumerate(each.cards, 1):
            found.setdefault(card.item_id, (row, slot))
    return found


def _place(place: tuple[int, int], label: str) -> str:
    return f"row {place[0]}, place {place[1]} in {label}"


def _facts(page: Page, served: Served) -> list[tuple[str, str]]:
    """Figures of a page that need no viewer's answer; "" where one is not known."""
    data = served.data
    films = np.array([served.number(film) for film in _places(page)], np.int64)
    films = films[films >= 0]
    genres = {name for name, mask in served.masks["genre"].items() if mask[films].any()}
    years = served.years[films]
    known = years[~np.isnan(years)]
    takers = np.bincount(data.histories.numbers, minlength=len(data.items))[films]
    novelty = ""
    if len(films) and data.histories.rows:
        bits = -np.log2(np.maximum(takers, 1) / data.histories.rows)
        novelty = f"{bits.mean():.2f} bits"
    return [
        ("Rows", f"{len(page.rows)}"),
        ("Films", f"{len(films)}"),
        ("Share of the catalogue", f"{100 * len(films) / max(len(data.items), 1):.1f} %"),
        ("Genres", f"{len(genres)}"),
        ("Middle year", f"{np.median(known):.0f}" if len(known) else ""),
        ("Novelty: how few took a film, on average", novelty),
        ("Diversity: distance of two films, 0 to 1", _diversity(served.maker.vectors[films])),
    ]


def _diversity(vectors: np.ndarray) -> str:
    """The mean distance of two films of which anything is known."""
    own = vectors[np.linalg.norm(vectors, axis=1) > 0]
    if len(own) < 2:
        return ""
    cosines = (own @ own.T)[np.triu_indices(len(own), 1)]
    return f"{1 - cosines.mean():.3f}"
