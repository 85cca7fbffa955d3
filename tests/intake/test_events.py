"""A file of events is known by its columns, and says what was thought of films."""

from pathlib import Path

import polars as pl
import pytest

from matinee.errors import InputError
from matinee.intake.events import is_event_log, read_events

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


def test_events_have_their_moments_and_their_scale(tmp_path):
    events = read_events(write(tmp_path, ROWS))
    assert (events.scale.minimum, events.scale.maximum) == (0.5, 5)
    assert events.table["timestamp"][0] == 1704103200
    assert events.table["value"].to_list() == [None, None, None, 2, 4.5, None, None]
    assert events.table["retracts"].null_count() == 7
    assert events.left_out == ()


def test_parquet_reads_as_csv_does(tmp_path):
    path = write(tmp_path, ROWS)
    pl.read_csv(path, infer_schema=False).write_parquet(tmp_path / "log.parquet")
    a, b = read_events(path), read_events(tmp_path / "log.parquet")
    assert a.table.equals(b.table.select(a.table.columns))
    assert a.scale == b.scale


def test_broken_rows_and_unknown_kinds_are_counted(tmp_path):
    text = ROWS + "u3,a,applause,1704110500,,\nu3,a,rate,yesterday,3,\n,a,play,1704110500,,\n"
    text += "u3,a,retract,1704110500,,\n"
    events = read_events(write(tmp_path, text))
    assert len(events.table) == 8
    assert events.left_out[0].startswith("left out: 2 broken events")
    assert events.left_out[1] == "left out: 1 events of kinds 'applause' (1)"
    assert len(events.left_out) == 2
    with pytest.raises(InputError, match=r"log.csv row 9, timestamp: expected a time"):
        read_events(write(tmp_path, text), strict=True)


def test_only_a_single_file_with_kinds_is_a_log_of_events(tmp_path):
    assert is_event_log(write(tmp_path, ROWS))
    assert not is_event_log(tmp_path)
    assert not is_event_log(tmp_path / "missing.csv")
    ratings = tmp_path / "ratings.csv"
    ratings.write_text("user_id,item_id,rating\nu,a,3\n")
    assert not is_event_log(ratings)


def test_events_without_times_say_what_is_needed(tmp_path):
    with pytest.raises(InputError, match="expected a column timestamp"):
        read_events(write(tmp_path, "user_id,item_id,kind\nu,a,play\n"))
    with pytest.raises(InputError, match="expected kinds impression, search"):
        read_events(write(tmp_path, "user_id,item_id,kind,timestamp\nu,a,clap,5\n"))
