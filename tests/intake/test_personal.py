"""A person's own exports, read into the ids of a catalogue."""

import zipfile
from datetime import UTC, datetime

import polars as pl
import pytest

from matinee.errors import InputError
from matinee.intake.personal import read_history
from matinee.schema import RATINGS, RatingScale, check

CATALOGUE = pl.DataFrame(
    [
        ("7", "Toy Story", 1995, "0114709"),
        ("9", "Sabrina", 1954, "0047437"),
        ("12", "Sabrina", 1995, "0114319"),
        ("40", "The Matrix", 1999, "0133093"),
        ("41", "Amélie", 2001, "0211915"),
        ("77", "Mongol: The Rise of Genghis Khan", 2007, None),
        ("78", "Heat", 1995, "0113277"),
        ("90", "Up", 2009, "1049413"),
    ],
    schema={"item_id": pl.String, "title": pl.String, "year": pl.Int32, "imdb_id": pl.String},
    orient="row",
)

URI = "https://boxd.it/1"
LETTERBOXD = {
    "diary.csv": (
        "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n"
        f"2024-01-03,Toy Story,1995,{URI},4,,,2024-01-01\n"
        f"2024-02-03,Toy Story,1995,{URI},4.5,Yes,,2024-02-02\n"
        f"2024-01-09,Heat,1995,{URI},,,,2024-01-08\n"
        f'2024-01-10,"Matrix, The",1999,{URI},5,,"sf, again",2024-01-10\n'
    ),
    "ratings.csv": (
        "Date,Name,Year,Letterboxd URI,Rating\n"
        f"2024-03-01,Toy Story,1995,{URI},3.5\n"
        f"2024-03-02,Amélie,2002,{URI},0.5\n"
        f"2024-03-02,Mongol,2007,{URI},3\n"
        f"2024-03-02,Unheard Of,1999,{URI},3\n"
    ),
    "watched.csv": (
        "Date,Name,Year,Letterboxd URI\n"
        f"2024-03-01,Toy Story,1995,{URI}\n2023-05-05,Sabrina,1954,{URI}\n"
    ),
    "watchlist.csv": (
        f"Date,Name,Year,Letterboxd URI\n2024-03-01,Up,2009,{URI}\n2024-03-01,Unmade,2031,{URI}\n"
    ),
    "likes/films.csv": f"Date,Name,Year,Letterboxd URI\n2024-02-02,Toy Story,1995,{URI}\n",
    "deleted/diary.csv": (
        "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n"
        f"2024-01-03,Up,2009,{URI},1,,,2024-01-01\n"
    ),
    "profile.csv": "Date Joined,Username\n2020-01-01,somebody\n",
    "comments.csv": "Date,Content,Comment\n",
}
IMDB = (
    "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),"
    "Year,Genres,Num Votes,Release Date,Directors\n"
    "tt0114709,9,2020-05-01,Toy Story - Special Edition,Toy Story,u,Movie,8.3,81,1995,A,1,,J\n"
    "tt0047437,7,2020-05-02,Sabrina,Sabrina,u,Movie,7.6,113,1954,Comedy,1,,B\n"
    "tt0903747,10,2020-05-03,Breaking Bad,Breaking Bad,u,TV Series,9.5,49,2008,Crime,1,,V\n"
    "tt9999999,4,2020-05-04,Heat,Heat,u,movie,8.3,170,1995,Crime,1,,M\n"
)


def seconds(day):
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


def folder(tmp_path, files):
    for name, content in files.items():
        path = tmp_path / "export" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path / "export"


def one_file(tmp_path, content, name="list.csv"):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return path


def ratings_of(history):
    check(history.ratings, RATINGS, "history")
    assert set(history.ratings["user_id"]) <= {"you"}
    return {item: (rating, time) for _, item, rating, time in history.ratings.iter_rows()}


@pytest.fixture
def letterboxd(tmp_path):
    return folder(tmp_path, LETTERBOXD)


def test_letterboxd_takes_ratings_from_ratings_and_times_from_the_diary(letterboxd):
    history = read_history(letterboxd, CATALOGUE)
    assert history.source == "Letterboxd"
    assert history.scale == RatingScale(0.5, 5, 0.5)
    assert ratings_of(history) == {
        "7": (3.5, seconds("2024-02-02")),  # rating of ratings.csv, time of the latest watch
        "78": (None, seconds("2024-01-08")),  # seen, never rated
        "40": (5.0, seconds("2024-01-10")),  # rated in the diary alone
        "41": (0.5, seconds("2024-03-02")),  # one year apart
        "9": (None, seconds("2023-05-05")),  # watched alone
    }


def test_what_is_not_certain_is_told_and_nothing_else(letterboxd):
    history = read_history(letterboxd, CATALOGUE)
    why = "no film of this title and year in the catalogue"
    assert history.unmatched.rows() == [("Unheard Of", 1999, why), ("Unmade", 2031, why)]
    ((title, year, item_id, candidate, candidate_year, score),) = history.doubtful.rows()
    assert (title, year, item_id, candidate_year) == ("Mongol", 2007, "77", 2007)
    assert candidate.startswith("Mongol: ")
    assert 0.8 < score < 1
    assert not history.quarantine.height


def test_the_watchlist_is_wanted_and_no_history(letterboxd):
    history = read_history(letterboxd, CATALOGUE)
    assert history.wanted.rows() == [("90", "Up", 2009), (None, "Unmade", 2031)]
    assert history.liked.rows() == [("7", "Toy Story", 1995)]
    assert sorted(history.skipped) == [
        "export/comments.csv",
        "export/deleted/diary.csv",
        "export/profile.csv",
    ]


