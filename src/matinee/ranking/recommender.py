"""What answers with finished lists: a policy, or a model whose lists were re-ranked."""

from typing import Protocol, runtime_checkable

import numpy as np

from matinee.dataset import Histories, Vocabulary
from matinee.ranking.lists import Ranked


@runtime_checkable
class Recommender(Protocol):
    """Asked for lists rather than for scores; a list is its own order, whatever its scores say."""

    @property
    def items(self) -> Vocabulary:
        """The items it can recommend."""
        ...

    def recommend(
        self, histories: Histories, n: int, candidates: np.ndarray | None = None
    ) -> Ranked:
        """The n best unseen candidates of each history, numbered as in `histories.items`."""
        ...
