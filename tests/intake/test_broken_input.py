"""Each kind of broken input has its message; broken rows are set aside, the others are read."""

import struct
import zipfile
from pathlib import Path

import polars as pl
import pytest

from matinee.errors import InputError
from matinee.intake import read

HEADER = "userId,movieId,rating,timestamp\n"
SOUND = "1,31,2.5,1260759144\n"


def ratings(folder: Path, *lines: str, header: str = HEADER) -> Path:
    path = folder / "ratings.csv"
    path.write_text(header + "".join(f"{line}\n" for line in lines))
    return path


@pytest.mark.parametrize(
    ("line", "column", "value", "reason"),
    [
        ("1,2,abc,5", "rating", "abc", "expected a rating of 0.5 to 5 in steps of 0.5"),
        ("1,2,7,5", "rating", "7", "expected a rating of 0.5 to 5 in steps of 0.5"),
        ("1,2,3.2,5", "rating", "3.2", "expected a rating of 0.5 to 5 in steps of 0.5"),
        ("1,2,nan,5", "rating", "nan", "expected a rating of 0.5 to 5 in steps of 0.5"),
        ("1,2,,5", "rating", "", "expected a rating of 0.5 to 5 in steps of 0.5"),
        ("1,x9,3,5", "movieId", "x9", "expected a whole number from 0"),
        ("-1,9,3,5", "userId", "-1", "expected a whole number from 0"),
        (",9,3,5", "userId", "", "expected a whole number from 0"),
        ("1,2,3,2015-01-01", "timestamp", "2015-01-01", "expected a time in UTC seconds"),
        ("1,2,3,-5", "timestamp", "-5", "expected a time in UTC seconds"),
        ("1,2,3,1260759144000", "timestamp", "1260759144000", "expected a time in UTC seconds"),
        ("1,2,3", "", "1,2,3", "expected 4 cells"),
        ("1,2,3,4,5", "", "1,2,3,4,5", "expected 4 cells"),
        ('1,"2,3,4', "", '1,"2,3,4', "expected a closing quote"),
    ],
)
def test_a_broken_row_is_set_aside_with_its_place(tmp_path: Path, line, column, value, reason):
    path = ratings(tmp_path, SOUND.strip(), line, "2,31,4,7")
    tables = read(path)
    assert tables.ratings.height == 2
    assert tables.quarantine.rows() == [("ratings.csv", 2, column, value, reason, line)]
    place = f"ratings.csv row 2{', ' if column else ''}{column}: "
    with pytest.raises(InputError) as raised:
        read(path, strict=True)
    assert str(raised.value) == f"{place}{reason}, got {value!r} (1 broken row)"


def test_strict_counts_all_broken_rows_and_shows_the_first(tmp_path: Path):
    path = ratings(tmp_path, SOUND.strip(), *["1,2,9,5"] * 3)
    with pytest.raises(InputError, match=r"row 2, rating: .*, got '9' \(3 broken rows\)"):
        read(path, strict=True)


def test_a_file_of_broken_rows_alone_is_an_error(tmp_path: Path):
    with pytest.raises(InputError, match=r"row 1, rating: .* \(2 broken rows, no sound one\)"):
        read(ratings(tmp_path, "1,2,9,5", "1,3,9,5"))


def test_too_many_broken_rows_stop_the_reading(tmp_path: Path, monkeypatch):
    for module in ("account", "cells"):
        monkeypatch.setattr(f"matinee.intake.{module}.MOST_BROKEN", 3)
    path = ratings(tmp_path, SOUND.strip(), *["1,2,9,5"] * 4)
    with pytest.raises(InputError, match=r"row 2, rating: .* \(4 broken rows\)"):
        read(path)
    assert read(ratings(tmp_path, SOUND.strip(), *["1,2,9,5"] * 3)).quarantine.height == 3


def test_a_lost_quote_costs_one_row_not_the_rest_of_the_file(tmp_path: Path):
    path = tmp_path / "movies.csv"
    films = [f'{k},"Film, The {k} (1990)",Drama' for k in range(1, 3000)]
    films[9] = '10,"Film The 10 (1990),Drama'
    films[19] = '20,"Film" The 20 (1990),Drama'
    path.write_text("movieId,title,genres\n" + "\n".join(films))
    tables = read(path)
    assert tables.quarantine.select("row", "text").rows() == [(10, films[9]), (20, films[19])]
    assert tables.movies.height == 2997


