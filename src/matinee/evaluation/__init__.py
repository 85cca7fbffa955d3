"""Metrics, their uncertainty, and the leaderboard that puts models side by side."""

from matinee.evaluation.contest import Entry, Round, evaluate, leaderboard, look
from matinee.evaluation.leaderboard import (
    DENOMINATORS,
    HEADLINE,
    LOWER_IS_BETTER,
    ORACLE,
    Difference,
    Estimate,
    Leaderboard,
    ModelResult,
)
from matinee.evaluation.rating_board import RatedModel, RatingBoard

__all__ = [
    "DENOMINATORS",
    "HEADLINE",
    "LOWER_IS_BETTER",
    "ORACLE",
    "Difference",
    "Entry",
    "Estimate",
    "Leaderboard",
    "ModelResult",
    "RatedModel",
    "RatingBoard",
    "Round",
    "evaluate",
    "leaderboard",
    "look",
]
