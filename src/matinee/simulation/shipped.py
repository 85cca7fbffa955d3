"""The starter data: 2,000 simulated viewers that come with the program."""

from importlib import resources
from pathlib import Path

import polars as pl

from matinee.schema import Tables
from matinee.simulation.evenings import simulate
from matinee.simulation.events import named_events, numbered_events
from matinee.simulation.tables import named_ratings, numbered_ratings, rating_tables
from matinee.simulation.world import World

WORLD = World(seed=2026, viewers=2_000)
RATINGS_FILE = "starter_ratings.parquet"
EVENTS_FILE = "starter_events.parquet"
WITH_EVENTS = 100  # viewers whose events ship; those of the others are simulated when asked for


def starter() -> Tables:
    """The built-in films and what 2,000 simulated viewers rated; read, not simulated anew."""
    return rating_tables(named_ratings(_shipped(RATINGS_FILE)), "starter")


def starter_events(viewers: int = WITH_EVENTS) -> pl.DataFrame:
    """What the first `viewers` of the starter data did, as `events.EVENTS`, by viewer and time.

    Up to 100 are read; for more the world is simulated: 2,200 events a viewer.
    """
    if viewers <= WITH_EVENTS:
        numbered = _shipped(EVENTS_FILE).filter(pl.col("user") < viewers)
        numbered = numbered.with_columns(pl.col("timestamp").cum_sum().over("user"))
    else:
        numbered = numbered_events(*simulate(WORLD, viewers))
    return named_events(numbered, WORLD.seed)


def write_starter(folder: Path) -> None:
    """Simulate the starter world and write the files that ship."""
    _, plays = simulate(WORLD)
    _write(numbered_ratings(plays), folder / RATINGS_FILE)
    # Seconds since the viewer's event before compress far better than moments.
    since = pl.col("timestamp") - pl.col("timestamp").shift(1, fill_value=0).over("user")
    events = numbered_events(*simulate(WORLD, WITH_EVENTS)).with_columns(since)
    _write(events, folder / EVENTS_FILE)


def _shipped(name: str) -> pl.DataFrame:
    with (resources.files(__package__) / name).open("rb") as file:
        return pl.read_parquet(file)


def _write(table: pl.DataFrame, path: Path) -> None:
    table.write_parquet(path, compression="zstd", compression_level=22, statistics=False)
