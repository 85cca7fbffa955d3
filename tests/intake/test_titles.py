"""Titles: normalised, found and matched."""

import string
import time

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.errors import AmbiguousTitle, InputError, UnknownId
from matinee.intake.titles import doubtful, find, match, normalise, search, split_year


def catalogue(*films, first=1, **columns):
    """Films as (title, year); ids f1, f2, ..."""
    titles, years = zip(*films, strict=True)
    return pl.DataFrame(
        {
            "item_id": [f"f{first + k}" for k in range(len(films))],
            "title": titles,
            "year": pl.Series(years, dtype=pl.Int32),
            **columns,
        }
    )


FILMS = catalogue(
    ("Toy Story 2", 1999),
    ("Toy Story", 1995),
    ("Toy", 1982),
    ("Godfather, The", 1972),
    ("Godfather: Part II, The", 1974),
    ("Sabrina", 1954),
    ("Sabrina", 1995),
    ("Heat", 1995),
    ("Heat", 1986),
    ("Finding Nemo", 2003),
    ("Finding Forrester", 2000),
    ("Seven (a.k.a. Se7en)", 1995),
    ("Amélie", 2001),
    ("Blade Runner", 1982),
    ("Blade Runner 2049", 2017),
    ("E.T. the Extra-Terrestrial", 1982),
    ("2012", 2009),
    ("Lord of the Rings: The Fellowship of the Ring, The", 2001),
)


def named(query, films=FILMS):
    row = films.row(by_predicate=pl.col("item_id") == find(films, query), named=True)
    return row["title"], row["year"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Matrix, The", "The Matrix"),
        ("Avventura, L'", "L’Avventura"),
        ("Misérables, Les", "Les Miserables"),
        ("Fast & Furious", "Fast and Furious"),
        ("WALL·E", "WALL-E"),
        ("Æon Flux", "Aeon Flux"),
        ("8½", "8 1/2"),
        ("Alien³", "ALIEN3"),
        ("S.W.A.T.", "SWAT"),
        ("Monsters, Inc.", "Monsters Inc"),
        ("Mission: Impossible", "Mission - Impossible "),
    ],
)
def test_two_spellings_of_a_title_are_one(one, other):
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rocky II", "Rocky 2"),
        ("Alien", "Alien: Covenant"),
        ("$", "..."),
        ("...", "*"),
        ("千と千尋", "千"),
    ],
)
def test_numerals_subtitles_and_other_scripts_still_tell_titles_apart(one, other):
    assert normalise(one) != normalise(other)


@given(st.text(min_size=1))
def test_normalising_twice_changes_nothing_more(title):
    once = normalise(title)
    assert normalise(once) == once


def test_the_year_in_brackets_is_taken_off_the_end_only():
    assert split_year("Heat (1995)") == ("Heat", 1995)
    assert split_year("(500) Days of Summer (2009) ") == ("(500) Days of Summer", 2009)
    assert split_year("(500) Days of Summer") == ("(500) Days of Summer", None)


@pytest.mark.parametrize(
    ("query", "film"),
    [
        ("Toy Story", ("Toy Story", 1995)),
        ("toy stroy", ("Toy Story", 1995)),
        ("toy", ("Toy", 1982)),
        ("Godfather", ("Godfather, The", 1972)),
        ("the godfather", ("Godfather, The", 1972)),
        ("Finding Nemo", ("Finding Nemo", 2003)),
        ("fiding nemo", ("Finding Nemo", 2003)),
        ("Heat (1995)", ("Heat", 1995)),
        ("heat 1986", ("Heat", 1986)),
        ("sabrina 1954", ("Sabrina", 1954)),
        ("se7en", ("Seven (a.k.a. Se7en)", 1995)),
        ("amelie", ("Amélie", 2001)),
        ("blade runner 2049", ("Blade Runner 2049", 2017)),
        ("blade runner", ("Blade Runner", 1982)),
        ("2012", ("2012", 2009)),
        ("e.t.", ("E.T. the Extra-Terrestrial", 1982)),
        ("fellowship of the ring", FILMS.row(17)[1:]),
        ("id:f7", ("Sabrina", 1995)),
    ],
)
def test_a_clear_query_finds_its_film(query, film):
    assert named(query) == film


