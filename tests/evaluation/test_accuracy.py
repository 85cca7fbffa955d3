"""Accuracy metrics against hand counts, brute force, scikit-learn and a second program."""

from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from sklearn.metrics import average_precision_score, ndcg_score

from matinee.dataset import Histories, Vocabulary
from matinee.errors import InputError
from matinee.evaluation import accuracy
from matinee.evaluation.accuracy import Hits, metric

EVERY = ["ndcg", "recall", "recall_all", "precision", "map", "mrr", "hit_rate"]


def truth_of(flags: np.ndarray) -> Histories:
    rows, numbers = np.nonzero(flags)
    items = Vocabulary.of([f"i{k:03}" for k in range(flags.shape[1])])
    strength = np.ones(len(rows), np.float32)
    return Histories.from_entries(
        items, rows.astype(np.int32), numbers.astype(np.int32), len(flags), strength=strength
    )


def lists_and_truth(seed: int, rows: int = 12, items: int = 25) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    lists = np.argsort(rng.random((rows, items)), axis=1)[:, :15].astype(np.int32)
    lists[0, 9:] = -1  # a list that ran short
    flags = rng.random((rows, items)) < rng.choice([0.05, 0.3, 0.8], (rows, 1))
    flags[1] = False  # a user without truth
    flags[2, 3] = True
    return lists, flags


def test_a_list_counted_by_hand() -> None:
    """Hits at places 2 and 5 of 5, three items to find."""
    hits = Hits(np.array([[False, True, False, False, True]]), np.array([3]))
    gain = 1 / np.log2([2, 3, 4, 5, 6])
    assert accuracy.precision(hits, 5).tolist() == [2 / 5]
    assert accuracy.recall(hits, 2).tolist() == [1 / 2]
    assert accuracy.recall_all(hits, 2).tolist() == [1 / 3]
    assert accuracy.average_precision(hits, 5)[0] == pytest.approx((1 / 2 + 2 / 5) / 3)
    assert accuracy.reciprocal_rank(hits, 5).tolist() == [1 / 2]
    assert accuracy.reciprocal_rank(hits, 1).tolist() == [0]
    assert accuracy.hit_rate(hits, 1).tolist() == [0]
    assert accuracy.ndcg(hits, 5)[0] == pytest.approx((gain[1] + gain[4]) / gain[:3].sum())


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 15))
def test_every_metric_equals_a_loop_over_places(seed: int, k: int) -> None:
    lists, flags = lists_and_truth(seed)
    hits = Hits.of(lists, truth_of(flags))
    for row in range(len(lists)):
        wanted = set(np.flatnonzero(flags[row]))
        found = [number in wanted for number in lists[row, :k]]
        places = [place for place, hit in enumerate(found, start=1) if hit]
        reachable = min(k, len(wanted))
        expected = dict.fromkeys(EVERY, np.nan)
        if wanted:
            ideal = sum(1 / np.log2(place + 1) for place in range(1, reachable + 1))
            expected = {
                "ndcg": sum(1 / np.log2(place + 1) for place in places) / ideal,
                "recall": len(places) / reachable,
                "recall_all": len(places) / len(wanted),
                "precision": len(places) / k,
                "map": sum(j / p for j, p in enumerate(places, start=1)) / reachable,
                "mrr": 1 / places[0] if places else 0.0,
                "hit_rate": float(bool(places)),
            }
        for name, value in expected.items():
            assert metric(f"{name}@{k}")(hits)[row] == pytest.approx(value, rel=1e-12, nan_ok=True)


@given(st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_every_metric_is_between_0_and_1_and_1_for_a_perfect_list(seed: int) -> None:
    _, flags = lists_and_truth(seed)
    flags[:, 0] = True
    perfect = np.argsort(~flags, axis=1, kind="stable").astype(np.int32)
    hits = Hits.of(perfect, truth_of(flags))
    for name in EVERY:
        values = metric(f"{name}@7")(hits)
        assert (values <= 1 + 1e-12).all()
        if name not in {"precision", "recall_all"}:
            np.testing.assert_allclose(values, 1, rtol=1e-12)


def test_ndcg_and_average_precision_agree_with_scikit_learn_on_whole_rankings() -> None:
    rng = np.random.default_rng(5)
    scores, flags = rng.random((20, 30)), rng.random((20, 30)) < 0.2
    flags[:, 4] = True
    hits = Hits.of(np.argsort(-scores, axis=1).astype(np.int32), truth_of(flags))
    for row in range(20):
        assert accuracy.ndcg(hits, 30)[row] == pytest.approx(
            ndcg_score(flags[[row]], scores[[row]]), rel=1e-12
        )
        assert accuracy.ndcg(hits, 8)[row] == pytest.approx(
            ndcg_score(flags[[row]], scores[[row]], k=8), rel=1e-12
        )
        assert accuracy.average_precision(hits, 30)[row] == pytest.approx(
            average_precision_score(flags[row], scores[row]), rel=1e-12
        )


@pytest.mark.data
def test_recall_and_ndcg_equal_the_independent_protocols(protocols: ModuleType) -> None:
    rng = np.random.default_rng(8)
    lists, flags = lists_and_truth(8)
    lists[0] = np.arange(15)
    keep = flags.any(axis=1)
    train = csr_matrix((rng.random((40, 25)) < 0.3).astype(np.float32))
    theirs, _ = protocols.ranking_metrics(
        lists[keep], csr_matrix(flags[keep].astype(np.float32)), train, (5, 15), (10, 15), 10
    )
    hits = Hits.of(lists[keep], truth_of(flags[keep]))
    for name in ("recall@5", "recall@15", "ndcg@10", "ndcg@15"):
        np.testing.assert_allclose(metric(name)(hits), theirs[name], rtol=1e-12)


def test_wrong_arguments_are_named() -> None:
    hits = Hits(np.zeros((1, 5), bool), np.array([1]))
    with pytest.raises(InputError, match="k: expected 1 to 5 places, got 6"):
        accuracy.ndcg(hits, 6)
    with pytest.raises(InputError, match=r"metric: expected one of .* got 'auc@5'"):
        metric("auc@5")
    with pytest.raises(InputError, match="one for each of 2 rows of truth, got 1"):
        Hits.of(np.zeros((1, 3), np.int32), truth_of(np.ones((2, 4), bool)))
