"""What a feature is worth, on rankers of which it is known."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from matinee.dataset import Histories, Vocabulary
from matinee.evaluation import accuracy
from matinee.evaluation.effects import effects
from matinee.evaluation.importance import importances, ndcg
from matinee.evaluation.reliability import logistic, reliability
from matinee.evaluation.segments import Segment, qualities
from matinee.features import FeatureMatrix
from matinee.ranking.examples import Examples, Features

SIZES = np.array([12, 30, 7, 25, 18] * 12)
NAMES = ("useful", "useless", "habit")


@pytest.fixture(scope="module")
def examples() -> Examples:
    rng = np.random.default_rng(3)
    viewers = np.repeat(np.arange(len(SIZES)), SIZES)
    values = rng.normal(size=(len(viewers), 3)).astype(np.float32)
    values[:, 2] = rng.normal(size=len(SIZES))[viewers]
    liked = values[:, 0] + rng.normal(0, 0.5, len(viewers)) > 1
    return Examples(Features(NAMES, values), liked, SIZES)


def truth_of(examples: Examples) -> np.ndarray:
    likes = np.bincount(examples.viewers, examples.liked, minlength=len(SIZES))
    return likes.astype(np.int64) + 1  # one like of each viewer is no candidate


def test_ndcg_of_candidates_is_that_of_lists(examples: Examples) -> None:
    """Against the metric of leaderboards, on lists written out."""
    score = examples.features.column("useful").astype(np.float64)
    items = Vocabulary.of([f"m{k:03}" for k in range(100)])
    numbers = np.full((len(SIZES), 40), -1, np.int32)
    rows, liked = [], []
    start = 0
    for row, size in enumerate(SIZES):
        own = slice(start, start + size)
        order = np.argsort(-score[own], kind="stable")
        numbers[row, :size] = order
        films = np.append(np.flatnonzero(examples.liked[own]), 99)
        rows += [row] * len(films)
        liked += films.tolist()
        start += size
    truth = Histories.from_entries(items, np.array(rows), np.array(liked), len(SIZES), strength=1.0)
    expected = accuracy.ndcg(accuracy.Hits.of(numbers, truth), 10)
    np.testing.assert_allclose(ndcg(score, examples, truth_of(examples)), expected, rtol=1e-12)


def test_only_what_the_ranker_reads_is_worth_anything(examples: Examples) -> None:
    whole, found = importances(
        lambda f: f.column("useful").astype(np.float64), examples, truth_of(examples)
    )
    by_name = {one.feature: one for one in found}
    assert found[0].feature == "useful"
    assert 0 < by_name["useful"].lost.low < by_name["useful"].lost.value < whole.value
    assert by_name["useless"].lost.value == by_name["habit"].lost.value == 0


def test_a_feature_of_the_viewer_is_permuted_between_viewers(examples: Examples) -> None:
    _, found = importances(
        lambda f: f.column("useful") * np.sign(f.column("habit")).astype(np.float64),
        examples,
        truth_of(examples),
    )
    by_name = {one.feature: one for one in found}
    assert by_name["habit"].between
    assert not by_name["useful"].between
    assert abs(by_name["habit"].lost.value) > 0.01


def test_chances_that_are_true_lie_within_their_intervals(examples: Examples) -> None:
    rng = np.random.default_rng(0)
    chances = rng.random(len(examples.liked))
    drawn = Examples(examples.features, rng.random(len(chances)) < chances, SIZES)
    bins = reliability(chances, drawn)
    within = [one.observed.low <= one.predicted <= one.observed.high for one in bins]
    assert sum(within) >= 8
    assert sum(one.pairs for one in bins) == len(chances)
    off = reliability(chances**3, drawn)
    assert sum(one.observed.low <= one.predicted <= one.observed.high for one in off) <= 4


def test_a_logistic_curve_finds_the_odds_again() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(size=50_000)
    liked = rng.random(50_000) < 1 / (1 + np.exp(-(2 * scores - 1)))
    assert logistic(scores, liked) == pytest.approx((2, -1), rel=0.05)
    assert logistic(scores, np.zeros(50_000, bool)) == (0, 0)


def test_an_effect_is_the_difference_within_viewers(examples: Examples) -> None:
    """By hand, viewer by viewer; films with an odd number are dramas."""
    rng = np.random.default_rng(1)
    numbers = rng.integers(0, 50, len(examples.liked))
    drama = (np.arange(50) % 2).astype(np.float32)
    levels = FeatureMatrix(
        csr_array(np.stack([drama, 1 - drama], axis=1)), ["genre: D", "genre: x"]
    )
    few = Segment("activity", "few", np.arange(len(SIZES)) < 20)
    scores = examples.features.column("useful").astype(np.float64)
    found = effects(scores, examples, numbers, levels, [few], most=2)
    one = next(e for e in found if e.name == "D" and e.segment == "few")
    expected, liked = [], []
    for viewer in range(20):
        own = examples.viewers == viewer
        z = (scores[own] - scores[own].mean()) / scores[own].std()
        has = drama[numbers[own]] > 0
        if has.all() or not has.any():
            continue
        expected.append(z[has].mean() - z[~has].mean())
        liked.append(examples.liked[own][has].mean() - examples.liked[own][~has].mean())
    assert one.score.value == pytest.approx(np.mean(expected))
    assert one.liked.value == pytest.approx(np.mean(liked))
    assert one.score.low < one.score.value < one.score.high


def test_a_segment_that_is_better_differs_and_one_drawn_at_random_does_not() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=300)
    better, any_ = values > 0, rng.random(300) < 0.5
    parts = [Segment("a", "better", better), Segment("b", "any", any_)]
    found = {one.segment: one for one in qualities(values, parts)}
    assert found["better"].difference.low > 1
    assert found["any"].difference.low < 0 < found["any"].difference.high
    assert found["better"].value.value == pytest.approx(values[better].mean())
    assert qualities(values, [Segment("a", "few", np.arange(300) < 3)]) == []
