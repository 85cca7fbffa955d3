"""A model whose best candidates are re-ranked: retrieval and re-ranking as one recommender."""

from dataclasses import dataclass

import numpy as np

from matinee.dataset import Histories, Vocabulary
from matinee.models.protocols import Scorer
from matinee.ranking.fitted_reranking import FittedReranking
from matinee.ranking.lists import Ranked, top

DEPTH = 500  # candidates that a list is made of


@dataclass(frozen=True, slots=True, eq=False)
class RerankedScorer:
    """Lists of a scorer's `depth` best candidates that the rules allow, re-ranked."""

    scorer: Scorer
    reranking: FittedReranking
    depth: int = DEPTH
    seed: int = 0

    @property
    def items(self) -> Vocabulary:
        """The items it can recommend."""
        return self.scorer.items

    def recommend(
        self, histories: Histories, n: int, candidates: np.ndarray | None = None
    ) -> Ranked:
        """The n films to show; `histories` are of the items that the re-ranking was fitted for."""
        ranked = self.retrieve(histories, candidates)
        return self.reranking.rerank(ranked, histories, n, seed=self.seed).ranked

    def retrieve(self, histories: Histories, candidates: np.ndarray | None = None) -> Ranked:
        """The candidates before re-ranking, best first."""
        latest = int(histories.as_of.max(initial=np.iinfo(np.int64).min))
        allowed = self.reranking.candidates(latest)
        if candidates is not None:
            allowed = allowed & candidates
        return top(self.scorer, histories, self.depth, allowed)
