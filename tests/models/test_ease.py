from dataclasses import replace

import numpy as np
import pytest

from matinee.models.ease import Ease


def rng():
    return np.random.default_rng(0)


def test_each_column_is_the_ridge_regression_on_all_the_others(data):
    model = Ease(ridge=2.0).fit(data, rng())
    X = data.histories.on(model.items).liked().toarray().astype(np.float64)
    for j in range(X.shape[1]):
        A = np.delete(X, j, axis=1)
        w = np.linalg.solve(A.T @ A + 2.0 * np.eye(A.shape[1]), A.T @ X[:, j])
        np.testing.assert_allclose(np.delete(model.weights[:, j], j), w, rtol=1e-5, atol=1e-7)
        assert model.weights[j, j] == 0


def test_only_liked_items_are_kept(data):
    disliked = np.where(data.histories.numbers == 3, -1, data.histories.strength)
    changed = data.with_histories(replace(data.histories, strength=disliked.astype(np.float32)))
    model = Ease().fit(changed, rng())
    liked = np.unique(changed.histories.liked().indices)
    assert model.items.ids.to_list() == data.items.take(liked)
    assert len(model.items) == changed.rated_items.sum() - 1


@pytest.mark.data
def test_the_protocol_gives_the_published_figures(strong):
    measured = strong.measured(Ease(ridge=100).fit(strong.train, rng()))
    assert measured["ndcg@100"] == pytest.approx(0.3107, abs=0.0005)
    assert measured["recall@20"] == pytest.approx(0.3137, abs=0.0005)
