"""One simulated world of viewers, and the starter data."""

from matinee.simulation.shipped import WORLD, starter, starter_events
from matinee.simulation.tables import simulated_tables
from matinee.simulation.truth import Oracle, oracle
from matinee.simulation.world import World

__all__ = [
    "WORLD",
    "Oracle",
    "World",
    "oracle",
    "simulated_tables",
    "starter",
    "starter_events",
]
