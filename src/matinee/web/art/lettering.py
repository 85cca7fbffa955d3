"""Titles set for a poster: a manner of lettering for each decade, lines that always fit."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

# Of a bold grotesque, thousandths of the size; other faces are wider or narrower as a whole.
_WIDTHS: Final = {
    **dict.fromkeys("ijl'|", 278),
    **dict.fromkeys(" .,I/!:;", 290),
    **dict.fromkeys("ft()-r", 350),
    **dict.fromkeys("acekszvxy", 556),
    **dict.fromkeys("bdghnopqu", 611),
    **dict.fromkeys("0123456789$?", 570),
    **dict.fromkeys("EPSVXY", 667),
    **dict.fromkeys("FJLTZ", 611),
    **dict.fromkeys("ABCDHKNRU&", 722),
    **dict.fromkeys("GOQw", 778),
    **dict.fromkeys("mM", 860),
    **dict.fromkeys("W", 944),
}
_GROTESQUE = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif"
_GEOMETRIC = "Futura, 'Century Gothic', 'Avenir Next', 'URW Gothic', 'Liberation Sans', sans-serif"
_NARROW = (
    "'Avenir Next Condensed', 'HelveticaNeue-CondensedBlack', 'Arial Narrow', "
    "'Liberation Sans Narrow', 'Roboto Condensed', sans-serif"
)
_SERIF = "Didot, 'Bodoni MT', 'Times New Roman', 'Liberation Serif', serif"
_SOFT = "'Cooper Black', 'Bookman Old Style', 'DejaVu Serif', Georgia, serif"
LONGEST = 84  # characters of a title that a poster has
_TYPED = "'Courier New', Courier, 'Liberation Mono', monospace"


@dataclass(frozen=True, slots=True)
class Manner:
    """How titles of a decade are set."""

    family: str
    weight: int
    width: float  # of the face, beside the widths above
    case: Callable[[str], str]
    tracking: float  # em between letters
    leading: float
    largest: int
    smallest: int = 22
    italic: bool = False
    centred: bool = False
    tilt: float = 0.0  # degrees by which lines lean, in turns
    filling: bool = False  # each line as wide as the block
    lines: int = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a title: its text, size and width."""

    text: str
    size: float
    width: float


def _same(text: str) -> str:
    return text


_DECADES: Final[Sequence[tuple[int, Manner]]] = (
    (1940, Manner(_GEOMETRIC, 500, 0.98, str.upper, 0.2, 1.42, 40, centred=True)),
    (1950, Manner(_SERIF, 700, 0.9, _same, -0.01, 1.02, 72, italic=True, tilt=-5)),
    (1960, Manner(_NARROW, 700, 0.83, str.upper, 0.0, 0.98, 92, tilt=2.2)),
    (1970, Manner(_GROTESQUE, 700, 1.0, str.lower, -0.045, 0.94, 76)),
    (1980, Manner(_SOFT, 700, 1.13, _same, -0.035, 1.03, 60)),
    (1990, Manner(_GROTESQUE, 700, 1.0, str.upper, 0.01, 1.02, 62, italic=True)),
    (2000, Manner(_TYPED, 700, 1.12, str.lower, -0.03, 1.12, 44)),
    (2010, Manner(_SERIF, 500, 0.93, str.upper, 0.16, 1.3, 40, centred=True)),
    (2020, Manner(_GROTESQUE, 400, 0.95, str.upper, 0.28, 1.5, 34, smallest=17, centred=True)),
    (9999, Manner(_NARROW, 700, 0.83, str.upper, -0.01, 0.9, 150, filling=True)),
)


def manner_of(year: int | None) -> Manner:
    """How titles of that year are set; of an unknown year as in the sixties."""
    wanted = 1965 if year is None else year
    return next(manner for before, manner in _DECADES if wanted < before)


def set_title(title: str, manner: Manner, width: float, height: float) -> list[Line]:
    """The title in as few lines as fit, as large as fits; a line too long is set tighter."""
    words = manner.case(shortened(title, LONGEST)).split() or ["?"]
    best = _broken(words, manner, 1)
    size = float(manner.smallest)
    for count in range(1, min(len(words), 9) + 1):
        lines = _broken(words, manner, count)
        fits = min(
            width / max(_measured(line, manner) for line in lines),
            height / (manner.leading * count),
            float(manner.largest),
        )
        if fits > size * (1.0 if count == 1 else 1.12):
            best, size = lines, fits
    if manner.filling:
        return _filled(words, manner, width, height)
    return [Line(line, size, min(width, size * _measured(line, manner))) for line in best]


