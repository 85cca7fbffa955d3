"""Posters are the same everywhere, hold their titles, and can be read."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import matinee.web
from matinee.simulation import starter
from matinee.web.art import Sleeve, ground, poster, wide
from matinee.web.art.inks import grounds
from matinee.web.art.lettering import LONGEST, height_of, manner_of, set_title, shortened

SVG = "{http://www.w3.org/2000/svg}"
DECADES = [1925, 1945, 1955, 1965, 1975, 1985, 1995, 2005, 2015, 2025, None]
CSS = (Path(matinee.web.__file__).parent / "static" / "matinee.css").read_text(encoding="utf-8")
texts = st.text(min_size=1, max_size=120).filter(lambda text: text.isprintable())
years = st.sampled_from(DECADES)


def sleeves() -> list[Sleeve]:
    rows = starter().movies.iter_rows(named=True)
    return [
        Sleeve(r["item_id"], r["title"], r["year"], tuple(r["genres"]), r["directors"][0])
        for r in rows
    ]


@given(texts, years, st.lists(st.sampled_from(["Drama", "Horror", "Unknown", "Music"])))
def test_any_title_makes_a_sound_poster_with_its_words_in_it(title, year, genres):
    drawn = poster(Sleeve("x", title, year, tuple(genres), title))
    root = ET.fromstring(drawn)
    lines = [each.text or "" for each in root.iter(f"{SVG}text") if each.get("textLength")]
    told = " ".join(lines).split() or ["?"]
    assert [word.lower() for word in told] == (
        shortened(title, LONGEST).lower().split() or ["?"]
    ) or not title.isascii()
    assert drawn == poster(Sleeve("x", title, year, tuple(genres), title))


@given(texts, years)
def test_no_line_is_wider_than_its_block(title, year):
    manner = manner_of(year)
    lines = set_title(title, manner, 340, 210)
    assert lines
    assert all(0 < line.width <= 340 + 1e-6 for line in lines)


@pytest.mark.parametrize("year", DECADES)
def test_a_title_of_forty_words_ends_at_a_word_and_leaves_room_for_the_picture(year):
    title = "The Night of the Day of the Dawn of the Son of the Bride of the Return of the " * 2
    manner = manner_of(year)
    lines = set_title(title, manner, 340, 210)
    assert lines[-1].text.endswith("…")
    assert len(lines) > 1
    assert height_of(lines, manner) <= 260


@pytest.mark.parametrize("title", ["هوای نفس", "दिलवाले दुल्हनिया", "หมานคร"])
def test_letters_that_hang_together_are_not_pulled_apart(title):
    drawn = poster(Sleeve("x", title, 2011, ("Drama",)))
    lines = [each for each in ET.fromstring(drawn).iter(f"{SVG}text") if each.get("textLength")]
    assert " ".join(each.text or "" for each in lines) == title
    assert not [each for each in lines if each.get("letter-spacing")]
    assert {each.get("lengthAdjust") for each in lines} == {"spacingAndGlyphs"}


def test_a_catalogue_has_many_different_posters():
    drawn = {poster(sleeve) for sleeve in sleeves()}
    assert len(drawn) == len(sleeves())
    assert len({wide(sleeve) for sleeve in sleeves()}) > 0.8 * len(sleeves())


def test_a_poster_loads_nothing_and_is_small():
    for sleeve in sleeves():
        for drawn in (poster(sleeve), wide(sleeve)):
            assert "href" not in drawn
            assert "style" not in drawn.replace("font-style", "")
            assert len(drawn) < 30_000


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("name", grounds())
def test_letters_on_every_ground_can_be_read(name):
    rule = CSS.split(f".on-{name} {{", 1)[1].split("}")[0]
    declared = dict(part.split(":") for part in rule.replace(" ", "").strip(";").split(";"))
    assert declared["--band"] == grounds()[name]
    light, dark = sorted((luminance(colour) for colour in declared.values()), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_the_ground_of_a_film_is_one_that_the_stylesheet_knows():
    assert {ground(sleeve) for sleeve in sleeves()} <= set(grounds())
