"""Films as pages show them in rows and grids."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from matinee.page import Page, PageRow
from matinee.page.values import Card
from matinee.web.shelf import Face, FilmFacts, Shelf, origin_of
from matinee.web.words import why

_WATCHED = re.compile(r"(\d+) % watched")


@dataclass(frozen=True, slots=True)
class CardView:
    """One film, its line, and where it stands on the page."""

    film: FilmFacts
    why: str
    poster: str
    href: str
    row: int
    slot: int
    face: Face
    watched: int | None = None  # per cent, of films that were begun


@dataclass(frozen=True, slots=True)
class RowView:
    """A row with what its buttons call it."""

    kind: str
    title: str
    cards: Sequence[CardView]


@dataclass(frozen=True, slots=True)
class Showing:
    """What it takes to show cards: the films, the page's id, posters that may be shown."""

    shelf: Shelf
    page_id: str
    poster_origins: tuple[str, ...]

    def rows(self, page: Page) -> list[RowView]:
        """All rows of a page."""
        return [self._row(number, row) for number, row in enumerate(page.rows)]

    def card(
        self, film: FilmFacts, line: str, row: int = 0, slot: int = 0, watched: int | None = None
    ) -> CardView:
        """A film with any line."""
        query = f"?page={self.page_id}&row={row}&slot={slot}" if self.page_id else ""
        poster = self.poster(film)
        face = self.shelf.face(film, poster)
        return CardView(film, line, poster, film.href + query, row, slot, face, watched)

    def poster(self, film: FilmFacts) -> str:
        """The catalogue's poster if pages may show it, else the one that is drawn here."""
        url = film.poster_url
        return url if url and origin_of(url) in self.poster_origins else film.art

    def _row(self, number: int, row: PageRow) -> RowView:
        seed = self._seed(row)
        cards = [
            self._card(card, row.kind, seed, number, slot) for slot, card in enumerate(row.cards)
        ]
        return RowView(row.kind, row.title, [card for card in cards if card is not None])

    def _card(
        self, card: Card, kind: str, seed: str | None, row: int, slot: int
    ) -> CardView | None:
        film = self.shelf.film(card.item_id)
        if film is None:
            return None
        line = why(card, kind, self.shelf, seed)
        found = _WATCHED.match(line) if kind == "continue_watching" else None
        return self.card(film, line, row, slot, None if found is None else int(found[1]))

    def _seed(self, row: PageRow) -> str | None:
        """The film that all cards of a row name first."""
        if row.kind != "because_you_watched" or not row.cards[0].reasons:
            return None
        return row.cards[0].reasons[0].item_id
