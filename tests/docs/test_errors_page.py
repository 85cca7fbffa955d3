"""docs/errors.md is what matinee says to broken input: made, read and compared here.

MATINEE_WRITE_DOCS=1 writes the page anew.
"""

import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.docs.service_answers import answers_table

from matinee.errors import MatineeError
from matinee.intake import read
from matinee.intake.download import get
from matinee.intake.personal import read_history
from matinee.intake.titles import find

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"

INTRODUCTION = """\
# When the input is broken

Each message names the place (file, row, column), what was expected, and what was found. On the
command line it is one line on standard error and the exit status is 2; in Python it is an
exception of `matinee.errors`. At the end: [what the service answers](#what-the-service-answers).

A *file* that cannot be read as what it is stops the command. A broken *row* does not: it is set
aside in the quarantine with its file, row, column, value and reason, the counts are shown, and the
other rows are used; with `--strict` (`strict=True`) the first broken row stops instead. Row 1 is
the first row below the header.

Every message on this page was said by matinee to the file shown; a test makes the files, collects
the messages and compares them with the page.
"""

CATALOGUE = pl.DataFrame(
    {
        "item_id": ["7", "915", "6"],
        "title": ["Sabrina", "Sabrina", "Heat"],
        "year": pl.Series([1995, 1954, 1995], dtype=pl.Int32),
    }
)
RATINGS = "userId,movieId,rating,timestamp\n1,31,2.5,1260759144\n1,1029,3.0,1260759179\n"
MOVIES = "movieId,title,genres\n31,Dangerous Minds (1995),Drama\n1029,Dumbo (1941),Children\n"
TMDB = (
    "id,title,overview,genres,keywords,production_companies,vote_count,budget,homepage,"
    "original_language,original_title,popularity,production_countries,release_date,revenue,"
    "runtime,spoken_languages,status,tagline,vote_average\n"
)
DIARY = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n"

Call = Callable[[Path, bool], Any]  # the folder, and whether to be strict


@dataclass(frozen=True)
class Case:
    """A kind of broken input: how it is made in a folder, what is called, and what helps."""

    title: str
    made: str  # the file as made, or what was done
    make: Callable[[Path], None]
    call: Call
    shown: str  # the call as a reader would write it
    advice: str
    sound: int = 2  # rows that are kept
    of_films: bool = False  # the rows are films


def text(name: str, content: str, encoding: str = "utf-8") -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        (folder / name).write_bytes(content.encode(encoding))

    return make


def of_file(
    title: str, name: str, content: str, advice: str, encoding: str = "utf-8", note: str = ""
) -> Case:
    """A case that is one text file for `read`."""
    made = f"`{name}`{note}" + (f":\n\n```text\n{content.rstrip()}\n```" if content else "")
    return Case(
        title,
        made,
        text(name, content, encoding),
        lambda folder, strict: read(folder / name, strict=strict),
        f'`matinee.read("{name}")`',
        advice,
    )


def own(title: str, name: str, content: str, advice: str, sound: int = 1) -> Case:
    """A case that is one text file for `read_history`."""
    return Case(
        title,
        f"`{name}`:\n\n```text\n{content.rstrip()}\n```",
        text(name, content),
        lambda folder, strict: read_history(folder / name, CATALOGUE, strict=strict),
        f'`matinee.recommend(data, history="{name}")`',
        advice,
        sound,
    )


def with_movies(movies: bytes) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        (folder / "ml").mkdir()
        (folder / "ml" / "ratings.csv").write_text(RATINGS)
        (folder / "ml" / "movies.csv").write_bytes(movies)

    return make


def whole_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ml/ratings.csv", RATINGS * 40)
        archive.writestr("ml/movies.csv", MOVIES)


def truncated_zip(folder: Path) -> None:
    path = folder / "ml.zip"
    whole_zip(path)
    path.write_bytes(path.read_bytes()[:1000])


def spoilt_zip(folder: Path) -> None:
    path = folder / "ml.zip"
    whole_zip(path)
    content = bytearray(path.read_bytes())
    content[200] ^= 1
    path.write_bytes(content)


def bomb(folder: Path) -> None:
    with zipfile.ZipFile(folder / "bomb.zip", "w") as archive:
        archive.writestr("ratings.csv", RATINGS)
        archive.infolist()[0].file_size = 100 * 2**30  # what the directory of the zip declares


