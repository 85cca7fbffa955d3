"""A fitted policy: from a history to the list that its stages agree on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from matinee.dataset import NO_TIME, Histories, Vocabulary, translation
from matinee.features.pairs import PairFeatures
from matinee.kernels.hits import hits
from matinee.kernels.threads import threads_for
from matinee.models.protocols import RatingPredictor, Scorer
from matinee.ranking.examples import Features
from matinee.ranking.fitted_reranking import FittedReranking
from matinee.ranking.lambdamart import FIRST_STAGE
from matinee.ranking.linear_ranker import RATING
from matinee.ranking.lists import Ranked
from matinee.ranking.places import kept
from matinee.ranking.policy import Policy
from matinee.ranking.reranked import Reranked, as_ranked
from matinee.ranking.retrieval import Retrieved, retrieve
from matinee.ranking.rules import Exclusions

PART = "part "
_ROWS = 256  # viewers whose features are held at once


class FittedRanker(Protocol):
    """The second stage: a number for each pair, and what it is made of."""

    @property
    def names(self) -> tuple[str, ...]:
        """The features that it asks for."""
        ...

    def score(self, features: Features) -> np.ndarray:
        """(pairs,) float64; finite."""
        ...

    def arrays(self) -> Mapping[str, np.ndarray]:
        """What it is made of, to be kept."""
        ...

    def contributions(self, features: Features) -> np.ndarray:
        """(pairs, names + 1): what adds up to the score, the last column for every pair.

        `features` are those of `names`, in their order.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class FirstStage:
    """Candidates and their features, as of the moment at which all of it was learnt."""

    scorer: Scorer
    stars: RatingPredictor | None
    features: PairFeatures

    def retrieve(
        self, histories: Histories, n: int, candidates: np.ndarray | None = None
    ) -> Retrieved:
        """The n best by the first stage, on the items of the features."""
        with threads_for(histories.rows):
            return retrieve(self.scorer, histories, n, candidates)

    def describe(self, histories: Histories, retrieved: Retrieved) -> Features:
        """Every pair's features, viewer by viewer, (rows · n, features); places without a film too.

        `histories` must be on the items of the features.
        """
        with threads_for(histories.rows):
            return self._described(histories, retrieved)

    def _described(self, histories: Histories, retrieved: Retrieved) -> Features:
        """`describe`, on whatever threads there are."""
        numbers = np.maximum(retrieved.ranked.numbers, 0)
        scores = np.where(retrieved.ranked.numbers >= 0, retrieved.ranked.scores, 0)
        shape = numbers.shape
        found = {FIRST_STAGE: scores}
        best = scores.max(axis=1, keepdims=True) if shape[1] else scores
        found["behind the first"] = best - scores
        found["place in the first stage"] = np.broadcast_to(np.arange(shape[1]), shape)
        if len(retrieved.parts) > 1:
            found |= {PART + name: values for name, values in retrieved.parts.items()}
        if self.stars is not None:
            found[RATING] = self._stars(histories, numbers)
        found |= self.features.pairs(histories, numbers)
        values = np.empty((*shape, len(found)), np.float32)
        for k, column in enumerate(found.values()):
            values[..., k] = column
        return Features(tuple(found), values.reshape(numbers.size, len(found)))

    def _stars(self, histories: Histories, numbers: np.ndarray) -> np.ndarray:
        assert self.stars is not None
        rows = np.repeat(np.arange(len(numbers)), numbers.shape[1])
        times = histories.as_of[rows]
        means, _ = self.stars.predict(histories, rows, numbers.ravel(), times)
        return np.asarray(means, np.float32).reshape(numbers.shape)


