"""What answers with a list rather than with a score for each film."""

from typing import Protocol, runtime_checkable

import numpy as np

from matinee.dataset import Histories, Vocabulary
from matinee.ranking.lists import Ranked


@runtime_checkable
class Recommender(Protocol):
    """A fitted policy: immutable; equal histories get equal lists."""

    @property
    def items(self) -> Vocabulary:
        """The films that it can recommend."""
        ...

    def recommend(
        self, histories: Histories, n: int, candidates: np.ndarray | None = None
    ) -> Ranked:
        """The n films of each row, best first, numbered as in `histories.items`.

        What a history holds is left out; `candidates` (items of `histories`,) bool, by default all.
        """
        ...
