"""Candidates and rankings: the n best unseen items of each viewer."""

from matinee.ranking.factors import top_of_factors
from matinee.ranking.lists import Ranked, rank, top

__all__ = ["Ranked", "rank", "top", "top_of_factors"]