def test_a_title_of_two_films_asks_which_one():
    with pytest.raises(AmbiguousTitle, match=r"Sabrina \(1954\) = id:f6") as caught:
        find(FILMS, "Sabrina")
    assert caught.value.choices == (("f6", "Sabrina (1954)"), ("f7", "Sabrina (1995)"))


def test_a_beginning_that_several_titles_share_asks_which_one():
    with pytest.raises(AmbiguousTitle, match="Finding Forrester"):
        find(FILMS, "finding")


def test_an_unknown_title_names_the_nearest_three():
    with pytest.raises(UnknownId, match=r"nearest: Heat .*; .*; ") as caught:
        find(FILMS, "heaxqz")
    assert str(caught.value).count(";") == 3


def test_an_unknown_id_names_the_nearest_ones():
    with pytest.raises(UnknownId, match=r"got 'f77'; nearest: .*'f7'"):
        find(FILMS, "id:f77")


def test_a_query_without_text_and_an_empty_catalogue_are_refused():
    with pytest.raises(InputError, match="expected some text, got '  '"):
        find(FILMS, "  ")
    with pytest.raises(UnknownId, match="an empty catalogue"):
        find(FILMS.clear(), "Heat")


def test_equal_titles_are_listed_by_votes():
    films = FILMS.with_columns(vote_count=pl.int_range(pl.len()))
    assert search(films, "sabrina", 2)["year"].to_list() == [1995, 1954]
    assert search(FILMS, "sabrina", 2)["year"].to_list() == [1954, 1995]


def test_the_original_title_is_a_second_name():
    films = catalogue(
        ("Spirited Away", 2001),
        ("Sen", 1990),
        original_title=["Sen to Chihiro no Kamikakushi", "Sen"],
    )
    assert find(films, "sen to chihiro no kamikakushi") == "f1"


letters = st.text(string.ascii_lowercase, min_size=4, max_size=12)


@settings(max_examples=40)
@given(st.lists(letters, min_size=2, max_size=8, unique=True), st.data())
def test_a_whole_title_is_always_the_first_answer(titles, data):
    films = catalogue(*((title, 2000) for title in titles))
    title = data.draw(st.sampled_from(titles))
    assert search(films, title)["title"][0] == title


def test_sixty_thousand_titles_are_searched_in_under_a_second():
    rng = np.random.default_rng(0)
    words = ["".join(letters) for letters in rng.choice(list("aeinrst"), (4000, 6))]
    titles = [" ".join(words[k] for k in row) for row in rng.integers(0, 4000, (60_000, 3))]
    films = catalogue(*((title, 1990) for title in titles))
    start = time.process_time()
    assert find(films, titles[31]) == "f32"
    assert time.process_time() - start < 1


def test_matches_are_exact_a_year_apart_or_doubtful():
    left = catalogue(
        ("Matrix, The", 1999),  # exact
        ("Crash", 2004),  # a year apart
        ("Sabrina", 1954),  # exact, beside a remake
        ("War of the Worlds", 2005),  # two candidates of that year
        ("Alone", None),  # no year
        ("Psycho", 1960),  # only a remake of 1998 there: no match
        ("Mongol", 2007),  # nearly equal
        ("Unheard of", 1970),
    )
    right = catalogue(
        ("The Matrix", 1999),
        ("Crash", 2005),
        ("Sabrina", 1995),
        ("Sabrina", 1954),
        ("War of the Worlds", 2005),
        ("War of the Worlds", 2005),
        ("Alone", 2002),
        ("Psycho", 1998),
        ("Mongol: The Rise of Genghis Khan", 2007),
        first=101,
    )
    matches = match(left, right)
    found = {(a, b): how for a, b, how in matches.select("left_id", "right_id", "how").iter_rows()}
    assert found == {
        ("f1", "f101"): "exact",
        ("f2", "f102"): "year",
        ("f3", "f104"): "exact",
        ("f4", "f105"): "doubtful",
        ("f4", "f106"): "doubtful",
        ("f5", "f107"): "doubtful",
        ("f7", "f109"): "doubtful",
    }
    listed = doubtful(matches, left, right)
    assert listed.columns[:3] == ["left_id", "left_title", "left_year"]
    assert listed.height == 4


