"""Each known format, small and written here: found by content, whatever its name."""

import json
import zipfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from matinee.dataset import Dataset
from matinee.errors import InputError, MissingData
from matinee.intake import read
from matinee.schema import MOVIES, RATINGS, RatingScale, Tables, check


def written(folder: Path, **files: str | bytes) -> Path:
    """A folder with these files; "__" in a name stands for its dot."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        whole = content.encode() if isinstance(content, str) else content
        (folder / name.replace("__", ".")).write_bytes(whole)
    return folder


def rows(tables: Tables) -> list[tuple]:
    return tables.ratings.with_columns(pl.col("user_id", "item_id").cast(pl.String)).rows()


RATED = "userId,movieId,rating,timestamp\n1,31,2.5,1260759144\n7,10,4.0,1260759179\n"
FILMS = (
    'movieId,title,genres\n10,"American President, The (1995)",Comedy|Drama\n'
    "31,Ready Player One,(no genres listed)\n40,Sin City,\n"
)
LINKS = "movieId,imdbId,tmdbId\n10,0112346,9087\n31,1677720,\n"
TAGS = "userId,movieId,tag,timestamp\n7,10,politics,1260759180\n"


def test_movielens_csv_gives_titles_years_links_and_tags(tmp_path: Path):
    tables = read(written(tmp_path / "mine", a__csv=RATED, b__csv=FILMS, c__csv=LINKS, d__csv=TAGS))
    assert tables.name == "mine"
    assert rows(tables) == [("1", "31", 2.5, 1260759144), ("7", "10", 4.0, 1260759179)]
    assert tables.scale == RatingScale(0.5, 5, 0.5)
    president, ready, city = tables.movies.rows(named=True)
    assert president["title"] == "The American President"
    assert president["original_title"] == "American President, The"
    assert (president["year"], president["genres"]) == (1995, ["Comedy", "Drama"])
    assert (president["tmdb_id"], president["imdb_id"]) == (9087, "tt0112346")
    assert (ready["title"], ready["year"], ready["genres"]) == ("Ready Player One", None, None)
    assert (ready["tmdb_id"], ready["imdb_id"]) == (None, "tt1677720")
    assert (city["genres"], city["imdb_id"]) == (None, None)
    assert tables.tags.rows() == [("7", "10", "politics", 1260759180)]
    assert tables.changes.filter(pl.col("column") == "genres")["rows"].to_list() == [1]
    assert {name: table.shape for name, table in tables.published.items()} == {
        "ratings": (2, 4),
        "movies": (3, 3),
        "links": (2, 3),
        "tags": (1, 4),
    }


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Misérables, Les (1998)", ("Les Misérables", "Misérables, Les", 1998)),
        (
            "Single Girl, A (Fille seule, La) (1995)",
            ("A Single Girl (La Fille seule)", "Single Girl, A (Fille seule, La)", 1995),
        ),
        ("Death Note: Desu nôto (2006–2007)", ("Death Note: Desu nôto",) * 2 + (2006,)),
        ("Good, the Bad and the Ugly, The (1966)", ("The Good, the Bad and the Ugly",) * 1),
        ("(500) Days of Summer (2009)", ("(500) Days of Summer",) * 2 + (2009,)),
    ],
)
def test_an_article_at_the_end_of_a_title_comes_to_its_front(tmp_path: Path, title, expected):
    path = tmp_path / "films"
    path.write_text(f'movieId,title,genres\n1,"{title}",Drama\n')
    found = read(path).movies.select("title", "original_title", "year").row(0)
    assert found[: len(expected)] == expected


def test_the_1m_files_are_latin_1_and_have_users(tmp_path: Path):
    folder = written(
        tmp_path / "ml-1m",
        ratings__dat="1::1193::5::978300760\n2::661::3::978302109\n",
        movies__dat="1193::Misérables, Les (1998)::Drama\n661::Léon (1994)::Crime\n".encode(
            "latin-1"
        ),
        users__dat="1::F::1::10::48067\n2::M::56::16::70072-0001\n",
    )
    tables = read(folder)
    assert tables.scale == RatingScale(1, 5, 1)
    assert tables.movies["title"].to_list() == ["Les Misérables", "Léon"]
    assert tables.users.rows() == [
        ("1", "F", "1", "10", "48067"),
        ("2", "M", "56", "16", "70072-0001"),
    ]


def test_the_10m_files_are_utf_8_with_half_stars_and_tags(tmp_path: Path):
    folder = written(
        tmp_path / "ml-10M100K",
        ratings__dat="1::122::5::838985046\n1::185::3.5::838983525\n",
        movies__dat="122::Léon (1994)::Crime\n185::Net, The (1995)::Action|Thriller\n",
        tags__dat="15::122::excellent!::1215184630\n",
    )
    tables = read(folder)
    assert tables.scale == RatingScale(0.5, 5, 0.5)
    assert tables.movies["title"].to_list() == ["Léon", "The Net"]
    assert tables.tags.rows() == [("15", "122", "excellent!", 1215184630)]


def flags(*places: int) -> str:
    return "|".join("1" if place in places else "0" for place in range(19))


def test_the_100k_files_have_flags_for_genres_and_folds_that_are_not_read(tmp_path: Path):
    folder = written(
        tmp_path / "ml-100k",
        u__data="196\t242\t3\t881250949\n186\t302\t3\t891717742\n22\t377\t1\t878887116\n",
        ua__base="196\t242\t3\t881250949\n",
        u__item=(
            f"242|Léon (1994)|01-Jan-1995||http://us.imdb.com/M/title|{flags(1, 16)}\n"
            f"267|unknown||||{flags(0)}\n"
        ).encode("latin-1"),
        u__user="196|49|M|writer|55105\n",
        u__genre="".join(f"{'unknown' if k == 0 else f'Genre {k}'}|{k}\n" for k in range(19)),
    )
    tables = read(folder)
    assert tables.ratings.height == 3
    assert tables.scale == RatingScale(1, 5, 1)
    first, unknown = tables.movies.rows(named=True)
    assert (first["title"], first["year"], first["release_date"]) == (
        "Léon",
        1994,
        date(1995, 1, 1),
    )
    assert (first["genres"], unknown["genres"]) == (["Genre 1", "Genre 16"], None)
    assert tables.users.row(0) == ("196", 49, "M", "writer", "55105")
    assert any("ua.base" in change for change in tables.changes["change"])


def test_movietweetings_keeps_imdb_ids_as_they_are(tmp_path: Path):
    folder = written(
        tmp_path / "tweets",
        ratings__dat="1::0104257::7::1365029107\n2::1259521::0::1364118447\n",
        movies__dat="0104257::A Few Good Men (1992)::Drama\n1259521::Fantômas: Á (2011)::\n",
        users__dat="1::177651718\n2::332282955\n",
    )
    tables = read(folder)
    assert rows(tables) == [("1", "0104257", 7.0, 1365029107), ("2", "1259521", 0.0, 1364118447)]
    assert tables.scale == RatingScale(0, 10, 1)
    assert tables.movies["imdb_id"].to_list() == ["tt0104257", "tt1259521"]
    assert tables.movies["genres"].to_list() == [["Drama"], None]
    assert tables.users["twitterId"].to_list() == ["177651718", "332282955"]


def objects(*names: str, **more: object) -> str:
    return json.dumps([{"name": name, **more} for name in names])


def tmdb(folder: Path, credits: bool = True) -> Path:
    film = {
        "budget": [0, 63000000],
        "genres": [objects("Drama"), "[]"],
        "homepage": [None, "http://www.example.org"],
        "id": [500, 603],
        "keywords": [objects("heist", "heist"), objects("robot")],
        "original_language": ["en", "en"],
        "original_title": ["Reservoir Dogs", "The Matrix"],
        "overview": ['A heist,\ngone wrong: "quoted"', None],
        "popularity": [1.5, 2],
        "production_companies": [objects("Live"), "[]"],
        "production_countries": [objects("United States of America"), "[]"],
        "release_date": ["1992-09-02", None],
        "revenue": [14661007, 0],
        "runtime": [99.0, 0.0],
        "spoken_languages": [objects("English"), "[]"],
        "status": ["Released", "Released"],
        "tagline": [None, None],
        "title": ["Reservoir Dogs", "The Matrix"],
        "vote_average": [8.0, 7.9],
        "vote_count": [3697, 8907],
    }
    folder.mkdir(exist_ok=True)
    pl.DataFrame(film).write_csv(folder / "one.csv")
    cast = [{"name": "Tim Roth", "order": 1}, {"name": "Harvey Keitel", "order": 0}]
    crew = [("Quentin Tarantino", "Director"), ("Quentin Tarantino", "Screenplay")]
    crew += [("Sally Menke", "Editor"), ("Quentin Tarantino", "Writer"), ("Nobody", "Foley")]
    people = {
        "movie_id": [603, 500],
        "title": ["Reservoir Dogs", "The Matrix"],  # of the wrong films: ids count, not titles
        "cast": ["[]", json.dumps(cast)],
        "crew": ["[]", json.dumps([{"name": name, "job": job} for name, job in crew])],
    }
    if credits:
        pl.DataFrame(people).write_csv(folder / "two.csv")
    return folder


def test_tmdb_joins_movies_and_credits_by_id(tmp_path: Path):
    tables = read(tmdb(tmp_path / "t"))
    dogs, matrix = tables.movies.rows(named=True)
    assert dogs["item_id"] == "500"
    assert dogs["cast"] == ["Harvey Keitel", "Tim Roth"]
    assert dogs["directors"] == ["Quentin Tarantino"] == dogs["writers"]
    assert (dogs["editors"], dogs["composers"]) == (["Sally Menke"], None)
    assert (dogs["keywords"], dogs["year"]) == (["heist"], 1992)
    assert dogs["overview"] == 'A heist,\ngone wrong: "quoted"'
    assert (matrix["cast"], matrix["directors"], matrix["genres"]) == (None, None, None)
    assert (dogs["budget"], matrix["revenue"], matrix["runtime"]) == (None, None, None)
    changes = {(t, c, what): n for t, c, what, n in tables.changes.rows()}
    assert changes["movies", "budget", "zero is unknown"] == 1
    assert changes["movies", "genres", "empty list is unknown"] == 1
    assert tables.published["movies"]["budget"].to_list() == [0, 63000000]


def test_credits_of_no_film_and_repeated_ones_are_counted(tmp_path: Path):
    folder = tmdb(tmp_path / "t")
    with (folder / "two.csv").open("a") as people:
        people.write("77,Memento,[],[]\n603,The Matrix,[],[]\n")
    tables = read(folder)
    counted = tables.changes.filter(pl.col("table") == "credits").select("change", "rows").rows()
    assert counted == [("repeated row dropped", 1), ("credits of no film dropped", 1)]
    assert tables.published["credits"].height == 4


def test_tmdb_movies_stand_alone_and_credits_do_not(tmp_path: Path):
    alone = read(tmdb(tmp_path / "t", credits=False)).movies
    assert alone["title"].to_list() == ["Reservoir Dogs", "The Matrix"]
    assert alone["cast"].null_count() == 2
    tmdb(tmp_path / "t")
    with pytest.raises(MissingData, match=r"two.csv: expected the movies table"):
        read(tmp_path / "t" / "two.csv")


KAGGLE = (
    "adult,belongs_to_collection,budget,genres,homepage,id,imdb_id,original_language,"
    "original_title,overview,popularity,poster_path,production_companies,production_countries,"
    "release_date,revenue,runtime,spoken_languages,status,tagline,title,video,vote_average,"
    "vote_count\n"
    "False,\"{'id': 10194, 'name': 'Toys'}\",30000000,\"[{'id': 16, 'name': 'Animation'}]\",,862,"
    'tt0114709,en,Toy Story,"Led by Woody,\nAndy\'s toys ""live""",21.9,/poster.jpg,'
    "\"[{'name': \"\"L'Avventura\"\", 'id': 3}]\",\"[{'name': 'France'}]\",1995-10-30,373554033,"
    "81.0,\"[{'name': 'English'}]\",Released,,Toy Story,False,7.7,5415\n"
    "False,,0,[],,4,tt0113497,en,Jumanji,A game,17.0,,[],[],1995-12-15,0,104.0,[],Released,,"
    "Jumanji,False,6.9,2413\n"
    " - Written by nobody,0.065736,/x.jpg,\"[{'name': 'Carousel'}]\",[],1997-08-20,0,104.0,"
    '"[]",Released,,Midnight Man,False,6.0,1\n'
    "False,,0,[],,4,tt0113497,en,Jumanji,A game,17.0,,[],[],1995-12-15,0,104.0,[],Released,,"
    "Jumanji,False,6.9,2413\n"
    " - again,,0,[],,1997-08-20,tt1,en,X,Y,1,,[],[],1995-12-15,0,1,[],Released,,Z,False,6.9,2\n"
)


