import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.metrics.pairwise import cosine_similarity

from matinee.errors import InputError
from matinee.models.item_knn import Bm25, ItemKnn, Rp3Beta, bm25_weights


def rng():
    return np.random.default_rng(0)


def dense(model):
    shape = (len(model.items), len(model.items))
    return csr_array((model.weights, model.numbers, model.indptr), shape=shape).toarray()


def test_with_all_neighbours_the_weights_are_scikit_learns_cosines(data):
    model = ItemKnn(neighbours=1000, shrink=0.0).fit(data, rng())
    expected = cosine_similarity(data.histories.on(model.items).liked().toarray().T)
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(dense(model), expected, rtol=1e-6)


def test_each_item_keeps_its_most_similar_others(data):
    whole, pruned = (dense(ItemKnn(neighbours=k, shrink=0.0).fit(data, rng())) for k in (1000, 4))
    for item in range(len(whole)):
        best = sorted(range(len(whole)), key=lambda j: (-whole[item, j], j))[:4]
        expected = np.zeros(len(whole), np.float32)
        expected[best] = whole[item, best]
        np.testing.assert_array_equal(pruned[item], expected)


def test_shrinkage_adds_to_the_denominator(data):
    model = ItemKnn(neighbours=1000, shrink=5.0).fit(data, rng())
    X = data.histories.on(model.items).liked().toarray().astype(np.float64)
    norms = np.sqrt((X**2).sum(axis=0))
    expected = X.T @ X / (np.outer(norms, norms) + 5.0)
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(dense(model), expected, rtol=1e-6)


def test_bm25_weights_follow_the_formula_entry_by_entry(data):
    X = data.histories.liked()
    weights = bm25_weights(X, 1.2, 0.3).toarray()
    S = X.toarray()
    mean = S.sum() / S.shape[1]
    for user, item in np.argwhere(S > 0):
        idf = np.log(S.shape[1] / (1 + (S[user] > 0).sum()))
        length = 1 - 0.3 + 0.3 * S[:, item].sum() / mean
        expected = idf * S[user, item] * 2.2 / (S[user, item] + 1.2 * length)
        assert weights[user, item] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("wrong", [{"neighbours": 0}, {"shrink": -1.0}])
def test_cosine_settings_out_of_range_are_refused(wrong):
    with pytest.raises(InputError, match="item_knn: expected"):
        ItemKnn(**wrong)


@pytest.mark.parametrize("wrong", [{"neighbours": 0}, {"k1": -1.0}, {"b": 1.5}])
def test_bm25_settings_out_of_range_are_refused(wrong):
    with pytest.raises(InputError, match="bm25: expected"):
        Bm25(**wrong)


@pytest.mark.data
def test_bm25_gives_the_published_figures(strong):
    measured = strong.measured(Bm25(neighbours=4000, k1=1.0, b=0.2).fit(strong.train, rng()))
    assert measured["ndcg@100"] == pytest.approx(0.2889, abs=0.0005)
    assert measured["recall@20"] == pytest.approx(0.3100, abs=0.0005)


@pytest.mark.parametrize(("alpha", "beta"), [(1.0, 0.0), (1.0, 0.4), (0.7, 0.4)])
def test_rp3beta_is_the_walk_from_film_to_viewer_to_film(data, alpha, beta):
    model = Rp3Beta(neighbours=1000, alpha=alpha, beta=beta).fit(data, rng())
    X = data.histories.on(model.items).liked().toarray().astype(np.float64)
    likes, by_viewer = X.sum(axis=0), X.sum(axis=1)
    expected = np.zeros((X.shape[1], X.shape[1]))
    for i, j in np.ndindex(*expected.shape):
        both = (X[:, i] > 0) & (X[:, j] > 0)
        steps = X[both, i] / likes[i] * X[both, j] / by_viewer[both] if both.any() else np.zeros(1)
        expected[i, j] = (steps**alpha).sum() / max(likes[j], 1.0) ** beta
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(dense(model), expected, rtol=1e-5, atol=1e-9)


def test_a_walk_with_equal_chances_ends_somewhere_with_probability_one(data):
    model = Rp3Beta(neighbours=1000, alpha=1.0, beta=0.0).fit(data, rng())
    X = data.histories.on(model.items).liked().toarray().astype(np.float64)
    stays = ((X / np.maximum(X.sum(axis=0), 1)) * X / np.maximum(X.sum(axis=1), 1)[:, None]).sum(0)
    liked = X.sum(axis=0) > 0
    np.testing.assert_allclose((dense(model).sum(axis=1) + stays)[liked], 1, rtol=1e-5)
