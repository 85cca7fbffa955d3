"""Joins of small sources: by ids, by titles, catalogues alone."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.errors import MissingData
from matinee.intake import read
from matinee.intake.nested import from_json, from_python


def source(folder: Path, **tables: dict[str, list]) -> Path:
    folder.mkdir()
    for name, table in tables.items():
        pl.DataFrame(table).write_csv(folder / f"{name}.csv")
    return folder


RATED = {
    "user_id": ["ann", "ann", "bob", "eve"],
    "item_id": ["1", "2", "1", "4"],
    "rating": [4, 5, 1, 3],
}


def test_by_title_and_year_the_sure_join_and_the_doubtful_are_listed(tmp_path: Path):
    viewers = source(
        tmp_path / "viewers",
        ratings=RATED,
        movies={
            "item_id": ["1", "2", "3", "4"],
            "title": ["Heat", "The Thing", "Unseen", "Ali"],
            "year": [1995, 1982, 2000, 2001],
            "overview": [None, "Ice.", None, None],
        },
    )
    catalogue = source(
        tmp_path / "films",
        movies={
            "item_id": ["a", "b", "c", "d"],
            "title": ["HEAT", "Thing, The", "Unseen", "Ali"],
            "year": [1996, 1982, 2000, 1950],
            "genres": ["Crime|Drama", None, "None seen", "Old"],
        },
    )
    tables = read([catalogue, viewers])
    assert tables.name == "films+viewers"
    assert tables.movies.select("item_id", "title", "year", "overview", "genres").rows() == [
        ("1", "HEAT", 1996, None, ["Crime", "Drama"]),
        ("2", "Thing, The", 1982, "Ice.", None),
    ]
    assert tables.ratings["user_id"].to_list() == ["ann", "ann", "bob"]
    assert tables.ratings.schema["user_id"].categories.to_list() == ["ann", "bob"]
    dropped = tables.changes.filter(pl.col("table") == "ratings")
    assert dropped["rows"].to_list() == [1]
    assert set(tables.published) == {"movies", "ratings", "movies (viewers)"}


def test_a_film_that_two_films_may_be_is_doubtful_and_not_joined(tmp_path: Path):
    viewers = source(
        tmp_path / "viewers",
        ratings=RATED,
        movies={"item_id": ["1", "2"], "title": ["Heat", "Emma"], "year": [1995, 1996]},
    )
    films = source(
        tmp_path / "films",
        movies={
            "item_id": ["a", "b", "c"],
            "title": ["Heat", "Emma", "Emma"],
            "year": [1995, 1996, 1996],
        },
    )
    tables = read([viewers, films])
    assert tables.movies["item_id"].to_list() == ["1"]
    assert tables.doubtful.height == 2


def test_two_items_of_one_film_are_kept_and_counted(tmp_path: Path):
    viewers = source(
        tmp_path / "viewers",
        ratings=RATED,
        movies={"item_id": ["1", "2", "4"], "title": ["A", "B", "C"], "tmdb_id": [7, 7, None]},
    )
    films = source(tmp_path / "films", movies={"item_id": ["x"], "title": ["Same"], "tmdb_id": [7]})
    tables = read([viewers, films])
    assert tables.movies.select("item_id", "title").rows() == [("1", "Same"), ("2", "Same")]
    kept = tables.changes.filter(pl.col("change").str.contains("one film in films, kept"))
    assert kept["rows"].to_list() == [2]


def test_imdb_ids_join_what_tmdb_ids_do_not(tmp_path: Path):
    viewers = source(
        tmp_path / "viewers",
        ratings=RATED,
        movies={
            "item_id": ["1", "2"],
            "title": ["A", "B"],
            "tmdb_id": [7, None],
            "imdb_id": [None, "tt2"],
        },
    )
    films = source(
        tmp_path / "films",
        movies={
            "item_id": ["x", "y"],
            "title": ["First", "Second"],
            "tmdb_id": [7, 8],
            "imdb_id": ["tt1", "tt2"],
        },
    )
    assert read([viewers, films]).movies["title"].to_list() == ["First", "Second"]


def test_catalogues_alone_give_all_films_of_all(tmp_path: Path):
    first = source(
        tmp_path / "first",
        movies={
            "item_id": ["1", "2"],
            "title": ["A", "B"],
            "tmdb_id": [10, 20],
            "year": [1971, None],
        },
    )
    second = source(
        tmp_path / "second",
        movies={
            "item_id": ["1", "9"],
            "title": ["C", "b"],
            "tmdb_id": [30, 20],
            "year": [1973, 1972],
        },
    )
    tables = read([first, second])
    assert tables.movies.select("item_id", "title", "year").rows() == [
        ("1", "A", 1971),
        ("2", "B", 1972),
        ("second:1", "C", 1973),
    ]


def test_a_folder_with_several_data_sets_joins_them_under_their_folders_names(tmp_path: Path):
    root = tmp_path / "all"
    root.mkdir()
    films = {"item_id": ["1"], "title": ["A"], "tmdb_id": [10]}
    source(root / "films", movies=films)
    lens = source(
        root / "lens", ratings={"userId": [1], "movieId": [3], "rating": [4.5], "timestamp": [9]}
    )
    pl.DataFrame({"movieId": [3, 4], "imdbId": [1, 2], "tmdbId": [10, 11]}).write_csv(
        lens / "l.csv"
    )
    tables = read(root)
    assert tables.name == "all/films+all/lens"
    assert tables.movies.select("item_id", "title", "imdb_id").rows() == [("3", "A", "tt0000001")]
    counted = tables.changes.filter(pl.col("table") == "links")
    assert counted["rows"].to_list() == [1] == [2 - tables.links.height]


def test_links_alone_miss_what_they_link(tmp_path: Path):
    links = {"movieId": [3], "imdbId": [1], "tmdbId": [10]}
    with pytest.raises(MissingData, match=r"only/links.csv: expected ratings or movies beside it"):
        read(source(tmp_path / "only", links=links))


cells = st.lists(
    st.dictionaries(
        st.text(max_size=6), st.text(max_size=8) | st.none() | st.booleans() | st.integers()
    ),
    max_size=4,
)


@given(cells)
def test_a_python_cell_reads_back_as_it_was_written(cell):
    assert from_python(repr(cell)) == cell


def test_quotes_and_constants_inside_texts_stay():
    cell = [{"name": "It's", "order": None}, {"name": 'say "None"', "job": ": None"}, {"a": "True"}]
    assert from_python(repr(cell)) == cell
    assert from_json('[{"name": "a"}]') == [{"name": "a"}]
