"""Ranked lists are what a sorted walk over the unseen candidates gives."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_array

from matinee.dataset import Dataset, Histories, Vocabulary
from matinee.errors import InputError, NumericError
from matinee.ranking import rank, top, top_of_factors

score_rows = arrays(
    np.float32,
    st.tuples(st.integers(1, 6), st.integers(1, 90)),
    elements=st.sampled_from(np.array([-np.inf, -1.5, -0.0, 0.0, 0.25, 0.5, 3.0], np.float32)),
)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Scores a history by the sum of its items' rows of a table."""

    items: Vocabulary
    table: np.ndarray

    def score(self, histories: Histories) -> np.ndarray:
        pattern = histories.on(self.items).matrix()
        pattern.data = np.ones_like(pattern.data)
        return (pattern @ self.table + self.table[0]).astype(np.float32)


@pytest.fixture
def scorer(data: Dataset) -> Table:
    """Lacks two items of the data, has one of its own, and holds them in another order."""
    ids = [*data.items.ids.to_list()[:1:-1], "elsewhere"]
    rng = np.random.default_rng(3)
    return Table(Vocabulary(data.items.ids.__class__("id", ids)), rng.normal(size=(29, 29)))


@settings(deadline=None)
@given(score_rows, st.integers(1, 120), st.integers(0, 2**32 - 1))
def test_rank_is_a_sorted_walk_over_unseen_items(scores: np.ndarray, n: int, seed: int) -> None:
    seen = np.random.default_rng(seed).random(scores.shape) < 0.3
    ranked = rank(scores, csr_array(seen), n)
    assert ranked.shape == (len(scores), n)
    for row, scored, hidden in zip(ranked, scores, seen, strict=True):
        open_items = np.flatnonzero(~hidden & (scored > -np.inf))
        best = sorted(open_items, key=lambda i: (-scored[i], i))[:n]
        assert row[: len(best)].tolist() == best
        assert (row[len(best) :] == -1).all()


def test_rank_leaves_the_scores_as_they_were() -> None:
    scores = np.array([[1, 2, 3]], np.float32)
    rank(scores, csr_array(np.array([[0, 0, 1]])), 2)
    assert scores.tolist() == [[1, 2, 3]]


def test_a_stored_zero_counts_as_seen() -> None:
    seen = csr_array((np.zeros(1), [1], [0, 1]), shape=(1, 3))
    assert rank(np.array([[1, 9, 5]], np.float32), seen, 3).tolist() == [[2, 0, -1]]


def test_top_agrees_with_ranking_the_whole_matrix(
    data: Dataset, scorer: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matinee.ranking.lists.BATCH_BYTES", 29 * 4 * 7)  # seven rows a batch
    candidates = np.arange(len(data.items)) % 5 != 1
    ranked = top(scorer, data.histories, 12, candidates)
    scores = scorer.score(data.histories)
    seen = {row: set() for row in range(data.histories.rows)}
    for row, number in zip(data.histories.entry_rows, data.histories.numbers, strict=True):
        seen[int(row)].add(int(number))
    for row in range(data.histories.rows):
        open_items = [
            (-scores[row, k], k, number)
            for k, number in enumerate(data.items.numbers(scorer.items.ids))
            if number >= 0 and candidates[number] and number not in seen[row]
        ]
        best = [number for _, _, number in sorted(open_items)[:12]]
        assert ranked.numbers[row, : len(best)].tolist() == best
        assert (ranked.numbers[row, len(best) :] == -1).all()
        assert (ranked.scores[row, len(best) :] == -np.inf).all()


def test_top_answers_the_same_for_one_row_alone(data: Dataset, scorer: Table) -> None:
    together = top(scorer, data.histories, 5)
    for row in (0, 7, 39):
        alone = top(scorer, data.histories.take(np.array([row])), 5)
        assert alone.numbers[0].tolist() == together.numbers[row].tolist()


def test_top_does_not_write_into_an_array_that_the_model_keeps(data: Dataset) -> None:
    kept = np.zeros((1, len(data.items)), np.float32)

    class Constant:
        items = data.items

        def score(self, histories: Histories) -> np.ndarray:
            return np.broadcast_to(kept, (histories.rows, len(data.items)))

    top(Constant(), data.histories, 3)
    assert (kept == 0).all()


def test_nan_scores_are_refused_with_their_place() -> None:
    scores = np.zeros((3, 4), np.float32)
    scores[2, 1] = np.nan
    with pytest.raises(NumericError, match="got NaN for row 2, item number 1"):
        rank(scores, csr_array(scores.shape), 2)


def test_wrong_arguments_are_named(data: Dataset, scorer: Table) -> None:
    with pytest.raises(InputError, match="n: expected a whole number from 1, got 0"):
        top(scorer, data.histories, 0)
    with pytest.raises(InputError, match="candidates: expected 30 flags, got"):
        top(scorer, data.histories, 5, np.ones(3, bool))
    with pytest.raises(InputError, match="expected seen of shape"):
        rank(np.zeros((2, 3), np.float32), csr_array((2, 4)), 1)


@dataclass(frozen=True, slots=True, eq=False)
class Products:
    """Scores a history by factors that sum up its items'."""

    items: Vocabulary
    factors: np.ndarray

    def users(self, histories: Histories) -> np.ndarray:
        pattern = histories.on(self.items).matrix()
        pattern.data = np.ones_like(pattern.data)
        return np.asarray(pattern @ self.factors)

    def score(self, histories: Histories) -> np.ndarray:
        return self.users(histories) @ self.factors.T


@pytest.mark.parametrize("copies", [1, 5])
def test_few_and_many_rows_of_a_factor_model_get_the_lists_of_its_scores(
    data: Dataset, copies: int
) -> None:
    ids = [*data.items.ids.to_list()[:1:-1], "elsewhere"]
    rng = np.random.default_rng(3)
    factors = rng.integers(-2, 3, (len(ids), 4)).astype(np.float32)  # exact sums, many ties
    scorer = Products(Vocabulary(data.items.ids.__class__("id", ids)), factors)
    histories = data.histories.take(np.tile(np.arange(data.histories.rows), copies))
    candidates = rng.random(len(data.items)) < 0.8
    ranked = top(scorer, histories, 7, candidates)
    scores = scorer.score(histories)
    own = histories.on(scorer.items)
    for row in range(histories.rows):
        seen = set(own.numbers[own.indptr[row] : own.indptr[row + 1]])
        outside = data.items.numbers(scorer.items.ids)
        free = [
            k
            for k in range(len(ids))
            if k not in seen and outside[k] >= 0 and candidates[outside[k]]
        ]
        best = sorted(free, key=lambda k: (-scores[row, k], k))[:7]
        listed = ranked.numbers[row][ranked.numbers[row] >= 0]
        assert listed.tolist() == outside[best].tolist()
        np.testing.assert_array_equal(ranked.scores[row, : len(best)], scores[row, best])


def test_factors_of_another_shape_are_refused(data: Dataset) -> None:
    with pytest.raises(InputError, match=r"factors: expected \(\d+, n\) and \(\d+, n\), got"):
        top_of_factors(np.ones((2, 3), np.float32), np.ones((4, 3), np.float32), data.histories, 5)
    rows, items = data.histories.rows, len(data.items)
    users = np.full((rows, 3), np.nan, np.float32)
    with pytest.raises(NumericError, match="factors: expected numbers, got NaN for row 0"):
        top_of_factors(users, np.ones((items, 3), np.float32), data.histories, 5)