def test_a_repeated_pair_keeps_its_latest_and_is_counted(tmp_path: Path):
    path = ratings(
        tmp_path, "1,2,3,50", "1,2,4,90", "1,3,2,10", "1,3,2,10", "1,2,5,70", "4,3,1,1", "4,3,2,1"
    )
    tables = read(path)
    found = tables.ratings.with_columns(pl.col("user_id", "item_id").cast(pl.String)).rows()
    assert found == [("1", "2", 4.0, 90), ("1", "3", 2.0, 10), ("4", "3", 2.0, 1)]
    assert tables.changes.select("change", "rows").rows() == [
        ("repeated row dropped", 1),
        ("earlier rating of the same pair dropped", 3),
    ]
    assert tables.published["ratings"].height == 7


def test_a_missing_column_is_named(tmp_path: Path):
    path = ratings(tmp_path, "1,2,3", header="userId,movieId,rating\n")
    with pytest.raises(
        InputError,
        match=r"ratings.csv: expected columns \['timestamp'\] \(movielens ratings\), got \['userId",
    ):
        read(path)


def test_a_column_that_stands_twice_is_an_error(tmp_path: Path):
    path = ratings(tmp_path, "1,2,3,4,5", header="userId,movieId,rating,timestamp,rating\n")
    with pytest.raises(InputError, match=r"expected each column once, got \['rating'\] again"):
        read(path)


def test_wrong_json_and_wrong_dates_are_broken_cells(tmp_path: Path):
    path = tmp_path / "films.csv"
    header = "id,title,original_title,overview,genres,keywords,production_companies,vote_count,"
    header += (
        "production_countries,release_date,runtime,original_language,spoken_languages,status,"
        "budget,revenue,tagline,homepage,popularity,vote_average\n"
    )
    good = "1,A,A,,[],[],[],5,[],1999-01-31,90,en,[],Released,1,1,,,1.5,7\n"
    bad = [
        good.replace("1,A,A,,[]", "2,A,A,,[{]").strip(),
        good.replace("1,A,A,,[]", '3,A,A,,"{""name"": 1}"').strip(),
        good.replace("1,A", "4,A").replace("1999-01-31", "1999-02-31").strip(),
        good.replace("1,A", "5,A").replace(",90,", ",long,").strip(),
    ]
    path.write_text(header + good + "\n".join(bad))
    tables = read(path)
    assert tables.movies["item_id"].to_list() == ["1"]
    assert tables.quarantine.select("row", "column", "value", "reason").rows() == [
        (2, "genres", "[{]", "expected a JSON list of objects with names"),
        (3, "genres", '{"name": 1}', "expected a JSON list of objects with names"),
        (4, "release_date", "1999-02-31", "expected a date"),
        (5, "runtime", "long", "expected a number"),
    ]
    assert tables.published["movies"].height == 5


def test_bytes_that_are_not_utf_8_break_their_row(tmp_path: Path):
    path = tmp_path / "movies.csv"
    path.write_bytes("movieId,title,genres\n1,Léon (1994),Crime\n".encode() + b"2,L\xe9on,Crime\n")
    tables = read(path)
    assert tables.movies["title"].to_list() == ["Léon"]
    assert tables.quarantine.select("row", "reason", "value").rows() == [
        (2, "expected UTF-8 text", "2,L\\xe9on,Crime")
    ]


def test_utf_16_is_refused_by_name(tmp_path: Path):
    path = tmp_path / "ratings.csv"
    path.write_text(HEADER + SOUND, encoding="utf-16")
    with pytest.raises(InputError, match=r"ratings.csv: expected UTF-8 text, got UTF-16"):
        read(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"data.csv: expected a header and rows, got an empty file"),
        (HEADER, r"data.csv: expected rows, got none below the header"),
        ("\n\n", r"data.csv: expected one of TMDB 5000.*, got ''"),
        ("a,b\n1,2\n", r"data.csv: expected one of TMDB 5000.*, got 'a,b'"),
    ],
)
def test_a_file_without_rows_or_of_no_known_kind_is_an_error(tmp_path: Path, content, message):
    (tmp_path / "data.csv").write_text(content)
    with pytest.raises(InputError, match=message):
        read(tmp_path / "data.csv")


