"""One simulated world of viewers, and the starter data."""

from matinee.simulation.oracle import Oracle, oracle
from matinee.simulation.starter import WORLD, starter
from matinee.simulation.tables import simulated_tables
from matinee.simulation.world import World

__all__ = ["WORLD", "Oracle", "World", "oracle", "simulated_tables", "starter"]
