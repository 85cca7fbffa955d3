"""HTML reports of what explore and evaluation found."""

from matinee.reports.exploration_page import write_exploration
from matinee.reports.leaderboard_page import write_leaderboard

__all__ = ["write_exploration", "write_leaderboard"]
