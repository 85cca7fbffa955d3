"""`python -m matinee.simulation`: a world of any size in a folder."""

import polars as pl
import pytest

from matinee.simulation import World, simulated_tables
from matinee.simulation.__main__ import main


def test_a_world_is_written_as_ratings_films_and_events(tmp_path, capsys):
    assert main(["--viewers", "20", "--seed", "7", "--out", str(tmp_path)]) == 0
    ratings = pl.read_csv(tmp_path / "ratings.csv")
    expected = simulated_tables(World(seed=7, viewers=20)).ratings
    assert ratings.cast(dict(expected.schema)).equals(expected)
    assert pl.read_csv(tmp_path / "movies.csv").height >= 500
    events = pl.read_parquet(tmp_path / "events.parquet")
    assert events.filter(pl.col("kind") == "rate").height == ratings.height
    assert {path.name for path in tmp_path.iterdir()} == {
        *("ratings.csv", "movies.csv", "events.parquet"),
    }
    assert "events.parquet" in capsys.readouterr().err


def test_events_can_be_left_out(tmp_path):
    assert main(["--viewers", "5", "--out", str(tmp_path), "--no-events"]) == 0
    assert not (tmp_path / "events.parquet").exists()


def test_an_impossible_world_is_refused_in_one_line(tmp_path, capsys):
    assert main(["--viewers", "0", "--out", str(tmp_path)]) == 2
    assert "viewers >= 1" in capsys.readouterr().err


def test_help_teaches_by_example(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "--viewers 20000 --seed 7 --out world" in capsys.readouterr().out
