"""A fitted model in the numbers of the data, with all that its reasons need."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matinee.dataset import Dataset, Histories
from matinee.explanation import Explainer
from matinee.models.protocols import Contributions, Scorer
from matinee.page.values import Evidence, Statement

_NAMED = 3  # films of the history that a card names


@dataclass(frozen=True, slots=True, eq=False)
class Scoring:
    """Scores and reasons of films by their numbers in the data."""

    explainer: Explainer
    places: np.ndarray  # (items of the scorer,) numbers in the data
    own: np.ndarray  # (films of the data,) numbers of the scorer, -1 = unknown to it

    @classmethod
    def of(cls, scorer: Scorer, data: Dataset, unsaid: tuple[str, ...] = ()) -> "Scoring":
        """Prepared once a model; InputError comes from a scorer of other data."""
        places = data.items.numbers(scorer.items.ids).astype(np.int64)
        own = np.full(len(data.items), -1, np.int64)
        own[places] = np.arange(len(places))
        return cls(Explainer.of(scorer, data, unsaid), places, own)

    def scores(self, history: Histories) -> np.ndarray:
        """Of one viewer, (films,) float32; -inf where the model does not know the film."""
        found = np.full(len(self.own), -np.inf, np.float32)
        found[self.places] = self.explainer.scorer.score(history)[0]
        return found

    def added(self, history: Histories, films: np.ndarray) -> "Added":
        """What the history adds to the scores of these films, all known to the scorer."""
        parts = self.explainer.contributions(history, self.own[films][None, :])
        return Added(films, self.places[parts.histories.numbers], parts)

    def evidence(
        self,
        history: Histories,
        films: np.ndarray,
        statements: Sequence[str],
        seeds: np.ndarray,
        explained: np.ndarray,
        before: "Added | None",
    ) -> list[tuple[Evidence, ...]]:
        """The reasons of each film: what its row states, then what adds up to its score.

        A seed (films,), -1 for none, is named first of those. Films that are not to be `explained`
        (films,) bool, or that the model does not know, have statements alone. What was found out
        `before` is not asked for again.
        """
        own = self.own[films]
        known = np.flatnonzero((own >= 0) & explained)
        always = np.where(seeds >= 0, self.own[seeds], -1)
        found: list[tuple[Evidence, ...]] = [
            (Statement(text),) if text else () for text in statements
        ]
        if not len(known):
            return found
        parts = self._parts(history, films[known], before)
        reasons = self.explainer.account(
            parts, own[known][None, :], _NAMED, always[known][None, :]
        )[0]
        for place, own_reasons in zip(known.tolist(), reasons, strict=True):
            found[place] += tuple(own_reasons)
        return found

    def _parts(
        self, history: Histories, films: np.ndarray, before: "Added | None"
    ) -> Contributions:
        missing = films if before is None else np.setdiff1d(films, before.films)
        if before is None or len(missing) == len(films):
            return self.explainer.contributions(history, self.own[films][None, :])
        known = before.parts
        listed = before.films
        if len(missing):
            more = self.explainer.contributions(history, self.own[missing][None, :])
            listed = np.concatenate([listed, missing])
            known = Contributions(
                known.histories,
                np.concatenate([known.entries, more.entries], axis=1),
                {
                    name: np.concatenate([term, more.terms[name]], axis=1)
                    for name, term in known.terms.items()
                },
            )
        order = np.argsort(listed, kind="stable")
        place = order[np.searchsorted(listed[order], films)]
        terms = {name: term[:, place] for name, term in known.terms.items()}
        return Contributions(known.histories, known.entries[:, place], terms)


@dataclass(frozen=True, slots=True, eq=False)
class Added:
    """Contributions to the scores of films, in the numbers of the data."""

    films: np.ndarray  # (n,)
    numbers: np.ndarray  # (entries,) films of the history
    parts: Contributions  # entries (entries, n)


def best(scores: np.ndarray, count: int) -> np.ndarray:
    """Numbers of the best films, best first; of equals the one with the lower number."""
    if not count:
        return np.zeros(0, np.int64)
    least_score = np.partition(scores, -count)[-count]
    films = np.flatnonzero(scores >= least_score)
    return films[np.argsort(-scores[films], kind="stable")][:count]
