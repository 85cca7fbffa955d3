"""Beyond accuracy and how sure a figure is, against loops over the definitions and SciPy."""

from itertools import combinations

import numpy as np
import polars as pl
import pytest
from scipy.spatial.distance import cosine, jensenshannon
from scipy.stats import bootstrap as scipy_bootstrap
from scipy.stats import false_discovery_control, ttest_rel

from matinee.dataset import Dataset, Histories
from matinee.errors import InputError
from matinee.evaluation import beyond
from matinee.evaluation.accuracy import Hits
from matinee.evaluation.significance import Sums, bootstrap, compare, holm
from matinee.features import content_vectors, genre_shares


@pytest.fixture(scope="module")
def lists(data: Dataset) -> np.ndarray:
    """Six films for each user of the data; one list of four and one empty."""
    rng = np.random.default_rng(3)
    rows = [rng.permutation(len(data.items))[:6] for _ in range(data.histories.rows)]
    numbers = np.array(rows, np.int32)
    numbers[2, 4:] = -1
    numbers[5] = -1
    return numbers


def taken(histories: Histories) -> list[set[int]]:
    return [
        set(histories.numbers[histories.indptr[r] : histories.indptr[r + 1]].tolist())
        for r in range(histories.rows)
    ]


def test_novelty_is_the_mean_self_information(data: Dataset, lists: np.ndarray) -> None:
    histories = taken(data.histories)
    users = sum(bool(history) for history in histories)
    values = beyond.novelty(lists, beyond.Takers.of(data))
    for row, listed in enumerate(lists):
        bits = [
            -np.log2(max(sum(item in history for history in histories), 1) / users)
            for item in listed
            if item >= 0
        ]
        if bits:
            assert values[row] == pytest.approx(np.mean(bits), rel=1e-12)
        else:
            assert np.isnan(values[row])


def test_gini_is_the_mean_difference_and_one_for_one_film(data: Dataset) -> None:
    rng = np.random.default_rng(4)
    exposed = rng.integers(0, 9, len(data.items)).astype(np.float64)
    candidates = np.arange(len(exposed)) % 7 != 0
    kept = exposed[candidates]
    n = len(kept)
    apart = sum(abs(a - b) for a in kept for b in kept)
    expected = apart / (2 * n * (n - 1) * kept.mean())
    assert beyond.gini(exposed, candidates) == pytest.approx(expected, rel=1e-12)
    alone = np.zeros(len(exposed))
    alone[1] = 5
    assert beyond.gini(alone, candidates) == pytest.approx(1.0, rel=1e-12)
    assert beyond.gini(np.ones(len(exposed)), candidates) == pytest.approx(0.0, abs=1e-12)


def test_coverage_counts_candidates_in_anyones_list(data: Dataset, lists: np.ndarray) -> None:
    candidates = np.arange(len(data.items)) < 11
    exposed = beyond.exposure(lists, len(data.items))
    shown = set(lists[lists >= 0].tolist())
    assert beyond.coverage(exposed, candidates) == len(shown & set(range(11))) / 11
    assert exposed.sum() == (lists >= 0).sum()


def test_diversity_is_the_mean_distance_of_pairs(data: Dataset, lists: np.ndarray) -> None:
    features = content_vectors(data.movies).matrix
    dense = features.toarray().astype(np.float64)
    values, distance = beyond.diversity(lists, data.histories, features)
    histories = taken(data.histories)
    for row in (0, 1, 2, 9):
        listed = lists[row][lists[row] >= 0]
        pairs = [cosine(dense[a], dense[b]) for a, b in combinations(listed, 2)]
        assert values[row] == pytest.approx(np.mean(pairs), rel=1e-5)
        for place, item in enumerate(listed):
            to_history = [cosine(dense[item], dense[other]) for other in histories[row]]
            if to_history:
                assert distance[row, place] == pytest.approx(np.mean(to_history), rel=1e-5)


