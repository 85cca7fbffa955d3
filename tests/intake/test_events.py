"""A file of events is known by its columns, and says what was thought of films."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from matinee.errors import InputError
from matinee.intake.events import interactions, is_event_log, read_events

ROWS = """user_id,item_id,kind,timestamp,value,page_id
u1,a,impression,2024-01-01T10:00:00,,p1
u1,a,play,2024-01-01 10:01:00,,
u1,a,complete,1704110400,,
u1,a,rate,1704110460,2,
u2,b,rate,1704110470,4.5,
u2,b,skip,1704110480,,
u2,c,not_interested,1704110490,,
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "log.csv"
    path.write_text(text)
    return path


def test_each_opinion_has_its_moment_and_its_strength(tmp_path):
    events = read_events(write(tmp_path, ROWS))
    tables, strength = interactions(events)
    assert tables.ratings["item_id"].to_list() == ["a", "a", "b", "b", "c"]
    assert strength.tolist() == [1, -1, 1, 0, -1]
    assert tables.ratings["rating"].to_list() == [None, 2, 4.5, None, None]
    assert (tables.scale.minimum, tables.scale.maximum) == (0.5, 5)
    assert events.table["timestamp"][0] == 1704103200
    assert events.left_out == ()


def test_parquet_reads_as_csv_does(tmp_path):
    path = write(tmp_path, ROWS)
    pl.read_csv(path, infer_schema=False).write_parquet(tmp_path / "log.parquet")
    a, b = read_events(path), read_events(tmp_path / "log.parquet")
    assert a.table.equals(b.table.select(a.table.columns))
    np.testing.assert_array_equal(interactions(a)[1], interactions(b)[1])


def test_broken_rows_and_unknown_kinds_are_counted(tmp_path):
    text = ROWS + "u3,a,applause,1704110500,,\nu3,a,rate,yesterday,3,\n,a,play,1704110500,,\n"
    text += "u3,a,retract,1704110500,,\n"
    events = read_events(write(tmp_path, text))
    assert len(events.table) == 8
    assert events.left_out[0].startswith("left out: 2 broken events")
    assert events.left_out[1] == "left out: 1 events of kinds 'applause' (1)"
    assert "retractions are not followed" in events.left_out[2]
    with pytest.raises(InputError, match=r"log.csv row 9, timestamp: expected a time"):
        read_events(write(tmp_path, text), strict=True)


def test_only_a_single_file_with_kinds_is_a_log_of_events(tmp_path):
    assert is_event_log(write(tmp_path, ROWS))
    assert not is_event_log(tmp_path)
    assert not is_event_log(tmp_path / "missing.csv")
    ratings = tmp_path / "ratings.csv"
    ratings.write_text("user_id,item_id,rating\nu,a,3\n")
    assert not is_event_log(ratings)


def test_events_without_times_or_opinions_say_what_is_needed(tmp_path):
    with pytest.raises(InputError, match="expected a column timestamp"):
        read_events(write(tmp_path, "user_id,item_id,kind\nu,a,play\n"))
    with pytest.raises(InputError, match="expected kinds impression, open"):
        read_events(write(tmp_path, "user_id,item_id,kind,timestamp\nu,a,clap,5\n"))
    silent = read_events(write(tmp_path, "user_id,item_id,kind,timestamp\nu,a,play,5\n"))
    with pytest.raises(InputError, match="expected events that say something of a film"):
        interactions(silent)