def test_a_folder_without_known_files_says_what_it_holds(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("words")
    with pytest.raises(InputError, match=r"expected one of TMDB.*, got '.*/notes.txt' \(1\)"):
        read(tmp_path)
    with pytest.raises(InputError, match=r"nowhere: expected a file or a folder, got none"):
        read(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"expected at least one path, got none"):
        read([])


def test_a_data_file_of_no_known_kind_beside_known_ones_is_told_of(tmp_path: Path):
    ratings(tmp_path, SOUND.strip())
    (tmp_path / "genome-scores.csv").write_text("movieId,tagId,relevance\n1,1,0.02\n")
    changes = read(tmp_path).changes
    assert any("genome-scores.csv" in change for change in changes["change"])


def zipped(path: Path, **members: str | bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return path


def test_a_truncated_zip_is_an_error(tmp_path: Path):
    path = zipped(tmp_path / "ml.zip", ratings__csv=HEADER + SOUND * 200)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(InputError, match=r"ml.zip: expected a whole zip, got a truncated or dam"):
        read(path)


def test_a_zip_with_damaged_bytes_is_an_error(tmp_path: Path):
    rows = "".join(f"{k},{k * 7919 % 1013},3,{k * 104729 % 99991}\n" for k in range(20000))
    path = zipped(tmp_path / "ml.zip", ratings__csv=HEADER + rows)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"ml.zip/ratings.csv: expected a whole zip"):
        read(path)


def test_a_zip_bomb_is_refused_by_what_it_declares(tmp_path: Path):
    path = zipped(tmp_path / "bomb.zip", ratings__csv=b"0" * (70 * 2**20))
    with pytest.raises(InputError, match=r"bomb.zip: expected a zip that unpacks to at most"):
        read(path)


def test_a_zip_bomb_that_declares_little_gives_no_more_than_it_declares(tmp_path: Path):
    content = (HEADER + SOUND * 50_000).encode()
    path = zipped(tmp_path / "liar.zip", ratings__csv=content)
    whole, small = struct.pack("<L", len(content)), struct.pack("<L", 100)
    assert path.read_bytes().count(whole) == 2
    path.write_bytes(path.read_bytes().replace(whole, small))
    with pytest.raises(InputError, match=r"liar.zip/ratings.csv: expected a whole zip, got"):
        read(path)


@pytest.mark.parametrize("name", ["../ratings.csv", "/etc/ratings.csv", "a\\..\\ratings.csv"])
def test_a_zip_with_names_outside_itself_is_refused(tmp_path: Path, name: str):
    path = zipped(tmp_path / "evil.zip", **{name: HEADER + SOUND})
    with pytest.raises(InputError, match=r"evil.zip: expected names inside the zip, got "):
        read(path)


def test_a_zip_with_a_password_is_refused(tmp_path: Path):
    path = zipped(tmp_path / "locked.zip", ratings__csv=HEADER + SOUND)
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"expected a zip without password, got .*password"):
        read(path)


def test_a_damaged_parquet_file_is_an_error(tmp_path: Path):
    path = tmp_path / "own.parquet"
    pl.DataFrame({"user_id": ["a"], "item_id": ["b"]}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(InputError, match=r"own.parquet: expected a whole Parquet file, got"):
        read(path)


def test_a_broken_row_of_a_parquet_file_is_set_aside(tmp_path: Path):
    path = tmp_path / "own.parquet"
    frame = {"user_id": ["a", "b", None], "item_id": [1, 2, 3], "rating": [4.0, None, 3.0]}
    pl.DataFrame(frame).write_parquet(path)
    tables = read(path)
    assert tables.ratings["item_id"].cast(pl.String).to_list() == ["1", "2"]
    assert tables.quarantine.select("row", "column", "reason").rows() == [
        (3, "user_id", "expected a text")
    ]


def test_two_sources_of_ratings_and_films_unknown_to_each_other_are_errors(tmp_path: Path):
    first, second, films = tmp_path / "one", tmp_path / "two", tmp_path / "films"
    for folder in (first, second, films):
        folder.mkdir()
    ratings(first, SOUND.strip())
    ratings(second, SOUND.strip())
    (films / "f.csv").write_text("item_id,title\nx,Unknown film\n")
    with pytest.raises(InputError, match=r"expected one source of ratings, got one and two"):
        read([first, second])
    with pytest.raises(InputError, match=r"expected films known to both one and films, got none"):
        read([first, films])
