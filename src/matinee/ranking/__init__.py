"""Candidates, rankers, re-ranking and policies: from scores to the list that a viewer gets."""

from matinee.ranking.factors import top_of_factors
from matinee.ranking.fitted_policy import FittedPolicy
from matinee.ranking.fitted_reranking import FittedReranking
from matinee.ranking.lists import Ranked, rank, top
from matinee.ranking.policy import Policy, policy_from_toml, policy_to_toml
from matinee.ranking.recommender import Recommender
from matinee.ranking.reranked import Reranked
from matinee.ranking.reranking import Reranking
from matinee.ranking.rules import Exclusions, Rules

__all__ = [
    "Exclusions",
    "FittedPolicy",
    "FittedReranking",
    "Policy",
    "Ranked",
    "Recommender",
    "Reranked",
    "Reranking",
    "Rules",
    "policy_from_toml",
    "policy_to_toml",
    "rank",
    "top",
    "top_of_factors",
]
