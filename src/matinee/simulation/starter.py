"""The starter data: 2,000 simulated viewers that come with the program."""

from importlib import resources
from pathlib import Path

import polars as pl

from matinee.schema import Tables
from matinee.simulation.evenings import simulate
from matinee.simulation.tables import rating_tables, ratings
from matinee.simulation.world import World

WORLD = World(seed=2026, viewers=2_000)
RATINGS_FILE = "starter_ratings.parquet"


def starter() -> Tables:
    """The built-in films and what 2,000 simulated viewers rated; read, not simulated anew."""
    return rating_tables(_shipped(RATINGS_FILE), "starter")


def write_starter(folder: Path) -> None:
    """Simulate the starter world and write the files that ship."""
    _, plays = simulate(WORLD)
    _write(ratings(plays), folder / RATINGS_FILE)


def _shipped(name: str) -> pl.DataFrame:
    with (resources.files(__package__) / name).open("rb") as file:
        return pl.read_parquet(file)


def _write(table: pl.DataFrame, path: Path) -> None:
    table.write_parquet(path, compression="zstd", compression_level=22, statistics=False)
