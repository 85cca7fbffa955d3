"""Amazon Personalize's CSV files and gorse's exports, as their owners have them."""

from pathlib import Path

import polars as pl
import pytest

from matinee.errors import InputError
from matinee.intake import read
from matinee.schema import RatingScale, Tables

WATCHED = """USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP,DEVICE
u1,heat,Watch,1600000000,tv
u1,alien,Click,1600000100,tv
u2,heat,Dislike,1600000200,tv
u2,alien,impression,1600000300,tv
u2,ronin,Watch,1600000400,phone
"""
RATED = """USER_ID,ITEM_ID,EVENT_TYPE,EVENT_VALUE,TIMESTAMP
u1,heat,rating,4.5,1600000000
u2,heat,rating,2,1600000200
"""
FILMS = """ITEM_ID,GENRES,CREATION_TIMESTAMP,TITLE,YEAR
heat,Crime|Drama,1500000000,Heat,1995
alien,Horror|Science Fiction,1500000001,,1979
"""
FEEDBACK = """feedback_type,user_id,item_id,time_stamp\r
star,7,1,2021-03-04 05:06:07.000000001 +0000 UTC\r
like,7,2,0001-01-01 00:00:00 +0000 UTC\r
read,7,3,2021-03-04 05:06:08 +0000 UTC\r
"""
ITEMS = (
    "item_id,is_hidden,categories,time_stamp,labels,description\r\n"
    '1,false,x,2020-01-01 01:01:01 +0000 UTC,"{""genre"":[""comedy"",""sci-fi""],'
    '""director"":""Ann""}","one, two"\r\n'
    "2,true,x|y,2021-01-01 01:01:01 +0000 UTC,null,\r\n"
    "3,false,,2021-01-01 01:01:01 +0000 UTC,a|b,Three\r\n"
)


def rows(tables: Tables) -> list[tuple]:
    return tables.ratings.with_columns(pl.col("user_id", "item_id").cast(pl.String)).rows()


def films(tables: Tables, *columns: str) -> list[tuple]:
    return tables.movies.select("item_id", *columns).rows()


def test_personalize_choices_are_plays_and_dislikes_are_counted(tmp_path: Path) -> None:
    (tmp_path / "interactions.csv").write_text(WATCHED)
    (tmp_path / "items.csv").write_text(FILMS)
    tables = read(tmp_path)
    assert rows(tables) == [
        ("u1", "heat", None, 1600000000),
        ("u1", "alien", None, 1600000100),
        ("u2", "ronin", None, 1600000400),
    ]
    assert films(tables, "title", "year", "genres") == [
        ("heat", "Heat", 1995, ["Crime", "Drama"]),
        ("alien", "alien", 1979, ["Horror", "Science Fiction"]),
    ]
    changes = {row["change"]: row["rows"] for row in tables.changes.iter_rows(named=True)}
    assert changes["no choice of a film, left out: Dislike"] == 1
    assert changes["no choice of a film, left out: impression"] == 1
    assert changes["unknown: the id stands for it"] == 1


def test_personalize_ratings_are_ratings(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(RATED)
    tables = read(tmp_path / "a.csv")
    assert [row[2] for row in rows(tables)] == [4.5, 2.0]
    assert tables.scale == RatingScale(0.5, 5, 0.5)


def test_gorse_feedback_and_items(tmp_path: Path) -> None:
    (tmp_path / "feedback.csv").write_text(FEEDBACK, newline="")
    (tmp_path / "items.csv").write_text(ITEMS, newline="")
    tables = read(tmp_path)
    assert rows(tables) == [("7", "1", None, 1614834367), ("7", "2", None, None)]
    assert films(tables, "title", "genres", "keywords", "status") == [
        ("1", "one, two", ["comedy", "sci-fi"], ["Ann"], None),
        ("2", "2", ["x", "y"], None, "Hidden"),
        ("3", "Three", None, ["a", "b"], None),
    ]
    changes = {row["change"]: row["rows"] for row in tables.changes.iter_rows(named=True)}
    assert changes["no choice of a film, left out: read"] == 1


def test_a_broken_row_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "feedback.csv").write_text(FEEDBACK + "star,8,1,yesterday\nstar,,1,\n", newline="")
    tables = read(tmp_path / "feedback.csv")
    assert len(rows(tables)) == 2
    assert tables.quarantine.select("row", "column").rows() == [(4, "time_stamp"), (5, "user_id")]


def test_a_log_of_impressions_alone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\nu,i,1,impression\n")
    with pytest.raises(InputError, match="expected some film that was chosen or rated"):
        read(tmp_path / "a.csv")
