"""The promises that every recipe and every fitted model keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeGuard, runtime_checkable

import numpy as np

from matinee.dataset import Dataset, Histories, Vocabulary


@dataclass(frozen=True, slots=True, eq=False)
class Contributions:
    """What each history entry and each named term adds to the scores of listed items.

    For entry e in row r of `histories`, `entries[e, j]` is what it adds to the score of the j-th
    listed item of row r; `terms[name][r, j]` what a named term adds. Together they are the score.
    """

    histories: Histories  # on the model's items: whose entries these are
    entries: np.ndarray  # (entries, n) float32
    terms: Mapping[str, np.ndarray]  # name -> (rows, n) float32

    def totals(self) -> np.ndarray:
        """The scores that the contributions add up to, (rows, n) float64."""
        sums = np.zeros((self.histories.rows, self.entries.shape[1]))
        np.add.at(sums, self.histories.entry_rows, self.entries)
        for term in self.terms.values():
            sums += term
        return sums


class Scorer(Protocol):
    """A fitted model: immutable, no row of a user; equal inputs give equal scores."""

    @property
    def items(self) -> Vocabulary:
        """The items it can score, in the order of its columns."""
        ...

    def score(self, histories: Histories) -> np.ndarray:
        """Finite float32 scores, (rows, items); a row depends on that row alone.

        `histories` may be in any vocabulary; entries that the model does not know are ignored.
        """
        ...


@runtime_checkable
class FactorScorer(Scorer, Protocol):
    """A scorer whose scores are products of a viewer's factors and the items'."""

    @property
    def factors(self) -> np.ndarray:
        """(items, factors) float32."""
        ...

    def users(self, histories: Histories) -> np.ndarray:
        """The viewers' factors, (rows, factors) float32: score(histories) = users · factorsᵀ."""
        ...


@runtime_checkable
class LinearScorer(Scorer, Protocol):
    """A scorer whose scores are sums over the history."""

    def contributions(self, histories: Histories, items: np.ndarray) -> Contributions:
        """What adds up to score(histories)[r, items[r, j]]; `items` (rows, n) in own numbers."""
        ...


def is_linear(scorer: Scorer) -> TypeGuard[LinearScorer]:
    """Whether the scorer is a `LinearScorer`; `isinstance` takes a tenth of a millisecond."""
    return callable(getattr(scorer, "contributions", None))


@runtime_checkable
class RatingPredictor(Protocol):
    """A fitted model that predicts stars."""

    @property
    def items(self) -> Vocabulary:
        """The items it knows; of another item it predicts the viewer's own level."""
        ...

    def predict(
        self, histories: Histories, rows: np.ndarray, items: np.ndarray, times: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation on the users' scale, for pairs (rows[p], items[p]).

        `items` are numbers in `histories.items`. Never a dense matrix.
        """
        ...


class Stored(Protocol):
    """A fitted model as plain arrays, so that it can be written and mapped back."""

    kind: str  # class attribute: the name under which `models` finds `from_arrays`

    def arrays(self) -> dict[str, np.ndarray]:
        """Every array of the fitted model but its item ids, by name."""
        ...


class Recipe(Protocol):
    """A frozen dataclass of hyper-parameters."""

    def fit(self, data: Dataset, rng: np.random.Generator) -> Scorer:
        """Learn from every row of `data.histories`."""
        ...
