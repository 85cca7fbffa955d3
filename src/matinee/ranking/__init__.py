"""Candidates and rankings: the n best unseen items of each viewer, and lists good as a whole."""

from matinee.ranking.factors import top_of_factors
from matinee.ranking.fitted_reranking import FittedReranking
from matinee.ranking.lists import Ranked, rank, top
from matinee.ranking.recommender import Recommender
from matinee.ranking.reranked import Reranked
from matinee.ranking.reranking import Reranking
from matinee.ranking.rules import Exclusions, Rules

__all__ = [
    "Exclusions",
    "FittedReranking",
    "Ranked",
    "Recommender",
    "Reranked",
    "Reranking",
    "Rules",
    "rank",
    "top",
    "top_of_factors",
]
