"""Lists after re-ranking: what stands where, what put it there, and how probable that was."""

from dataclasses import dataclass

import numpy as np

from matinee.dataset import Vocabulary
from matinee.ranking.lists import Ranked

# What put a film at its place; the number is its code.
RULES = ("none", "score", "diversity", "calibration", "exploration", "pin", "boost")


@dataclass(frozen=True, slots=True, eq=False)
class Reranked:
    """Lists of n places, best first; -1, -inf, 0 and "none" where there are fewer films.

    The order is the slate's and the scores are the ranker's: they need not fall. A propensity is
    the probability that the place holds its film, given the places drawn before it: 1 but for
    exploration.
    """

    items: Vocabulary
    numbers: np.ndarray  # (rows, n) int32, numbers in `items`
    scores: np.ndarray  # (rows, n) float32
    propensities: np.ndarray  # (rows, n) float64
    rules: np.ndarray  # (rows, n) int8, codes: places in `RULES`
    notes: tuple[str, ...] = ()

    @property
    def ranked(self) -> Ranked:
        """The lists alone."""
        return Ranked(self.items, self.numbers, self.scores)

    def rule_names(self, row: int) -> list[str]:
        """What put each film of a row at its place, in words."""
        return [RULES[code] for code in self.rules[row]]


def as_ranked(ranked: Ranked) -> Reranked:
    """Lists that nothing has changed: each film is there by its score, for certain."""
    there = ranked.numbers >= 0
    rules = np.where(there, RULES.index("score"), RULES.index("none")).astype(np.int8)
    return Reranked(ranked.items, ranked.numbers, ranked.scores, there.astype(np.float64), rules)
