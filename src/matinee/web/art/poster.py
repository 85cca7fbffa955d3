"""A poster: the scene of a genre, the lettering of a decade; always the same for a film."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from random import Random
from typing import Final

from matinee.web.art import bright_scenes as bright
from matinee.web.art import dark_scenes as dark
from matinee.web.art import far_scenes as far
from matinee.web.art.inks import Inks, inks_of, telling_genres
from matinee.web.art.lettering import height_of, letters, manner_of, set_title
from matinee.web.art.sheet import Sheet, line

_Scene = Callable[[Sheet], list[str]]
_SCENES: Final[Mapping[str, Sequence[_Scene]]] = {
    "Drama": (bright.tiles, bright.window, dark.stairs, dark.eclipse),
    "Comedy": (bright.smiles, bright.bounce),
    "Romance": (bright.two, bright.heart),
    "Thriller": (dark.spiral, dark.blinds),
    "Action": (far.burst, far.stripes, far.arrow),
    "Adventure": (bright.mountains, bright.waves),
    "Crime": (dark.cut_paper, dark.city),
    "Mystery": (dark.keyhole, dark.eclipse, dark.eye),
    "History": (far.arches, far.banner),
    "War": (dark.searchlights, dark.ranks),
    "Family": (bright.arcs, bright.balloons),
    "Fantasy": (far.moon, far.spires),
    "Animation": (bright.confetti, bright.balloons),
    "Science Fiction": (far.orbits, far.horizon, far.monolith),
    "Music": (bright.vinyl, bright.sound),
    "Horror": (dark.claws, dark.jaws, dark.eye),
    "Western": (far.mesas, far.rider),
    "Documentary": (far.dots, far.frame),
}
_PLAIN = (bright.tiles, bright.window)
_NEXT = 0.45
_WIDTH, _HEIGHT, _MARGIN = 400, 600, 30
_SMALL = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif"


@dataclass(frozen=True, slots=True)
class Sleeve:
    """What a poster tells of a film."""

    item_id: str
    title: str
    year: int | None = None
    genres: tuple[str, ...] = ()
    by: str = ""  # who directed it


def poster(sleeve: Sleeve) -> str:
    """An SVG of 400 x 600: picture, title, and a line with who made it and when."""
    random, inks, scene = _chosen(sleeve)
    manner = manner_of(sleeve.year)
    block = _WIDTH - 2 * _MARGIN
    lines = set_title(sleeve.title, manner, block, 210)
    tall = height_of(lines, manner)
    above = random.random() < 0.4
    room = tall + 94
    picture = Sheet(_WIDTH, _HEIGHT - room, inks, random)
    top = room if above else 0
    y = 34 if above else _HEIGHT - tall - 56
    line_y = 34 + tall + 34 if above else _HEIGHT - 24
    return _document(
        _WIDTH,
        _HEIGHT,
        [
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="{inks.ground}"/>',
            f'<svg y="{top:.0f}" width="{_WIDTH}" height="{_HEIGHT - room:.0f}">',
            *scene(picture),
            "</svg>",
            letters(lines, manner, _MARGIN, y, block, inks.letters),
            _credit(sleeve, inks, line_y, manner.centred),
        ],
    )


def wide(sleeve: Sleeve) -> str:
    """An SVG of 960 x 600 without words or ground: the same picture, to lie on `ground`."""
    random, inks, scene = _chosen(sleeve)
    return _document(960, 600, scene(Sheet(960, 600, inks, random)))


def ground(sleeve: Sleeve) -> str:
    """The name of the ink that the poster's picture lies on."""
    return _chosen(sleeve)[1].name


def _chosen(sleeve: Sleeve) -> tuple[Random, Inks, _Scene]:
    random = Random(sleeve.item_id)  # by the text alone: the same on every machine
    genres = telling_genres(sleeve.genres)
    inks = inks_of(genres[0] if genres else "", random)
    # Most often the scene is of the same genre; now and then of the next, for variety.
    genre = genres[1 if len(genres) > 1 and random.random() < _NEXT else 0] if genres else ""
    return random, inks, random.choice(_SCENES.get(genre, _PLAIN))


def _credit(sleeve: Sleeve, inks: Inks, y: float, centred: bool) -> str:
    year = "" if sleeve.year is None else str(sleeve.year)
    by = sleeve.by if len(sleeve.by) <= 30 else f"{sleeve.by[:29]}…"
    style = f'font-family="{_SMALL}" font-size="13" letter-spacing="1.3" fill="{inks.letters}"'
    if centred:
        text = escape(" · ".join(part for part in (by, year) if part).upper())
        return f'<text x="{_WIDTH / 2:.0f}" y="{y:.0f}" text-anchor="middle" {style}>{text}</text>'
    right = _WIDTH - _MARGIN
    rule = line(f"M{_MARGIN} {y - 19:.1f}H{right}", inks.letters, 1.5)
    return (
        f'{rule}<text x="{_MARGIN}" y="{y:.0f}" {style}>{escape(by.upper())}</text>'
        f'<text x="{right}" y="{y:.0f}" text-anchor="end" {style}>{year}</text>'
    )


def _document(width: int, height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">{"".join(parts)}</svg>'
    )
