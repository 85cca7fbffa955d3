"""Candidates, rankers and policies: from scores to the list that a viewer gets."""

from matinee.ranking.factors import top_of_factors
from matinee.ranking.fitted_policy import FittedPolicy
from matinee.ranking.lists import Ranked, rank, top
from matinee.ranking.policy import Policy, policy_from_toml, policy_to_toml
from matinee.ranking.recommender import Recommender

__all__ = [
    "FittedPolicy",
    "Policy",
    "Ranked",
    "Recommender",
    "policy_from_toml",
    "policy_to_toml",
    "rank",
    "top",
    "top_of_factors",
]
