"""Re-ranking for one catalogue: rules, boosts, draws, pins and the greedy list, batch by batch."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from matinee.dataset import NO_TIME, Histories, Vocabulary
from matinee.errors import InputError
from matinee.kernels import hits as hits_kernel
from matinee.kernels import slate as kernel
from matinee.kernels.threads import threads_for
from matinee.ranking.editor import Wishes, boosted
from matinee.ranking.exploration import day_keys, draw
from matinee.ranking.lists import Ranked, positive
from matinee.ranking.places import kept, relevance_of, wider, with_rest
from matinee.ranking.reranked import RULES, Reranked
from matinee.ranking.rules import Allowed, Exclusions
from matinee.ranking.tastes import genre_tastes

if TYPE_CHECKING:
    from matinee.ranking.reranking import Reranking

SMOOTHING = 0.1  # of calibration: so much of the taste itself is mixed into a list's genres
_BATCH = 1024  # rows at once

# The kernel's codes (none, score, diversity, calibration, given) as codes of `RULES`.
_CODES = np.array([RULES.index(r) for r in ("none", "score", "diversity", "calibration", "pin")])
_SCORE, _EXPLORATION, _BOOST = (RULES.index(name) for name in ("score", "exploration", "boost"))


@dataclass(frozen=True, slots=True, eq=False)
class FittedReranking:
    """A `Reranking` with what it needs to know of the films."""

    recipe: "Reranking"
    items: Vocabulary
    allowed: Allowed
    vectors: csr_array | None  # (items, features) float64, unit rows; None: diversity is 0
    genres: csr_array | None  # (items, genres) float64 shares; None: calibration is 0
    takers: np.ndarray  # (items,) how many viewers took each film
    wishes: Wishes

    def candidates(self, as_of: int) -> np.ndarray:
        """The films that the rules allow at a moment, (items,) bool: what retrieval may bring.

        `rerank` keeps the rules whatever it gets; but of 500 candidates that retrieval chose
        without them few may be left.
        """
        return self.allowed.at(as_of)

    def rerank(
        self,
        candidates: Ranked,
        histories: Histories,
        n: int,
        *,
        seed: int = 0,
        exclusions: Exclusions | None = None,
    ) -> Reranked:
        """The list of n for each row of candidates, whose scores fall along a row.

        A film of the history, of `exclusions` or against a rule is never in it, pinned or not.
        The first `places` are made by the greedy list, the rest follow in the order of scores; so
        a list of 10 is the beginning of one of 20. A pinned film that is no candidate gets the
        least score of its row; it stands higher where there are too few films to stand above it.
        """
        positive(n)
        if candidates.items != self.items or histories.items != self.items:
            raise InputError("re-ranking: expected candidates and histories of the fitted items")
        if len(candidates.numbers) != histories.rows:
            raise InputError(
                f"re-ranking: expected candidates for {histories.rows} rows, got "
                f"{len(candidates.numbers)}"
            )
        with np.errstate(invalid="ignore"):
            rising = candidates.scores[:, 1:] > candidates.scores[:, :-1]
        if rising.any() or np.isnan(candidates.scores).any():
            row = int(np.argmax(rising.any(axis=1))) if rising.any() else 0
            raise InputError(f"re-ranking: expected scores that fall, got others in row {row}")
        parts = [
            self._batch(
                candidates.numbers[start:stop],
                candidates.scores[start:stop],
                histories.slice(start, stop),
                n,
                seed,
                exclusions,
            )
            for start, stop in _batches(histories.rows)
        ]
        numbers, scores, propensities, rules = (
            np.concatenate([part[k] for part in parts]) for k in range(4)
        )
        notes = self._notes(numbers, histories, n)
        return Reranked(self.items, numbers, scores, propensities, rules, notes)

    def _batch(
        self,
        numbers: np.ndarray,
        scores: np.ndarray,
        histories: Histories,
        n: int,
        seed: int,
        exclusions: Exclusions | None,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Numbers, scores, propensities and rules of some rows, (rows, n) each."""
        excluded = None if exclusions is None else exclusions.pattern(histories)
        numbers, scores = kept(numbers, scores, ~self._barred(numbers, histories, excluded))
        relevance = relevance_of(scores)
        moved = np.zeros(numbers.shape, bool)
        if self.wishes.boosts is not None:
            order = boosted(numbers, self.wishes.boosts)
            numbers, scores = (np.take_along_axis(x, order, axis=1) for x in (numbers, scores))
            moved = (order > np.arange(order.shape[1])) & (self.wishes.boosts[numbers] > 1)
            moved &= numbers >= 0
        numbers, scores, given = self._pinned(numbers, scores, histories, excluded)
        relevance = wider(relevance, numbers.shape[1], -np.inf)
        moved = wider(moved, numbers.shape[1], False)
        given, chance = self._explored(numbers, given, histories, seed)
        order, codes = self._slate(numbers, relevance, given, histories)
        rules = _CODES[codes]
        rules[chance > 0] = _EXPLORATION
        propensities = np.where(chance > 0, chance, (order >= 0).astype(np.float64))
        order, rules, propensities = with_rest(order, rules, propensities, numbers, relevance, n)
        there = order >= 0
        columns = np.maximum(order, 0)
        rules[(rules == _SCORE) & np.take_along_axis(moved, columns, axis=1)] = _BOOST
        return (
            np.where(there, np.take_along_axis(numbers, columns, axis=1), -1).astype(np.int32),
            np.where(there, np.take_along_axis(scores, columns, axis=1), -np.inf).astype(
                np.float32
            ),
            propensities,
            rules.astype(np.int8),
        )

    def _barred(
        self, numbers: np.ndarray, histories: Histories, excluded: csr_array | None
    ) -> np.ndarray:
        """Which candidates a row may not be shown, (rows, m) bool; true for padding."""
        items = len(self.items)
        known = histories.as_of[:, None] != NO_TIME
        barred = np.asarray(~self.allowed.mask[numbers])
        barred |= known & (self.allowed.out[numbers] > histories.as_of[:, None])
        barred |= hits_kernel.hits(numbers, histories.indptr, histories.numbers, items)
        if excluded is not None:
            barred |= hits_kernel.hits(
                numbers, excluded.indptr.astype(np.int64), excluded.indices, items
            )
        return barred | (numbers < 0)

    def _pinned(
        self,
        numbers: np.ndarray,
        scores: np.ndarray,
        histories: Histories,
        excluded: csr_array | None,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Candidates with the pinned films among them, and the columns of given places."""
        rows, m = numbers.shape
        given = np.full((rows, self.recipe.places), -1, np.int32)
        pinned = np.broadcast_to(self.wishes.pinned, (rows, len(self.wishes.pinned)))
        if not pinned.shape[1]:
            return numbers, scores, given
        may = ~self._barred(np.ascontiguousarray(pinned), histories, excluded)
        there = numbers[:, :, None] == pinned[:, None, :]
        column = np.where(there.any(axis=1), there.argmax(axis=1), m + np.arange(pinned.shape[1]))
        given[:, self.wishes.places] = np.where(may, column, -1)
        least = np.where(np.isfinite(scores), scores, np.inf).min(axis=1, initial=np.inf)
        least = np.where(np.isfinite(least), least, 0.0)
        more = np.broadcast_to(least[:, None], pinned.shape)
        return (
            np.concatenate([numbers, pinned], axis=1),
            np.concatenate([scores, more], axis=1).astype(np.float32),
            given,
        )

    def _explored(
        self, numbers: np.ndarray, given: np.ndarray, histories: Histories, seed: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Given places with those drawn, and the draws' propensities, both (rows, places).

        Drawn are candidates beyond the list, in the last places that no pin has.
        """
        chance = np.zeros(given.shape)
        slots, places = self.recipe.exploration, self.recipe.places
        if not slots:
            return given, chance
        pool = numbers >= 0
        pool[:, :places] = False
        pool[:, numbers.shape[1] - len(self.wishes.pinned) :] = False
        at, place = np.nonzero(given >= 0)
        pool[at, given[at, place]] = False
        weights = np.where(pool, np.maximum(self.takers[numbers], 1.0) ** -self.recipe.reach, 0.0)
        columns, propensity = draw(weights, numbers, day_keys(histories, seed), slots)
        free = given < 0
        # The s-th slot of a row is its s-th free place, of the last so many.
        slot = np.cumsum(free, axis=1) - 1 - (free.sum(axis=1, keepdims=True) - slots)
        at, place = np.nonzero(free & (slot >= 0))
        column = columns[at, slot[at, place]]
        at, place, column = (x[column >= 0] for x in (at, place, column))
        given[at, place] = column
        chance[at, place] = propensity[at, slot[at, place]]
        return given, chance

    def _slate(
        self,
        numbers: np.ndarray,
        relevance: np.ndarray,
        given: np.ndarray,
        histories: Histories,
    ) -> tuple[np.ndarray, np.ndarray]:
        """The greedy list: columns and the kernel's codes, (rows, places)."""
        recipe, items = self.recipe, len(self.items)
        vectors = csr_array((items, 1), dtype=np.float64) if self.vectors is None else self.vectors
        genres = csr_array((items, 1), dtype=np.float64) if self.genres is None else self.genres
        targets = np.zeros((histories.rows, genres.shape[1]))
        if self.genres is not None:
            targets = genre_tastes(histories, self.genres, recipe.half_life)
        with threads_for(histories.rows):
            return kernel.slate(
                np.ascontiguousarray(numbers),
                np.ascontiguousarray(relevance),
                (vectors.indptr, vectors.indices, vectors.data),
                vectors.shape[1],
                (genres.indptr, genres.indices, genres.data),
                targets,
                given,
                (float(recipe.diversity), float(recipe.calibration), SMOOTHING),
            )

    def _notes(self, numbers: np.ndarray, histories: Histories, n: int) -> tuple[str, ...]:
        """What a reader should know where a list is shorter than asked for."""
        lengths = (numbers >= 0).sum(axis=1)
        if not len(lengths) or lengths.min() >= n:
            return ()
        text = (
            f"{int((lengths < n).sum()):,} of {len(lengths):,} viewers get fewer than {n} films, "
            f"the fewest {lengths.min()}"
        )
        strictest = self.allowed.strictest(int(histories.as_of[lengths.argmin()]))
        if strictest is None:
            return (f"{text}: no rule keeps films out, they have seen the others or retrieval "
                    "brought no more",)  # fmt: skip
        name, count = strictest
        return (f"{text}; {name} keeps out most, {count:,} of {len(self.items):,} films",)


def _batches(rows: int) -> Iterator[tuple[int, int]]:
    """Row ranges; one that is empty where there are no rows."""
    for start in range(0, max(rows, 1), _BATCH):
        yield start, min(start + _BATCH, rows)
