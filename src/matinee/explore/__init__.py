"""Summary statistics and pictures of a data set."""

from matinee.explore.analysis import Exploration, explore

__all__ = ["Exploration", "explore"]