def test_calibration_is_the_jensen_shannon_divergence(data: Dataset, lists: np.ndarray) -> None:
    genres = data.movies["genres"].to_list()
    names = sorted({genre for film in genres for genre in film})
    shares = np.array([[film.count(g) / len(film) for g in names] for film in genres])
    values = beyond.calibration(lists, data.histories, genre_shares(data.movies))
    histories = data.histories
    compared = 0
    for row in range(histories.rows):
        own = slice(histories.indptr[row], histories.indptr[row + 1])
        liked = histories.numbers[own][histories.strength[own] > 0]
        listed = lists[row][lists[row] >= 0]
        if not (len(liked) and len(listed)):
            assert np.isnan(values[row])
            continue
        theirs, ours = shares[liked].sum(axis=0), shares[listed].sum(axis=0)
        expected = jensenshannon(theirs, ours, base=2) ** 2
        assert values[row] == pytest.approx(expected, rel=1e-5)
        compared += 1
    assert compared > 20


def test_surprise_beyond_popularity_counts_unlisted_hits() -> None:
    numbers = np.array([[4, 2, 7], [1, 3, 5]], np.int32)
    popular = np.array([[2, 9, 8], [1, 3, 5]], np.int32)
    hits = Hits(np.array([[True, True, False], [True, True, True]]), np.array([2, 3]))
    values = beyond.serendipity_beyond(numbers, popular, hits)
    np.testing.assert_allclose(values, [1 / 3, 0])


def test_comparison_of_means_is_the_paired_t_test() -> None:
    rng = np.random.default_rng(5)
    a = rng.random(57)
    b = a + rng.normal(0.05, 0.2, 57)
    ours, theirs = compare(Sums.of(a), Sums.of(b)), ttest_rel(a, b)
    assert ours.p == pytest.approx(theirs.pvalue, rel=1e-9)
    interval = theirs.confidence_interval(0.95)
    assert (ours.low, ours.high) == pytest.approx((interval.low, interval.high), rel=1e-9)
    with pytest.raises(InputError, match="expected the same users, got 57 and 56"):
        compare(Sums.of(a), Sums.of(b[1:]))


def test_holm_rejects_what_the_steps_of_the_paper_reject() -> None:
    rng = np.random.default_rng(6)
    for _ in range(50):
        p = rng.beta(0.3, 2, 9)
        adjusted = holm(p)
        for level in (0.01, 0.05, 0.2):
            rejected, order = set(), np.argsort(p)
            for step, place in enumerate(order):
                if p[place] > level / (len(p) - step):
                    break
                rejected.add(int(place))
            assert set(np.flatnonzero(adjusted <= level).tolist()) == rejected
        # Holm controls more than the false discovery rate, so it is never the smaller.
        assert (adjusted >= false_discovery_control(p) - 1e-12).all()


def test_bootstrap_has_the_ends_of_another_bootstrap() -> None:
    rng = np.random.default_rng(7)
    values = rng.gamma(0.5, 1.0, 400)
    low, high = bootstrap([Sums.of(values)], np.random.default_rng(1), 4000)
    other = scipy_bootstrap(
        (values,), np.mean, n_resamples=4000, method="percentile", rng=np.random.default_rng(2)
    ).confidence_interval
    spread = other.high - other.low
    assert abs(low[0] - other.low) < 0.06 * spread
    assert abs(high[0] - other.high) < 0.06 * spread


def test_a_pooled_error_is_resampled_by_user() -> None:
    """The root of summed squares over summed counts, not a mean of users' roots."""
    squares, counts = np.array([8.0, 1.0, 3.0]), np.array([2.0, 1.0, 0.0])
    pooled = Sums(squares, counts, root=True)
    assert pooled.value == pytest.approx(np.sqrt(12 / 3))
    assert pooled.influence().sum() == pytest.approx(0, abs=1e-12)
    assert pl.Series(pooled.influence()).is_finite().all()