def movies_dataset(folder: Path) -> Path:
    return written(
        folder,
        movies_metadata__csv=KAGGLE,
        keywords__csv="id,keywords\n862,\"[{'id': 931, 'name': 'jealousy'}]\"\n",
        credits__csv=(
            "cast,crew,id\n\"[{'name': 'Tom Hanks', 'order': 0}]\","
            "\"[{'name': 'John Lasseter', 'job': 'Director'}]\",862\n[],[],4\n"
        ),
        ratings__csv="userId,movieId,rating,timestamp\n5,1,4.5,100\n5,2,3.0,101\n6,9,1.0,102\n",
        ratings_small__csv="userId,movieId,rating,timestamp\n5,1,4.5,100\n",
        links__csv="movieId,imdbId,tmdbId\n1,0114709,862\n2,0113497,4\n9,0000009,777\n",
    )


def test_the_movies_dataset_is_read_from_python_literals(tmp_path: Path):
    folder = movies_dataset(tmp_path / "kaggle")
    for name in ("ratings.csv", "ratings_small.csv", "links.csv"):
        (folder / name).unlink()
    tables = read(folder)
    toys, game = tables.movies.rows(named=True)
    assert (toys["item_id"], toys["imdb_id"], toys["companies"]) == (
        "862",
        "tt0114709",
        ["L'Avventura"],
    )
    assert toys["overview"] == 'Led by Woody,\nAndy\'s toys "live"'
    assert (toys["keywords"], toys["cast"]) == (["jealousy"], ["Tom Hanks"])
    assert (toys["directors"], game["directors"]) == (["John Lasseter"], None)
    assert toys["poster_url"] == "https://image.tmdb.org/t/p/w342/poster.jpg"
    broken = tables.quarantine.select("row", "column", "value").rows()
    assert broken[0][:2] == (3, "")  # too few cells
    assert broken[1] == (5, "id", "1997-08-20")
    repeated = tables.changes.filter(pl.col("change") == "repeated row dropped")
    assert repeated["rows"].to_list() == [1]


