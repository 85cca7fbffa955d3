"""Files that nobody meant to give: refused or set aside with a message, never a traceback."""

import os
import random
import zipfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matinee.errors import InputError
from matinee.intake import read
from matinee.intake.personal import read_history
from matinee.schema import MOVIES, Tables

HEADER = "userId,movieId,rating,timestamp\n"
SOUND = "1,31,2.5,1260759144\n"
CATALOGUE = pl.DataFrame({"item_id": ["7"], "title": ["Heat"], "year": [1995]}).with_columns(
    pl.col("year").cast(pl.Int32)
)


def of_bytes(folder: Path, content: bytes | str, name: str = "data.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "userId,movieId,rating,timestamp,ann\xe9e\n1,1,3,5,a\n".encode("latin-1"),
            r"data.csv: expected UTF-8 text, got 'userId.*ann\\\\xe9e' as the header",
        ),
        (
            'userId,movieId,rating,"timestamp\n1,1,3,5\n',
            r"data.csv: expected a closing quote in the header, got 'userId,movieId",
        ),
        (
            (HEADER + SOUND).replace(",", ";"),
            r"data.csv: expected ',' between the columns, got 'userId;movieId",
        ),
    ],
)
def test_a_header_that_cannot_be_read_says_why(tmp_path: Path, content, message: str):
    with pytest.raises(InputError, match=message):
        read(of_bytes(tmp_path, content))


def test_a_personal_list_with_a_latin_1_header_says_so(tmp_path: Path):
    path = of_bytes(tmp_path, "title,ann\xe9e\nHeat,1995\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"expected UTF-8 text, got 'title,ann"):
        read_history(path, CATALOGUE)


def test_a_note_or_a_picture_beside_an_export_is_skipped(tmp_path: Path):
    of_bytes(tmp_path, "title,year\nHeat,1995\n", "list.csv")
    of_bytes(tmp_path, "<svg a='1,2' b='1,2'/>,a,a\n", "picture.svg")
    found = read_history(tmp_path, CATALOGUE)
    assert found.ratings["item_id"].to_list() == ["7"]
    assert found.skipped == (f"{tmp_path.name}/picture.svg",)


@pytest.mark.parametrize("year", ["0", "-5", "1869", "99999", "99999999999"])
def test_a_year_that_is_none_breaks_its_row(tmp_path: Path, year: str):
    tables = read(of_bytes(tmp_path, f"item_id,title,year\n1,A,{year}\n2,B,1999\n"))
    assert tables.movies["year"].to_list() == [1999]
    row = (1, "year", year, "expected a year from 1870 to 9999")
    assert tables.quarantine.select("row", "column", "value", "reason").rows() == [row]
    history = of_bytes(tmp_path, f"title,year\nAlien,{year}\nHeat,1995\n", "list.csv")
    found = read_history(history, CATALOGUE)
    assert found.ratings["item_id"].to_list() == ["7"]
    assert found.quarantine["value"].to_list() == [year]


def test_a_day_before_the_cinema_breaks_its_row(tmp_path: Path):
    rows = "2024-01-01,Heat,1995,u,4\n-0001-12-31,Alien,1979,u,4\n"
    path = of_bytes(tmp_path, f"Date,Name,Year,Letterboxd URI,Rating\n{rows}")
    found = read_history(path, CATALOGUE)
    assert found.quarantine["value"].to_list() == ["-0001-12-31"]


def test_a_rating_beyond_single_precision_breaks_its_row(tmp_path: Path):
    tables = read(of_bytes(tmp_path, "user_id,item_id,rating\na,x,1e39\nb,y,4\n"))
    assert tables.ratings["rating"].to_list() == [4]
    assert tables.quarantine["value"].to_list() == ["1e39"]


def test_ratings_far_apart_have_a_finite_scale(tmp_path: Path):
    scale = read(of_bytes(tmp_path, "user_id,item_id,rating\na,x,3e38\nb,y,-3e38\n")).scale
    assert scale.step == pytest.approx(6e38)


def test_empty_names_of_a_list_are_left_out(tmp_path: Path):
    path = of_bytes(tmp_path, 'item_id,title,genres\n1,A,"a| b||"\n2,B,"[""c"", """"]"\n')
    assert read(path).movies["genres"].to_list() == [["a", "b"], ["c"]]


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("user_id", [["a"], ["b"]], r"expected user_id as a text, got List"),
        ("user_id", [{"a": 1}, {"a": 2}], r"expected user_id as a text, got Struct"),
        ("user_id", [b"\xff", b"b"], r"expected user_id as a text, got Binary"),
        ("rating", [[3.0], [4.0]], r"expected rating as a number, got List"),
        ("timestamp", [timedelta(1)] * 2, r"expected timestamp as a time .*, got Duration"),
        ("genres", [[1], [2]], r"expected genres as a list of names.*, got List\(Int64\)"),
        ("title", [["a"], ["b"]], r"expected title as a text, got List"),
    ],
)
def test_parquet_of_another_type_is_named(tmp_path: Path, column: str, values, message: str):
    of_films = column in MOVIES
    other = {"title": ["A", "B"]} if of_films else {"user_id": ["a", "a"]}
    table = {"item_id": ["x", "y"]} | other
    path = tmp_path / "own.parquet"
    pl.DataFrame(table | {column: values}).write_parquet(path)
    with pytest.raises(InputError, match=message):
        read(path)