def shortened(text: str, most: int) -> str:
    """The text, or its first words and an ellipsis.

    >>> shortened("The Return of the Revenge", 14), shortened("Heat", 14)
    ('The Return of…', 'Heat')
    """
    if len(text) <= most:
        return text
    kept = text[:most].rpartition(" ")[0] or text[: most - 1]
    return f"{kept.rstrip(' ,;:')}…"


def letters(
    lines: Sequence[Line], manner: Manner, x: float, y: float, width: float, colour: str
) -> str:
    """The lines as SVG text; `x`, `y` is where the block begins, above on the left."""
    found, middle = [], x + width / 2
    for number, line in enumerate(lines):
        y += line.size * (0.78 if not number else manner.leading * 0.98)
        at = middle if manner.centred else x
        lean = manner.tilt if manner.tilt < 0 or not number % 2 else -0.7 * manner.tilt
        turn = f' transform="rotate({lean:.1f} {x:.0f} {y:.0f})"' if manner.tilt else ""
        style = ' font-style="italic"' if manner.italic else ""
        anchor = ' text-anchor="middle"' if manner.centred else ""
        tracking = 0.0 if _joined(line.text) else manner.tracking
        track = f' letter-spacing="{tracking * line.size:.1f}"' if tracking else ""
        adjust = "spacing" if tracking > 0.1 else "spacingAndGlyphs"
        found.append(
            f'<text x="{at:.0f}" y="{y:.1f}" font-family="{manner.family}" font-size="'
            f'{line.size:.1f}" font-weight="{manner.weight}"{style}{anchor}{track}{turn} '
            f'fill="{colour}" textLength="{line.width:.1f}" lengthAdjust="{adjust}">'
            f"{escape(line.text)}</text>"
        )
    return "".join(found)


def height_of(lines: Sequence[Line], manner: Manner) -> float:
    """From the top of the first line to below the last, with what hangs below it."""
    tall = sum(line.size * (0.78 if not k else manner.leading) for k, line in enumerate(lines))
    hanging = manner.case is not str.upper and any(set("gjpqy,;") & set(lines[-1].text))
    return tall + (0.2 * lines[-1].size if hanging else 0.0)


def _filled(words: Sequence[str], manner: Manner, width: float, height: float) -> list[Line]:
    best: list[Line] = []
    tallest = 0.0
    for count in range(1, min(len(words), 6) + 1):
        lines = _broken(words, manner, count)
        sizes = [min(width / _measured(line, manner), manner.largest) for line in lines]
        total = sum(sizes) * manner.leading
        shrink = min(1.0, height / total)
        set_ = [
            Line(line, size * shrink, min(width, size * shrink * _measured(line, manner)))
            for line, size in zip(lines, sizes, strict=True)
        ]
        covered = sum(line.size * line.width for line in set_)
        if covered > tallest:
            best, tallest = set_, covered
    return best


def _broken(words: Sequence[str], manner: Manner, count: int) -> list[str]:
    """The words in `count` lines, the longest as short as it can be."""
    widths = [_measured(word, manner) for word in words]
    space = _measured(" ", manner)
    low, high = max(widths), sum(widths) + space * len(words)
    best = list(words)
    for _ in range(24):
        wide = (low + high) / 2
        lines = _greedy(words, widths, space, wide)
        if len(lines) <= count:
            best, high = lines, wide
        else:
            low = wide
    return best


def _greedy(words: Sequence[str], widths: Sequence[float], space: float, most: float) -> list[str]:
    lines: list[list[str]] = [[]]
    used = 0.0
    for word, width in zip(words, widths, strict=True):
        if lines[-1] and used + space + width > most:
            lines.append([])
            used = 0.0
        used += width + (space if lines[-1] else 0.0)
        lines[-1].append(word)
    return [" ".join(line) for line in lines]


def _joined(text: str) -> bool:
    """Whether letters hang together, as in Arabic or Hindi: space between them breaks words."""
    return any(
        unicodedata.category(letter) == "Lo" and unicodedata.east_asian_width(letter) not in "WF"
        for letter in text
    )


def _measured(text: str, manner: Manner) -> float:
    """How wide a text is at size 1."""
    if manner.family is _TYPED:
        own = 0.6 * len(text)
        return max(own + manner.tracking * len(text), 0.2)
    total = 0.0
    for letter in text:
        if unicodedata.east_asian_width(letter) in "WF":
            total += 1.0
            continue
        plain = unicodedata.normalize("NFD", letter)[0]
        total += _WIDTHS.get(plain, 600) / 1000 * manner.width
    return max(total + manner.tracking * len(text), 0.2)