def test_the_movies_dataset_joins_its_ratings_by_its_links(tmp_path: Path):
    tables = read(movies_dataset(tmp_path / "kaggle"))
    assert tables.name == "kaggle"
    assert rows(tables) == [("5", "1", 4.5, 100), ("5", "2", 3.0, 101)]
    assert tables.movies.select("item_id", "tmdb_id", "title").rows() == [
        ("1", 862, "Toy Story"),
        ("2", 4, "Jumanji"),
    ]
    dropped = tables.changes.filter(pl.col("table") == "ratings")
    assert dropped["rows"].to_list() == [1]
    assert any("ratings_small.csv" in change for change in tables.changes["change"])


def test_own_columns_and_a_mapping_read_alike(tmp_path: Path):
    frame = pl.DataFrame(
        {"user_id": ["ann", "bob"], "item_id": ["007", "7"], "rating": [8, 3], "timestamp": [5, 6]}
    )
    frame.write_csv(tmp_path / "own.csv")
    frame.write_parquet(tmp_path / "own.pq")
    mapping = {"user_id": "who", "item_id": "what", "rating": "stars", "timestamp": "when"}
    frame.rename(mapping).write_csv(tmp_path / "mapped.txt", separator=";")
    frame.rename(mapping).write_parquet(tmp_path / "mapped.pq")
    expected = [("ann", "007", 8.0, 5), ("bob", "7", 3.0, 6)]
    for name, given in {
        "own.csv": None,
        "own.pq": None,
        "mapped.txt": mapping,
        "mapped.pq": mapping,
    }.items():
        tables = read(tmp_path / name, mapping=given)
        assert rows(tables) == expected, name
        assert tables.scale == RatingScale(1, 10, 1)


