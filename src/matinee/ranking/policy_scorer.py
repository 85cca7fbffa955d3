"""A policy's lists as scores of all films: what explanations that ask again can ask."""

from dataclasses import dataclass

import numpy as np

from matinee.dataset import Histories, Vocabulary
from matinee.ranking.fitted_policy import FittedPolicy


@dataclass(frozen=True, slots=True, eq=False)
class PolicyScorer:
    """Scores whose order is that of the policy's list; of a few viewers at a time.

    They are the ranker's; where lists are re-ranked, the place with a minus sign. What the list
    does not hold (films that were seen, or that a rule keeps out) is scored below all it holds.
    """

    policy: FittedPolicy

    @property
    def items(self) -> Vocabulary:
        """The films of the policy."""
        return self.policy.first.features.items

    def score(self, histories: Histories) -> np.ndarray:
        """(rows, items) float32, finite."""
        own = histories.on(self.items)
        lists = self.policy.recommend(own, len(self.items))
        there = lists.numbers >= 0
        values = lists.scores.astype(np.float32)
        if self.policy.reranking is not None:
            values = np.broadcast_to(-np.arange(values.shape[1], dtype=np.float32), values.shape)
        least = np.where(there, values, 0).min(axis=1, initial=0) - 1
        found = np.repeat(least[:, None], len(self.items), axis=1).astype(np.float32)
        rows, places = np.nonzero(there)
        found[rows, lists.numbers[rows, places]] = values[rows, places]
        return found
