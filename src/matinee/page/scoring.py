"""A fitted model in the numbers of the data, with all that its reasons need."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matinee.dataset import Dataset, Histories
from matinee.explanation import Explainer
from matinee.models.protocols import Scorer
from matinee.page.values import STATEMENT, Evidence

_NAMED = 3  # films of the history that a card names


@dataclass(frozen=True, slots=True, eq=False)
class Scoring:
    """Scores and reasons of films by their numbers in the data."""

    explainer: Explainer
    places: np.ndarray  # (items of the scorer,) numbers in the data
    own: np.ndarray  # (films of the data,) numbers of the scorer, -1 = unknown to it

    @classmethod
    def of(cls, scorer: Scorer, data: Dataset) -> "Scoring":
        """Prepared once a model; InputError comes from a scorer of other data."""
        places = data.items.numbers(scorer.items.ids).astype(np.int64)
        own = np.full(len(data.items), -1, np.int64)
        own[places] = np.arange(len(places))
        return cls(Explainer.of(scorer, data), places, own)

    def scores(self, history: Histories) -> np.ndarray:
        """Of one viewer, (films,) float32; -inf where the model does not know the film."""
        found = np.full(len(self.own), -np.inf, np.float32)
        found[self.places] = self.explainer.scorer.score(history)[0]
        return found

    def additions(self, history: Histories, films: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What each film of the history adds to scores: its numbers (entries,), (entries, films).

        The films must be known to the scorer.
        """
        parts = self.explainer.contributions(history, self.own[films][None, :])
        return self.places[parts.histories.numbers], parts.entries

    def evidence(
        self,
        history: Histories,
        films: np.ndarray,
        statements: Sequence[str],
        seeds: np.ndarray,
        explained: np.ndarray,
    ) -> list[tuple[Evidence, ...]]:
        """The reasons of each film: what its row states, then what adds up to its score.

        A seed (films,), -1 for none, is named first of those. Films that are not to be `explained`
        (films,) bool, or that the model does not know, have statements alone.
        """
        own = self.own[films]
        known = np.flatnonzero((own >= 0) & explained)
        always = np.where(seeds >= 0, self.own[seeds], -1)
        found: list[tuple[Evidence, ...]] = [
            (Evidence(STATEMENT, text),) if text else () for text in statements
        ]
        if not len(known):
            return found
        reasons = self.explainer.reasons(
            history, own[known][None, :], _NAMED, always[known][None, :]
        )[0]
        for place, parts in zip(known.tolist(), reasons, strict=True):
            found[place] += tuple(
                Evidence(part.kind, part.text, part.item_id, part.contribution) for part in parts
            )
        return found
