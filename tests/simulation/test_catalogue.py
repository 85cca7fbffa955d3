"""The built-in films: complete, in the agreed words, and checked against the published file."""

import sys
from pathlib import Path
from subprocess import run

import polars as pl
import pytest

from matinee.schema import MOVIES, check
from matinee.simulation.catalogue import MOODS, films, movies

HERE = Path(__file__).parents[2]
WRITTEN = ["item_id", "title", "year", "runtime", "genres", "keywords", "cast", "directors"]
WRITTEN += ["countries", "language", "overview"]
GENRES = {
    *("Action", "Adventure", "Animation", "Comedy", "Crime", "Documentary", "Drama", "Family"),
    *("Fantasy", "History", "Horror", "Music", "Mystery", "Romance", "Science Fiction"),
    *("Thriller", "War", "Western"),
}


def test_there_are_five_hundred_films_with_an_id_each():
    table = check(movies(), MOVIES, "movies")
    assert table.height >= 500
    assert table["item_id"].n_unique() == table.height
    assert table["item_id"].str.contains(r"^[a-z0-9]+(-[a-z0-9]+)*-\d{4}$").all()


def test_what_is_written_is_written_for_every_film_and_the_rest_is_unknown():
    table = movies()
    for name in WRITTEN:
        assert table[name].null_count() == 0, name
        values = table[name].explode() if table.schema[name] == pl.List(pl.String) else table[name]
        assert not (values.cast(pl.String).str.strip_chars() == "").any(), name
    for name in set(MOVIES) - set(WRITTEN):
        assert table[name].null_count() == table.height, name


def test_genres_and_keywords_are_of_the_vocabularies():
    folder = HERE / "src" / "matinee" / "simulation"
    words = set((folder / "keywords.txt").read_text(encoding="utf-8").split("\n"))
    assert set(movies()["genres"].explode()) == GENRES
    assert set(movies()["keywords"].explode()) <= words
    assert set(MOODS) <= words


def test_the_films_stand_in_the_file_by_year_and_title():
    order = list(zip(movies()["year"], movies()["title"], strict=True))
    assert order == sorted(order)


def test_the_arrays_say_what_the_table_says():
    table = {row["item_id"]: row for row in movies().iter_rows(named=True)}
    arrays = films()
    genres = sorted(GENRES)
    for number in (0, 100, len(arrays.items) - 1):
        row = table[arrays.items.ids[number]]
        assert {genres[k] for k in arrays.genres[:, number].nonzero()[0]} == set(row["genres"])
        assert {MOODS[k] for k in arrays.moods[:, number].nonzero()[0]} == {
            mood for mood in row["keywords"] if mood in MOODS
        }
        assert arrays.year[number] == row["year"]


@pytest.mark.data
def test_the_facts_agree_with_the_published_file_or_are_settled(real_data):
    archive = real_data / "tmdb-5000.zip"
    command = [sys.executable, HERE / "scripts" / "check_films.py", "--tmdb", archive]
    done = run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "unsettled    0" in done.stdout