def escaping_zip(folder: Path) -> None:
    with zipfile.ZipFile(folder / "ml.zip", "w") as archive:
        archive.writestr("../../ratings.csv", RATINGS)


def two_sources(folder: Path) -> None:
    for name in ("one", "two"):
        (folder / name).mkdir()
        (folder / name / "ratings.csv").write_text(RATINGS)
        (folder / name / "movies.csv").write_text(MOVIES)


def nothing(folder: Path) -> None:
    """The file that is missing is not made."""


FILES = [
    Case(
        "A path that is not there",
        "Nothing was made.",
        nothing,
        lambda folder, _: read(folder / "ratings.csv"),
        '`matinee.read("ratings.csv")`',
        "Check the spelling; a relative path starts at the folder where the command runs.",
    ),
    of_file(
        "An empty file", "ratings.csv", "", "Fetch or export the file again.", note=", 0 bytes"
    ),
    of_file(
        "A header without rows",
        "ratings.csv",
        RATINGS.splitlines()[0] + "\n",
        "Fetch or export the file again: it has no ratings.",
    ),
    of_file(
        "A file of no known kind",
        "shopping.csv",
        "article,price\nmilk,1.20\n",
        "Give one of the data sets named in the message, or say which column is which: "
        "`--map user_id=customer --map item_id=film`.",
    ),
    of_file(
        "A missing column",
        "ratings.csv",
        "userId,movieId,timestamp\n1,31,1260759144\n",
        "Add the column, or fetch the file again. A file of your own may have other names for the "
        "columns: `--map rating=stars`.",
    ),
    of_file(
        "A column that stands twice",
        "ratings.csv",
        "userId,movieId,rating,timestamp,rating\n1,31,2.5,1260759144,3\n",
        "Rename or remove one of the two: matinee does not guess which is meant.",
    ),
    of_file(
        "A wrong encoding: UTF-16",
        "ratings.csv",
        RATINGS,
        "Save the file as UTF-8 (in a spreadsheet: “CSV UTF-8”).",
        encoding="utf-16",
        note=" saved as UTF-16",
    ),
    Case(
        "A truncated zip",
        "`ml.zip`, of which only the first 1,000 bytes arrived.",
        truncated_zip,
        lambda folder, _: read(folder / "ml.zip"),
        '`matinee.read("ml.zip")`',
        "Download it again; `matinee get` resumes and checks the checksum.",
    ),
    Case(
        "A zip with a damaged byte",
        "`ml.zip`, in which one bit of `ml/ratings.csv` was turned.",
        spoilt_zip,
        lambda folder, _: read(folder / "ml.zip"),
        '`matinee.read("ml.zip")`',
        "Download it again; `matinee get` resumes and checks the checksum.",
    ),
    Case(
        "A zip bomb",
        "`bomb.zip`, whose directory declares 100 GiB for a file of 83 bytes.",
        bomb,
        lambda folder, _: read(folder / "bomb.zip"),
        '`matinee.read("bomb.zip")`',
        "Do not unpack it. If you trust a very large data set, unpack it yourself and give the "
        "folder.",
    ),
    Case(
        "A zip that wants to write elsewhere",
        "`ml.zip` with a file named `../../ratings.csv`.",
        escaping_zip,
        lambda folder, _: read(folder / "ml.zip"),
        '`matinee.read("ml.zip")`',
        "Do not unpack it; fetch the data set from its publisher.",
    ),
    Case(
        "Two sources of ratings",
        "Folders `one` and `two`, each with `ratings.csv` and `movies.csv`.",
        two_sources,
        lambda folder, _: read([folder / "one", folder / "two"]),
        '`matinee.read("one", "two")`',
        "Give one of them: user 1 of one source is not user 1 of the other.",
    ),
]