def test_own_ratings_may_lack_a_rating_and_have_dates(tmp_path: Path):
    path = tmp_path / "plays.csv"
    path.write_text("item_id,user_id,timestamp\nm1,ann,2020-01-02\nm2,ann,2020-01-02T00:00:01Z\n")
    assert rows(read(path)) == [("ann", "m1", None, 1577923200), ("ann", "m2", None, 1577923201)]


def test_own_movies_take_lists_as_bars_or_json(tmp_path: Path):
    path = tmp_path / "films.csv"
    path.write_text(
        "item_id,title,genres,cast,year,release_date\n"
        'a,Heat,Crime|Drama,"[""Al Pacino"", ""Val | Kilmer""]",1995,1995-12-15\nb,Up,,,,\n'
    )
    heat, up = read(path).movies.rows(named=True)
    assert heat["genres"] == ["Crime", "Drama"]
    assert heat["cast"] == ["Al Pacino", "Val | Kilmer"]
    assert (heat["year"], heat["release_date"]) == (1995, date(1995, 12, 15))
    assert (up["year"], up["genres"]) == (None, None)


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([1, 5, 3], (1, 5, 1)),
        ([0.5, 5], (0.5, 5, 0.5)),
        ([0, 4], (0, 5, 1)),
        ([7, 1], (1, 10, 1)),
        ([0, 10], (0, 10, 1)),
        ([7.3, 1.2], (0, 10, 0.1)),
        ([55, 90], (0, 100, 1)),
        ([-2, 0, 2], (-2, 2, 2)),
    ],
)
def test_an_unknown_scale_is_the_narrowest_known_that_all_values_lie_on(tmp_path, values, scale):
    path = tmp_path / "r.csv"
    path.write_text("user_id,item_id,rating\n" + "".join(f"u,i{v},{v}\n" for v in values))
    assert read(path).scale == RatingScale(*scale)