def test_a_zip_of_the_export_reads_as_its_folder(letterboxd, tmp_path):
    path = tmp_path / "letterboxd.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in LETTERBOXD.items():
            archive.writestr(name, content)
    assert read_history(path, CATALOGUE).ratings.equals(read_history(letterboxd, CATALOGUE).ratings)


@pytest.mark.parametrize("name", ["diary.csv", "ratings.csv", "watched.csv", "watchlist.csv"])
def test_one_file_of_the_export_is_enough(tmp_path, name):
    history = read_history(one_file(tmp_path, LETTERBOXD[name], name), CATALOGUE)
    assert history.source == "Letterboxd"
    assert (history.wanted.height, history.ratings.height > 0) == (
        (2, False) if name == "watchlist.csv" else (0, True)
    )


def test_a_diary_with_a_header_alone_is_no_fault(tmp_path):
    files = LETTERBOXD | {"diary.csv": LETTERBOXD["diary.csv"].splitlines()[0] + "\n"}
    assert "40" not in ratings_of(read_history(folder(tmp_path, files), CATALOGUE))


def test_broken_rows_of_an_export_are_set_aside_or_stop_it(tmp_path):
    broken = f"2024-03-05,Heat,1995,{URI},4.7\n2024-02-31,Up,2009,{URI},4\n,,1990,{URI},4\n"
    path = one_file(tmp_path, LETTERBOXD["ratings.csv"] + broken, "ratings.csv")
    history = read_history(path, CATALOGUE)
    assert history.quarantine.select("file", "row", "column", "value").rows() == [
        ("ratings.csv", 5, "Rating", "4.7"),
        ("ratings.csv", 6, "Date", "2024-02-31"),
        ("ratings.csv", 7, "Name", ""),
    ]
    assert not {"78", "90"} & ratings_of(history).keys()
    with pytest.raises(InputError, match=r"ratings\.csv row 5, Rating: expected a rating of 0\.5"):
        read_history(path, CATALOGUE, strict=True)


def test_imdb_goes_by_its_ids_first_and_by_title_then(tmp_path):
    history = read_history(one_file(tmp_path, IMDB), CATALOGUE)
    assert history.source == "IMDb"
    assert history.scale == RatingScale(1, 10, 1)
    assert ratings_of(history) == {
        "7": (9.0, seconds("2020-05-01")),
        "9": (7.0, seconds("2020-05-02")),
        "78": (4.0, seconds("2020-05-04")),
    }
    assert history.unmatched.rows() == [("Breaking Bad", 2008, "no film but a TV Series")]


def test_an_imdb_watchlist_is_wanted_unless_rated(tmp_path):
    header = "Position,Const,Created,Title,Title Type,Year,Your Rating,Date Rated\n"
    rows = (
        "1,tt1049413,2020-01-01,Up,Movie,2009,,\n"
        "2,tt0133093,2020-01-01,The Matrix,Movie,1999,8,2021-02-03\n"
    )
    history = read_history(one_file(tmp_path, header + rows), CATALOGUE)
    assert history.wanted["item_id"].to_list() == ["90"]
    assert ratings_of(history) == {"40": (8.0, seconds("2021-02-03"))}


def test_ids_with_and_without_letters_are_one(tmp_path):
    written = CATALOGUE.with_columns("tt" + pl.col("imdb_id"))
    path = one_file(tmp_path, IMDB)
    assert read_history(path, written).ratings.equals(read_history(path, CATALOGUE).ratings)


def test_a_plain_list_needs_titles_alone(tmp_path):
    path = one_file(tmp_path, "Title\nToy Story\nHeat (1995)\nSabrina\nmatrix\n")
    history = read_history(path, CATALOGUE)
    assert {item: rating for item, (rating, _) in ratings_of(history).items()} == {
        "7": None,
        "78": None,
    }
    assert set(history.doubtful["item_id"]) == {"9", "12"}  # two films called Sabrina
    assert history.unmatched["title"].to_list() == ["matrix"]


def test_a_plain_list_above_five_is_of_ten(tmp_path):
    low = one_file(tmp_path, "title,year,rating\nToy Story,1995,4.5\nHeat,1995,5\n", "low.csv")
    assert read_history(low, CATALOGUE).scale == RatingScale(0.5, 5, 0.5)
    high = one_file(tmp_path, "title,year,rating,date\nHeat,1995,8,2020-02-03\n", "high.csv")
    history = read_history(high, CATALOGUE)
    assert (history.scale.minimum, history.scale.maximum) == (1, 10)
    assert ratings_of(history) == {"78": (8.0, seconds("2020-02-03"))}


def test_a_film_listed_twice_counts_once_with_its_latest_rating(tmp_path):
    rows = "title,year,rating,date\nHeat,1995,2,2020-02-03\nHeat,1995,5,2021-02-03\n"
    history = read_history(one_file(tmp_path, rows), CATALOGUE)
    assert ratings_of(history) == {"78": (5.0, seconds("2021-02-03"))}


def test_what_is_no_export_says_what_was_expected(tmp_path):
    with pytest.raises(InputError, match=r"x\.csv: expected Letterboxd's export.* got x\.csv with"):
        read_history(one_file(tmp_path, "a,b\n1,2\n", "x.csv"), CATALOGUE)
    with pytest.raises(InputError, match="expected a file or a folder, got none"):
        read_history(tmp_path / "nothing.zip", CATALOGUE)
    mixed = folder(tmp_path, {"ratings.csv": LETTERBOXD["ratings.csv"], "imdb.csv": IMDB})
    with pytest.raises(InputError, match="one person's export, got IMDb and Letterboxd"):
        read_history(mixed, CATALOGUE)
    with pytest.raises(InputError, match="expected films seen or wanted, got none"):
        read_history(one_file(tmp_path, "title,year\n", "none.csv"), CATALOGUE)