ROWS = [
    of_file(
        "A malformed cell",
        "ratings.csv",
        RATINGS + "2,Heat,4.0,1260759200\n",
        "Mend the cell, or leave the row in the quarantine.",
    ),
    of_file(
        "A rating off the scale",
        "ratings.csv",
        RATINGS + "2,31,7.5,1260759200\n",
        "Mend the rating, or leave the row in the quarantine. The scale is that of the data set: "
        "0.5 to 5 for MovieLens, 0 to 10 for MovieTweetings.",
    ),
    of_file(
        "A time that is none",
        "ratings.csv",
        RATINGS + "2,31,4.0,yesterday\n",
        "Write times as seconds since 1970-01-01 UTC.",
    ),
    of_file(
        "An id that is missing",
        "ratings.csv",
        RATINGS + ",31,4.0,1260759200\n",
        "Add the id, or leave the row in the quarantine: nobody can be credited with it.",
    ),
    of_file(
        "A row with too few cells",
        "ratings.csv",
        RATINGS + "2,31,4.0\n",
        "Look for a line that was cut off, often the last one of a partial download.",
    ),
    of_file(
        "A row with too many cells",
        "ratings.csv",
        RATINGS + "2,31,4,5,1260759200\n",
        "Look for a decimal comma, or a comma in a text without quotes.",
    ),
    Case(
        "A quote that is never closed",
        "`ml/ratings.csv` as above, and `ml/movies.csv`:\n\n```text\nmovieId,title,genres\n"
        '31,Dangerous Minds (1995),Drama\n1029,"Dumbo (1941),Children\n```',
        with_movies(MOVIES.replace("1029,Dumbo", '1029,"Dumbo').encode()),
        lambda folder, strict: read(folder / "ml", strict=strict),
        '`matinee.read("ml")`',
        "Close the quote; a quote inside a text is written twice.",
    ),
    Case(
        "A wrong encoding: one word in latin-1",
        "`ml/ratings.csv` as above, and `ml/movies.csv` with a film `Amélie (2001)` whose é is the "
        "single byte E9 of latin-1.",
        with_movies((MOVIES + "4973,Amélie (2001),Comedy\n").encode("latin-1")),
        lambda folder, strict: read(folder / "ml", strict=strict),
        '`matinee.read("ml")`',
        "Save the file as UTF-8. MovieLens 1M and 100K are published in latin-1: those are read as "
        "they are.",
    ),
    replace(
        of_file(
            "A JSON cell that is none",
            "tmdb_5000_movies.csv",
            TMDB
            + '1,Heat,A thief,"[{""id"": 80, ""name"": ""Crime""}]",[],[],10,1,,en,Heat,1.5,[],'
            "1995-12-15,5,170,[],Released,,7.9\n"
            '2,Toys,A toy,"[{""id"": 16, ""name"": ""Anim",[],[],10,1,,en,Toys,1.5,[],1995-10-30,5,'
            "81,[],Released,,7.9\n",
            "Mend the cell, or leave the row in the quarantine; often the file was edited in a "
            "spreadsheet that cut long cells off.",
        ),
        sound=1,
        of_films=True,
    ),
    own(
        "A date that is none",
        "diary.csv",
        DIARY + "2024-03-02,Heat,1995,https://boxd.it/1,4,,,2024-03-01\n"
        "2024-03-05,Sabrina,1954,https://boxd.it/2,4,,,2024-02-31\n",
        "Mend the date (year-month-day), or leave the row in the quarantine.",
    ),
    own(
        "A rating off the scale of one's own export",
        "ratings.csv",
        "Date,Name,Year,Letterboxd URI,Rating\n2024-03-02,Heat,1995,https://boxd.it/1,4.5\n"
        "2024-03-02,Sabrina,1954,https://boxd.it/2,4.7\n",
        "Letterboxd knows half stars from 0.5 to 5, IMDb whole numbers from 1 to 10: was the "
        "file edited?",
    ),
]

CHANGED = [
    of_file(
        "A duplicate",
        "ratings.csv",
        RATINGS + "1,31,4.5,1260759999\n1,1029,3.0,1260759179\n",
        "Nothing, if the person changed their mind: the latest rating counts. Rows that are equal "
        "in all cells count once.",
    ),
]

