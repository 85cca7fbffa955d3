"""HTML reports of what was explored, evaluated, tuned, replayed and interpreted."""

from matinee.reports.exploration_page import write_exploration
from matinee.reports.frontier_page import write_frontier
from matinee.reports.interpretation_page import write_interpretation
from matinee.reports.leaderboard_page import write_leaderboard
from matinee.reports.rating_page import write_ratings
from matinee.reports.replay_page import write_replay
from matinee.reports.tuning_page import write_tuning

__all__ = [
    "write_exploration",
    "write_frontier",
    "write_interpretation",
    "write_leaderboard",
    "write_ratings",
    "write_replay",
    "write_tuning",
]
