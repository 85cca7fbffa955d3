"""Candidates and rankings: the n best unseen items of each viewer."""

from matinee.ranking.lists import Ranked, rank, top

__all__ = ["Ranked", "rank", "top"]