def test_parquet_lists_of_any_text_are_lists_of_names(tmp_path: Path):
    path = tmp_path / "own.parquet"
    genres = pl.Series([["a", None], ["b"]], dtype=pl.List(pl.Categorical))
    pl.DataFrame({"item_id": ["x", "y"], "title": ["A", "B"], "genres": genres}).write_parquet(path)
    assert read(path).movies["genres"].to_list() == [["a"], ["b"]]


def test_a_pipe_is_refused_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path(os.devnull)):
        with pytest.raises(InputError, match=r"a file or a folder, got a pipe or a device"):
            read(path)


def test_a_name_that_is_too_long_is_no_file():
    with pytest.raises(InputError, match=r"aaa: expected a file or a folder, got none"):
        read("a" * 300)


def test_a_file_whose_name_is_no_text_is_read(tmp_path: Path):
    path = tmp_path / os.fsdecode(b"\xff.csv")
    of_bytes(tmp_path, HEADER + SOUND + "1,2,9,5\n", path.name)
    tables = read(path)
    assert tables.ratings.height == 1
    assert tables.name == "\\xff"
    assert tables.quarantine["file"].to_list() == ["\\xff.csv"]


def test_an_empty_zip_holds_nothing(tmp_path: Path):
    path = tmp_path / "empty.zip"
    zipfile.ZipFile(path, "w").close()
    with pytest.raises(InputError, match=r"empty.zip: expected one of .*, got nothing"):
        read(path)


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_with_any_damaged_byte_is_read_whole_or_refused(tmp_path: Path, compression: int):
    path = tmp_path / "ml.zip"
    rows = "".join(f"{k % 50},{k % 37},{k % 5 + 0.5},{k}\n" for k in range(1850))
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("ml/ratings.csv", HEADER + rows)
    content = path.read_bytes()
    rng, refused = random.Random(7), 0
    directory = len(content) - 180
    for k in range(60):
        damaged = bytearray(content)
        at = rng.randrange(60) if k % 3 == 0 else rng.randrange(60, len(content))
        at = rng.randrange(directory, len(content)) if k % 3 == 1 else at
        damaged[at] ^= rng.randrange(1, 256)
        path.write_bytes(damaged)
        try:
            assert read(path).ratings.height == 1850
        except InputError:
            refused += 1
    assert refused > 30


CELLS = st.one_of(
    st.sampled_from(["1", "2", "31", "0.5", "3", "5", "", "nan", "inf", "-1", "1e9", "9" * 20]),
    st.sampled_from(['"', '""', '"a', 'a"', "a\nb", "\u2028", "\x00", "\x1a", "é", "\r", "\t"]),
    st.text(max_size=6),
)
LINES = st.lists(st.lists(CELLS, min_size=1, max_size=6), max_size=8)
FORGIVEN = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def kept_or_told_of(tables: Tables) -> int:
    return tables.ratings.height + tables.quarantine.height + (tables.changes["rows"].sum() or 0)


@FORGIVEN
@given(lines=LINES, own=st.booleans())
def test_every_row_is_kept_set_aside_or_counted(tmp_path: Path, lines: list[list[str]], own: bool):
    header = "user_id,item_id,rating,timestamp" if own else HEADER.strip()
    # Line ends in a cell make one row two: what is counted is lines that hold anything.
    body = [",".join(line) for line in lines]
    body = [line.translate({ord("\n"): None, ord("\r"): None, ord('"'): None}) for line in body]
    path = of_bytes(tmp_path, "\n".join([header, *body, SOUND]).encode("utf-8", "replace"))
    try:
        tables = read(path)
    except InputError:
        return  # a file with a NUL in its head is none of ours
    assert kept_or_told_of(tables) == sum(bool(line.strip()) for line in body) + 1


@FORGIVEN
@given(content=st.one_of(st.binary(max_size=300), LINES.map(lambda rows: str(rows).encode())))
def test_no_bytes_are_a_traceback(tmp_path: Path, content: bytes):
    starts = (b"", HEADER.encode(), b"item_id,title,year,genres\n", b"PK\x03\x04", b"PAR1")
    for start in (*starts, b"1::2::", b"Const,Title,Your Rating,Date Rated,Year\n"):
        path = of_bytes(tmp_path, start + content)
        for ask in (read, lambda path: read_history(path, CATALOGUE)):
            with suppress(InputError):
                ask(path)
