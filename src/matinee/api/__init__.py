"""The few functions that a notebook needs; the command line calls the same."""

from matinee.api.comparing import evaluate, split
from matinee.api.reading import as_dataset, explore, read
from matinee.api.recommending import Recommendation, Recommendations, fit, recommend, similar

__all__ = [
    "Recommendation",
    "Recommendations",
    "as_dataset",
    "evaluate",
    "explore",
    "fit",
    "read",
    "recommend",
    "similar",
    "split",
]
