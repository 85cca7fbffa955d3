"""The real data sets: shapes, non-null counts, counted changes, joins."""

import csv
import json
import zipfile
from pathlib import Path

import polars as pl
import pytest

from matinee.dataset import Dataset
from matinee.intake import read
from matinee.schema import RatingScale, Tables

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def tmdb(real_data: Path) -> Tables:
    return read(real_data / "tmdb-5000.zip")


@pytest.fixture(scope="module")
def latest(real_data: Path) -> Tables:
    return read(real_data / "ml-latest-small.zip")


@pytest.fixture(scope="module")
def both(real_data: Path) -> Tables:
    return read([real_data / "tmdb-5000.zip", real_data / "ml-latest-small.zip"])


def test_tmdb_is_published_as_a_csv_reader_reads_it(tmdb: Tables, real_data: Path):
    with zipfile.ZipFile(real_data / "tmdb-5000.zip") as archive:
        for name, shape in (("movies", (4803, 20)), ("credits", (4803, 4))):
            plain = pl.read_csv(archive.read(f"tmdb_5000_{name}.csv"), infer_schema_length=None)
            assert tmdb.published[name].shape == shape
            assert tmdb.published[name].schema == plain.schema
            assert tmdb.published[name].equals(plain)


def test_tmdb_movies_miss_what_is_known_to_be_missing(tmdb: Tables):
    nulls = tmdb.published["movies"].null_count().row(0, named=True)
    assert {name: count for name, count in nulls.items() if count} == {
        "homepage": 3091,
        "overview": 3,
        "release_date": 1,
        "runtime": 2,
        "tagline": 844,
    }


def test_tmdb_zeros_become_unknown_and_are_counted(tmdb: Tables):
    zeros = tmdb.changes.filter(pl.col("change") == "zero is unknown")
    assert dict(zip(zeros["column"], zeros["rows"], strict=True)) == {
        "budget": 1037,
        "revenue": 1427,
        "runtime": 35,
    }
    cleaned = tmdb.movies.null_count().row(0, named=True)
    assert (cleaned["budget"], cleaned["revenue"], cleaned["runtime"]) == (1037, 1427, 35 + 2)
    assert tmdb.quarantine.height == 0
    assert tmdb.ratings.height == 0


def test_tmdb_people_are_those_of_the_credits_of_the_same_id(tmdb: Tables, real_data: Path):
    with zipfile.ZipFile(real_data / "tmdb-5000.zip") as archive:
        lines = archive.read("tmdb_5000_credits.csv").decode().splitlines(keepends=True)
    csv.field_size_limit(2**27)
    films = {film["item_id"]: film for film in tmdb.movies.iter_rows(named=True)}
    compared = 0
    for row in list(csv.DictReader(lines))[::97]:
        film = films[row["movie_id"]]
        cast = [entry["name"].strip() for entry in json.loads(row["cast"])]
        assert (film["cast"] or []) == [name for name in dict.fromkeys(cast) if name]
        directors = [e["name"] for e in json.loads(row["crew"]) if e["job"] == "Director"]
        assert set(directors) <= set(film["directors"] or [])
        compared += len(cast) > 0
    assert compared > 40


def test_latest_small_is_whole(latest: Tables):
    assert latest.name == "ml-latest-small"
    assert (latest.movies.height, latest.ratings.height, latest.tags.height) == (9742, 100836, 3683)
    assert latest.scale == RatingScale(0.5, 5, 0.5)
    assert latest.quarantine.height == 0
    assert latest.links["tmdb_id"].null_count() == 8
    assert latest.movies.filter(pl.col("year").is_null()).height == 12
    president = latest.movies.row(by_predicate=pl.col("item_id") == "11", named=True)
    assert (president["title"], president["year"]) == ("The American President", 1995)
    data = Dataset.from_tables(latest)
    assert (len(data.users), len(data.items), data.histories.entries) == (610, 9742, 100836)


def test_movietweetings_is_whole(real_data: Path):
    tables = read(real_data / "movietweetings-100k.zip")
    assert (tables.movies.height, tables.ratings.height) == (10506, 100000)
    assert tables.ratings["user_id"].n_unique() == 16554
    assert tables.scale == RatingScale(0, 10, 1)
    assert tables.quarantine.height == 0
    with zipfile.ZipFile(real_data / "movietweetings-100k.zip") as archive:
        lines = archive.read("movietweetings/movies.dat").decode().splitlines()
    without = [line.split("::")[0] for line in lines if line.endswith("::")]
    assert without
    assert tables.movies.filter(pl.col("genres").is_null())["item_id"].to_list() == without


def test_tmdb_and_latest_small_join_in_either_order(both: Tables, real_data: Path):
    assert both.name == "tmdb-5000+ml-latest-small"
    assert (both.movies.height, both.ratings.height) == (3536, 70194)
    other = read([real_data / "ml-latest-small.zip", real_data / "tmdb-5000.zip"])
    assert other.name == "ml-latest-small+tmdb-5000"
    assert other.movies.equals(both.movies)
    assert other.ratings.equals(both.ratings)


def test_a_joined_film_has_the_rating_source_s_id_and_tmdb_s_fields(both: Tables):
    film = both.movies.row(by_predicate=pl.col("tmdb_id") == 862, named=True)
    assert (film["item_id"], film["title"], film["imdb_id"]) == ("1", "Toy Story", "tt0114709")
    assert film["directors"] == ["John Lasseter"]
    assert film["cast"][0] == "Tom Hanks"
    rated = set(both.ratings["item_id"].cast(pl.String))
    assert rated == set(both.movies["item_id"])


def test_a_join_counts_what_it_drops(both: Tables, latest: Tables, tmdb: Tables):
    dropped = both.changes.filter(pl.col("change").str.contains("dropped"))
    ratings = dropped.filter(pl.col("table") == "ratings")["rows"].sum()
    assert latest.ratings.height - both.ratings.height == ratings == 30642
    films = dropped.filter(pl.col("change").str.contains("film not in both"))
    films = films.filter(pl.col("table") == "movies")["rows"].sum()
    assert films == latest.movies.height - both.movies.height


def test_tmdb_and_movietweetings_join_by_title_and_year(real_data: Path):
    tables = read([real_data / "tmdb-5000.zip", real_data / "movietweetings-100k.zip"])
    film = tables.movies.row(by_predicate=pl.col("tmdb_id") == 49026, named=True)
    assert (film["title"], film["imdb_id"]) == ("The Dark Knight Rises", "tt1345836")
    years = read(real_data / "movietweetings-100k.zip").movies.select("item_id", own="year")
    apart = tables.movies.join(years, on="item_id").select((pl.col("year") - pl.col("own")).abs())
    assert apart.to_series().max() == 1
    assert not tables.movies["tmdb_id"].is_duplicated().any()
    assert 0 < tables.doubtful.height < 200
