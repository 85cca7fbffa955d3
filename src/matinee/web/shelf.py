"""What pages say of films: facts of the catalogue as plain values, prepared once a catalogue."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

from markupsafe import Markup

from matinee.service.served import Served
from matinee.web.art import Sleeve, ground

_DRAWN_ANEW = "3"  # with another way of drawing, so that browsers ask again


@dataclass(frozen=True, slots=True)
class FilmFacts:
    """One film as pages show it."""

    number: int
    item_id: str
    title: str
    year: int | None
    genres: tuple[str, ...]
    directors: tuple[str, ...]
    runtime: float | None  # minutes
    poster_url: str | None
    href: str
    art: str  # the address of the poster that is drawn here
    art_wide: str

    @property
    def sleeve(self) -> Sleeve:
        """What its poster is drawn from."""
        by = self.directors[0] if self.directors else ""
        return Sleeve(self.item_id, self.title, self.year, self.genres, by)

    @property
    def ground(self) -> str:
        """The name of the ink that its poster lies on."""
        return ground(self.sleeve)

    @property
    def line(self) -> str:
        """Year, length and genres in one line."""
        year = "" if self.year is None else str(self.year)
        return " · ".join(part for part in (year, self.kind) if part)

    @property
    def kind(self) -> str:
        """Length and genres in one line."""
        parts = (duration(self.runtime), ", ".join(self.genres[:3]))
        return " · ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Face:
    """What is the same of a film's card on every page, as markup."""

    told: Markup  # attributes
    picture: Markup
    later: Markup  # the picture, loaded when it comes near
    name: Markup


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """All films of what is served, by number."""

    films: Sequence[FilmFacts]
    served: Served
    _faces: dict[tuple[int, str], Face] = field(default_factory=dict)

    def face(self, film: FilmFacts, poster: str) -> Face:
        """A film's card with this poster; made once, since a page has a hundred of them."""
        found = self._faces.get((film.number, poster))
        if found is None:
            found = self._faces[film.number, poster] = _face(film, poster)
        return found

    def film(self, item_id: str) -> FilmFacts | None:
        """The film of this id, if it is served."""
        number = self.served.number(item_id)
        return None if number < 0 else self.films[number]

    def row(self, film: FilmFacts) -> dict[str, Any]:
        """Everything that the catalogue knows of a film."""
        return self.served.data.movies.row(film.number, named=True)


@lru_cache(maxsize=2)
def shelf_of(served: Served) -> Shelf:
    """The shelf of what is served now."""
    columns = ("item_id", "title", "year", "genres", "directors", "runtime", "poster_url")
    rows = served.data.movies.select(columns).iter_rows(named=True)
    return Shelf([_film(number, row) for number, row in enumerate(rows)], served)


def film_href(item_id: str) -> str:
    """The address of a film's page."""
    return f"/films/{quote(item_id, safe='')}"


def duration(minutes: float | None) -> str:
    """A length in hours and minutes.

    >>> duration(170.0), duration(45.0), duration(None)
    ('2 h 50 min', '45 min', '')
    """
    if minutes is None:
        return ""
    hours, rest = divmod(round(minutes), 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def origin_of(url: str) -> str:
    """The scheme and the host of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _face(film: FilmFacts, poster: str) -> Face:
    told = Markup('data-film="{}" data-href="{}"').format(film.item_id, film.href)
    image = '<img src="{}" alt="" width="400" height="600"{} decoding="async">'
    year = "" if film.year is None else Markup(' <span class="year">{}</span>').format(film.year)
    return Face(
        told,
        Markup(image).format(poster, ""),
        Markup(image).format(poster, Markup(' loading="lazy"')),
        Markup('<span class="name">{}{}</span>').format(film.title, year),
    )


def _film(number: int, row: dict[str, Any]) -> FilmFacts:
    item_id, title = row["item_id"], row["title"] or row["item_id"]
    genres, directors = tuple(row["genres"] or ()), tuple(row["directors"] or ())
    told = repr((_DRAWN_ANEW, title, row["year"], genres, directors[:1])).encode()
    query = f"film={quote(item_id, safe='')}&v={hashlib.blake2b(told, digest_size=5).hexdigest()}"
    return FilmFacts(
        number,
        item_id,
        title,
        row["year"],
        genres,
        directors,
        row["runtime"],
        row["poster_url"],
        film_href(item_id),
        f"/art/poster.svg?{query}",
        f"/art/wide.svg?{query}",
    )