def test_a_film_between_two_years_is_doubtful():
    left = catalogue(("Eden", 2000))
    right = catalogue(("Eden", 1999), ("Eden", 2001), first=11)
    assert match(left, right)["how"].to_list() == ["doubtful", "doubtful"]


film = st.tuples(st.sampled_from(["Eden", "Edén", "The Eden", "Heat", "Heats"]),
                 st.one_of(st.none(), st.integers(1990, 1993)))  # fmt: skip


@settings(max_examples=60)
@given(st.lists(film, min_size=1, max_size=6), st.lists(film, min_size=1, max_size=6))
def test_settled_matches_are_one_to_one_and_have_equal_titles(left, right):
    left, right = catalogue(*left), catalogue(*right, first=50)
    matches = match(left, right)
    settled = matches.filter(pl.col("how") != "doubtful")
    assert settled["left_id"].is_unique().all()
    assert settled["right_id"].is_unique().all()
    assert matches.select("left_id", "right_id").is_unique().all()
    one = dict(zip(left["item_id"], left.rows(), strict=True))
    other = dict(zip(right["item_id"], right.rows(), strict=True))
    for a, b, how in settled.select("left_id", "right_id", "how").iter_rows():
        assert normalise(one[a][1]) == normalise(other[b][1])
        assert abs(one[a][2] - other[b][2]) == (how == "year")


@pytest.mark.data
def test_titles_and_years_find_what_the_published_ids_say(real_data, tmp_path):
    """MovieLens links name the TMDB film of each title: an independent truth for `match`."""
    import zipfile

    for name in ("ml-latest-small", "tmdb-5000"):
        zipfile.ZipFile(real_data / f"{name}.zip").extractall(tmp_path)
    files = {path.name: path for path in tmp_path.rglob("*.csv")}
    movies = pl.read_csv(files["movies.csv"], schema_overrides={"movieId": pl.String})
    years = pl.Series([split_year(title)[1] for title in movies["title"]], dtype=pl.Int32)
    titles = pl.Series([split_year(title)[0] for title in movies["title"]])
    left = movies.select(item_id="movieId", title=titles, year=years)
    published = pl.read_csv(files["tmdb_5000_movies.csv"], infer_schema=False)
    right = published.select(
        "title",
        "original_title",
        item_id="id",
        year=pl.col("release_date").str.slice(0, 4).cast(pl.Int32),
    )
    links = pl.read_csv(files["links.csv"], infer_schema=False).select(
        left_id="movieId", truth="tmdbId"
    )
    settled = match(left, right).filter(pl.col("how") != "doubtful").join(links, on="left_id")
    right_ones = (settled["right_id"] == settled["truth"]).sum()
    in_both = links["truth"].is_in(right["item_id"].implode()).sum()
    assert right_ones / settled.height > 0.998
    assert right_ones / in_both > 0.98


def test_a_film_without_a_title_is_found_by_its_id():
    catalogue = pl.DataFrame(
        {"item_id": ["f1", "f2"], "title": [None, "Heat"], "year": [None, 1995]},
        schema={"item_id": pl.String, "title": pl.String, "year": pl.Int32},
    )
    assert find(catalogue, "f1") == "f1"
    with pytest.raises(UnknownId, match="nearest"):
        find(catalogue, "f2")