@dataclass(frozen=True, slots=True, eq=False)
class FittedPolicy:
    """Candidates, their features, and the ranker that orders them."""

    policy: Policy
    first: FirstStage
    ranker: FittedRanker | None
    reranking: FittedReranking | None = None
    seed: int = 0  # of the places that re-ranking draws

    @property
    def items(self) -> Vocabulary:
        """The films that may be recommended."""
        return self.first.scorer.items

    def recommend(
        self, histories: Histories, n: int, candidates: np.ndarray | None = None
    ) -> Ranked:
        """The n best of each row: the ranker's order of the candidates, then the first stage's.

        Re-ranked, if the policy says so. Scores are the ranker's; those of films that it did not
        look at lie below, and fall by 1.
        """
        return self.slate(histories, n, candidates).ranked

    def slate(
        self,
        histories: Histories,
        n: int,
        candidates: np.ndarray | None = None,
        exclusions: Exclusions | None = None,
    ) -> Reranked:
        """The same with what put each film there and how probable that was, as it is logged."""
        own = histories.on(self.first.features.items)
        if own.items is not histories.items:
            table, _ = translation(own.items, histories.items)  # own numbers -> histories'
            allowed = table >= 0 if candidates is None else (table >= 0) & candidates[table]
            found = self.slate(own, n, allowed, exclusions)
            numbers = np.where(found.numbers >= 0, table[found.numbers], -1).astype(np.int32)
            return replace(found, items=histories.items, numbers=numbers)
        if self.reranking is None:
            return as_ranked(self._wanted(own, n, candidates, exclusions))
        allowed = self.reranking.candidates(int(own.as_of.max(initial=NO_TIME)))
        if candidates is not None:
            allowed = allowed & candidates
        ranked = self._ranked(own, max(n, self.policy.candidates.n), allowed)
        return self.reranking.rerank(ranked, own, n, seed=self.seed, exclusions=exclusions)

    def looked_at(self, own: Histories) -> tuple[Retrieved, Features]:
        """The candidates of one viewer as the ranker saw them, and their features.

        `own` is on the items of the features. Places without a film come last.
        """
        allowed = None
        if self.reranking is not None:
            allowed = self.reranking.candidates(int(own.as_of.max(initial=NO_TIME)))
        found = self.first.retrieve(own, self.policy.candidates.n, allowed)
        return found, self.first.describe(own, found)

    def _wanted(
        self, own: Histories, n: int, candidates: np.ndarray | None, exclusions: Exclusions | None
    ) -> Ranked:
        """As ranked, less what single viewers do not want."""
        if exclusions is None:
            return self._ranked(own, n, candidates)
        barred = exclusions.pattern(own)
        indptr = barred.indptr.astype(np.int64)
        more = int(np.diff(indptr).max(initial=0))
        found = self._ranked(own, n + more, candidates)
        stay = ~hits(found.numbers, indptr, barred.indices, len(own.items))
        numbers, scores = kept(found.numbers, found.scores, stay)
        return Ranked(found.items, numbers[:, :n], scores[:, :n])

    def _ranked(self, own: Histories, n: int, candidates: np.ndarray | None) -> Ranked:
        """What the first stage and the ranker make of it, before re-ranking."""
        looked = self.policy.candidates.n
        retrieved = self.first.retrieve(own, max(n, looked), candidates)
        if self.ranker is None:
            found = retrieved.ranked
            return Ranked(found.items, found.numbers[:, :n], found.scores[:, :n])
        numbers = retrieved.ranked.numbers
        scores = np.full((own.rows, max(n, looked)), -np.inf)
        for start in range(0, own.rows, _ROWS):
            rows = slice(start, min(start + _ROWS, own.rows))
            part = _first(retrieved, rows, looked)
            features = self.first.describe(own.slice(rows.start, rows.stop), part)
            found_scores = self.ranker.score(features).reshape(part.ranked.numbers.shape)
            scores[rows, :looked] = found_scores
        scores = np.where(numbers >= 0, scores, -np.inf)
        return _ordered(retrieved.ranked, scores, looked, n)


def _first(retrieved: Retrieved, rows: slice, n: int) -> Retrieved:
    ranked = retrieved.ranked
    few = Ranked(ranked.items, ranked.numbers[rows, :n], ranked.scores[rows, :n])
    return Retrieved(few, {name: values[rows, :n] for name, values in retrieved.parts.items()})


def _ordered(ranked: Ranked, scores: np.ndarray, looked: int, n: int) -> Ranked:
    """By score down, then by the place in the first stage; what was not looked at comes after."""
    places = np.arange(scores.shape[1])
    if scores.shape[1] > looked:
        head = scores[:, :looked]
        least = np.where(np.isfinite(head), head, np.inf).min(axis=1, initial=np.inf)
        least = np.where(np.isfinite(least), least, 0)
        rest = least[:, None] - (1 + places[looked:] - looked)
        scores[:, looked:] = np.where(ranked.numbers[:, looked:] >= 0, rest, -np.inf)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :n]
    return Ranked(
        ranked.items,
        np.take_along_axis(ranked.numbers, order, axis=1),
        np.take_along_axis(scores, order, axis=1).astype(np.float32),
    )