def test_a_mapping_names_our_columns_and_the_files(tmp_path: Path):
    path = tmp_path / "r.csv"
    path.write_text("uid,item_id\nu,i\n")
    with pytest.raises(InputError, match=r"expected some of user_id, .*, got 'user' \(1\)"):
        read(path, mapping={"user_id": "uid", "user": "uid"})
    with pytest.raises(InputError, match=r"mapping: expected columns of a file, got 'stars' \(1\)"):
        read(path, mapping={"user_id": "uid", "rating": "stars"})


def test_a_zip_reads_like_its_folder_also_with_a_folder_inside(tmp_path: Path):
    folder = written(tmp_path / "ml", ratings__csv=RATED, movies__csv=FILMS, README__txt="words")
    with zipfile.ZipFile(tmp_path / "ml.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder, "inner/")
        for path in folder.iterdir():
            archive.write(path, f"inner/{path.name}")
    plain, zipped = read(folder), read(str(tmp_path / "ml.zip"))
    assert plain.name == zipped.name == "ml"
    assert plain.movies.equals(zipped.movies)
    assert plain.ratings.equals(zipped.ratings)


def test_a_large_member_of_a_zip_is_unpacked_and_leaves_nothing(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("matinee.intake.files.IN_MEMORY", 10)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    with zipfile.ZipFile(tmp_path / "ml.zip", "w") as archive:
        archive.writestr("ratings.csv", RATED)
    assert len(rows(read(tmp_path / "ml.zip"))) == 2
    assert not list((tmp_path / "temporary").iterdir())


def test_files_given_singly_belong_together(tmp_path: Path):
    folder = written(tmp_path / "ml", ratings__csv=RATED, movies__csv=FILMS)
    tables = read([folder / "ratings.csv", folder / "movies.csv"])
    assert (tables.name, tables.movies.height, tables.ratings.height) == ("ratings+movies", 3, 2)


def test_a_byte_order_mark_and_windows_line_ends_do_not_matter(tmp_path: Path):
    marked = b"\xef\xbb\xbf" + RATED.replace("\n", "\r\n").encode()
    tables = read(written(tmp_path / "a", r__csv=marked))
    assert rows(tables) == [("1", "31", 2.5, 1260759144), ("7", "10", 4.0, 1260759179)]


def test_every_table_is_as_the_schema_says_and_makes_a_data_set(tmp_path: Path):
    for tables in (
        read(tmdb(tmp_path / "t")),
        read(movies_dataset(tmp_path / "k")),
        read(written(tmp_path / "m", r__csv=RATED, m__csv=FILMS)),
    ):
        check(tables.movies, MOVIES, "movies")
        check(tables.ratings, RATINGS, "ratings")
        assert len(Dataset.from_tables(tables).items) == tables.movies.height