ASKED = [
    own(
        "A file that is nobody's history",
        "notes.csv",
        "when,what\nMonday,Heat\n",
        "Give the zip that Letterboxd's settings export, IMDb's “Export” of your ratings, or a CSV "
        "with the columns title, year, rating.",
    ),
    Case(
        "A title that two films bear",
        "A catalogue with Sabrina of 1954 and of 1995.",
        nothing,
        lambda *_: find(CATALOGUE, "sabrina"),
        '`matinee.recommend(data, like=["sabrina"])`',
        "Add the year, `Sabrina (1954)`, or give the id that the message shows, `id:915`.",
    ),
    Case(
        "A title that no film bears",
        "The same catalogue, which has Heat of 1995 besides.",
        nothing,
        lambda *_: find(CATALOGUE, "Vertigo"),
        '`matinee.recommend(data, like=["Vertigo"])`',
        "Look whether one of the nearest is meant; the catalogue may be too small for it.",
    ),
    Case(
        "A data set that matinee does not know",
        "Nothing was made.",
        nothing,
        lambda folder, _: get("ml-5b", folder),
        "`matinee get ml-5b`",
        "Take one of the names; other data sets are read from a path.",
    ),
    Case(
        "A data set behind an account",
        "Nothing was made.",
        nothing,
        lambda folder, _: get("tmdb-5000", folder),
        "`matinee get tmdb-5000`",
        "Do what the message says; the publisher does not let programs fetch it.",
    ),
    Case(
        "A copy with a wrong checksum",
        "`ml-latest-small.zip` that holds the text `not a data set`.",
        text("ml-latest-small.zip", "not a data set"),
        lambda folder, _: get("ml-latest-small", folder),
        "`matinee get ml-latest-small`",
        "Move the file away; the next `get` downloads and checks it.",
    ),
]

SECTIONS = (
    ("Files that stop the command", FILES),
    ("Rows that are set aside", ROWS),
    ("Rows that are changed, and counted", CHANGED),
    ("Questions without one answer", ASKED),
)


def plain(message: object, folder: Path) -> str:
    """Without the temporary folder, which differs on each machine."""
    return str(message).replace(f"{folder}{os.sep}", "")


def raised(case: Case, folder: Path) -> str:
    """The message of the error, which names what was expected and what was found."""
    with pytest.raises(MatineeError, match=r"expected|asks for an account") as caught:
        case.call(folder, True)
    return f"{case.shown} says:\n\n```text\n{plain(caught.value, folder)}\n```"


def set_aside(case: Case, folder: Path) -> str:
    """The message of a strict call, and what a call that is not strict puts aside and keeps."""
    strict = raised(replace(case, shown=f"{case.shown} with `strict=True`"), folder)
    found = case.call(folder, False)
    assert found.quarantine.height == 1
    kept = found.movies if case.of_films else found.ratings
    assert kept.height == case.sound
    (_, row, column, value, reason, _) = found.quarantine.row(0)
    where = f"row {row}" + (f", {column}" if column else "")
    rows = "1 sound row is" if kept.height == 1 else f"{kept.height} sound rows are"
    return (
        f"{strict}\n\nWithout it the row is set aside ({where}: {reason}, got `{value}`) and the "
        f"{rows} used."
    )


def counted(case: Case, folder: Path) -> str:
    changes = case.call(folder, False).changes
    lines = "\n".join(f"{table}: {what}: {rows}" for table, _, what, rows in changes.rows())
    assert lines
    return f"{case.shown} stops at nothing and counts in `changes`:\n\n```text\n{lines}\n```"


def section(case: Case, answer: Callable[[Case, Path], str], folder: Path) -> str:
    folder.mkdir()
    case.make(folder)
    return (
        f"### {case.title}\n\n{case.made}\n\n{answer(case, folder)}\n\n"
        f"**What to do.** {case.advice}\n"
    )


def test_the_page_of_errors_says_what_matinee_says(tmp_path, service):
    ways = (raised, set_aside, counted, raised)
    parts = [INTRODUCTION]
    for (heading, cases), answer in zip(SECTIONS, ways, strict=True):
        parts.append(f"## {heading}\n")
        parts += [section(c, answer, tmp_path / f"{heading} {k}") for k, c in enumerate(cases)]
    page = "\n".join([*parts, answers_table(service)])
    if os.environ.get("MATINEE_WRITE_DOCS"):
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page


def test_the_page_has_at_least_fourteen_kinds():
    titles = [case.title for _, cases in SECTIONS for case in cases]
    assert len(set(titles)) == len(titles) >= 14
