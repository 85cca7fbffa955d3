"""docs/simulation.md says what the code does."""

import re
from pathlib import Path

import numpy as np

from matinee.simulation import WORLD, evenings, pages, starter, tastes, world
from matinee.simulation.catalogue import MOODS, movies

PAGE = (Path(__file__).parents[2] / "docs" / "simulation.md").read_text(encoding="utf-8")


def test_every_number_of_the_page_is_the_number_of_the_program():
    listed = dict(re.findall(r"^\| `([A-Z_]+)` \| (.+?) \|", PAGE, re.MULTILINE))
    assert len(listed) > 30
    for name, value in listed.items():
        owner = next(room for room in (tastes, pages, evenings, world) if hasattr(room, name))
        assert str(getattr(owner, name)) == value, name


def test_every_named_number_of_tastes_and_pages_is_on_the_page():
    for room in (tastes, pages):
        own = [name for name, value in vars(room).items() if isinstance(value, float | tuple)]
        missing = [name for name in own if name.isupper() and f"`{name}`" not in PAGE]
        assert [name for name in missing if name != "MOODS"] == []


def test_the_starter_data_is_described_as_it_is():
    ratings = starter().ratings
    assert f"{ratings.height:,} ratings of {WORLD.viewers:,} viewers" in PAGE
    assert f"comes with {movies().height} real films" in PAGE
    counts = ratings.group_by("user_id").len()["len"].to_numpy()
    median, few = int(np.median(counts)), int(np.quantile(counts, 0.1))
    assert f"(median {median}, a tenth under {few}, most {counts.max()})" in PAGE
    stars = ratings["rating"].to_numpy()
    assert f"{stars.mean():.2f}, {(stars >= 4).mean():.0%}".replace("%", " %") in re.sub(
        r"\s+", " ", PAGE
    )
    assert ", ".join(MOODS[1:]) in re.sub(r"\s+", " ", PAGE)
