"""Printing inks: a small set for all posters, a few combinations for each genre."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

_INKS: Final[Mapping[str, str]] = {
    "black": "#15120f",
    "cream": "#f4ead6",
    "sand": "#dcc6a0",
    "stone": "#a89f90",
    "red": "#d4372c",
    "vermilion": "#ec5b2b",
    "orange": "#f08a2c",
    "marigold": "#f4b731",
    "ochre": "#c78a2c",
    "olive": "#70713a",
    "forest": "#1e4b39",
    "jade": "#3f8f6b",
    "teal": "#1b7573",
    "sky": "#86bfc9",
    "ultramarine": "#2746a6",
    "navy": "#172440",
    "violet": "#5b3d86",
    "lilac": "#b79ad0",
    "plum": "#4a1d38",
    "rose": "#dd7f83",
    "pink": "#f1bcb0",
    "rust": "#9c3f22",
}

# Ground, lettering, then three inks for shapes; the last genre that a film has here names it.
_COMBINATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "Drama": (
        "sand black rust ochre cream",
        "teal cream marigold navy sand",
        "cream black red navy ochre",
        "navy cream rose sand vermilion",
        "rust cream sand black marigold",
        "sky black navy cream vermilion",
    ),
    "Comedy": (
        "marigold black vermilion cream teal",
        "pink black red cream ultramarine",
        "sky black marigold cream vermilion",
        "vermilion cream marigold black pink",
    ),
    "Romance": (
        "pink plum red cream rose",
        "plum pink rose red cream",
        "cream plum rose red marigold",
        "rose cream plum red pink",
    ),
    "Thriller": (
        "orange black black cream red",
        "black cream marigold stone red",
        "ochre black black cream vermilion",
        "red black black cream pink",
    ),
    "Action": (
        "black cream vermilion marigold red",
        "vermilion black black cream marigold",
        "navy cream vermilion marigold sky",
        "marigold black black red cream",
    ),
    "Adventure": (
        "teal cream marigold vermilion navy",
        "orange navy navy cream vermilion",
        "sky navy teal marigold cream",
        "forest cream marigold jade orange",
    ),
    "Crime": (
        "black cream red stone cream",
        "red cream black cream black",
        "cream black black red stone",
        "navy cream stone red black",
    ),
    "Mystery": (
        "plum cream marigold violet black",
        "forest cream sand black jade",
        "black sand sand violet red",
        "violet cream marigold black lilac",
    ),
    "History": (
        "rust cream sand black marigold",
        "sand black rust olive cream",
        "olive cream sand black ochre",
    ),
    "War": (
        "olive cream black sand red",
        "black sand olive red stone",
        "sand black olive red rust",
    ),
    "Family": (
        "sky navy vermilion marigold cream",
        "marigold navy teal vermilion cream",
        "jade cream marigold vermilion navy",
    ),
    "Fantasy": (
        "violet cream marigold lilac navy",
        "navy cream marigold violet sky",
        "teal cream lilac marigold navy",
        "plum marigold marigold lilac rose",
    ),
    "Animation": (
        "ultramarine cream marigold vermilion sky",
        "vermilion cream marigold sky navy",
        "cream ultramarine vermilion marigold jade",
        "jade cream marigold pink ultramarine",
    ),
    "Science Fiction": (
        "navy cream vermilion sky marigold",
        "black sky sky vermilion cream",
        "ultramarine cream vermilion sky marigold",
        "teal cream vermilion black sand",
        "violet cream orange pink navy",
    ),
    "Music": (
        "violet cream rose black marigold",
        "black cream rose marigold teal",
        "vermilion cream black marigold pink",
    ),
    "Horror": (
        "black cream red rust cream",
        "red black black cream rust",
        "forest cream black red jade",
        "plum cream black red rose",
    ),
    "Western": (
        "orange black rust marigold cream",
        "sand rust rust orange black",
        "rust cream marigold black orange",
    ),
    "Documentary": (
        "cream black black ultramarine red",
        "ultramarine cream cream sky marigold",
        "stone black black cream vermilion",
    ),
}
_PLAIN = (
    "cream black red navy stone",
    "navy cream sand vermilion sky",
    "stone black black cream red",
)


@dataclass(frozen=True, slots=True)
class Inks:
    """The colours of one poster."""

    name: str  # of the ground, as the stylesheet knows it
    ground: str
    letters: str
    first: str
    second: str
    third: str

    @property
    def shapes(self) -> tuple[str, str, str]:
        """Those of the shapes."""
        return self.first, self.second, self.third


def telling_genres(genres: tuple[str, ...]) -> list[str]:
    """Those that have inks, the one that says most of a film first."""
    order = list(_COMBINATIONS)
    known = [genre for genre in genres if genre in _COMBINATIONS]
    return sorted(known, key=order.index, reverse=True)


def grounds() -> dict[str, str]:
    """All grounds that posters may have, by their names."""
    combinations = [*_PLAIN, *(text for texts in _COMBINATIONS.values() for text in texts)]
    return {name: _INKS[name] for name in sorted({text.split()[0] for text in combinations})}


def inks_of(genre: str, random: Random) -> Inks:
    """One of the genre's combinations."""
    names = random.choice(_COMBINATIONS.get(genre, _PLAIN)).split()
    return Inks(names[0], *(_INKS[name] for name in names))
