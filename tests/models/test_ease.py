import numpy as np
import pytest

from matinee.errors import InputError, MissingData, NumericError
from matinee.models import ease
from matinee.models.ease import Ease, ease_weights


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


def test_blocks_of_any_size_give_the_same_weights(data, monkeypatch):
    liked = data.histories.liked()
    whole = ease_weights(liked, 3.0)
    monkeypatch.setattr(ease, "_BLOCK", 7)
    np.testing.assert_array_equal(ease_weights(liked, 3.0), whole)


def test_only_rated_items_are_kept(data):
    model = Ease().fit(data, rng())
    assert len(model.items) == data.rated_items.sum() < len(data.items)


def test_more_memory_than_there_is_is_refused_before_the_work_starts(data, monkeypatch):
    monkeypatch.setattr(ease, "available_memory", lambda: 1000)
    with pytest.raises(NumericError, match=r"29 items need .* leave out rarely rated items"):
        Ease().fit(data, rng())


def test_the_machine_has_memory():
    assert 2**26 < ease.available_memory() < 2**50


def test_a_ridge_that_is_not_positive_is_refused():
    with pytest.raises(InputError, match="expected a finite ridge > 0, got 0"):
        Ease(ridge=0)


def test_data_without_interactions_is_refused(data):
    nothing = data.with_histories(data.histories.where(np.zeros(data.histories.entries, bool)))
    with pytest.raises(MissingData, match="expected interactions"):
        Ease().fit(nothing, rng())


@pytest.mark.data
def test_the_protocol_gives_the_published_figures(strong):
    measured = strong.measured(Ease(ridge=100).fit(strong.train, rng()))
    assert measured["ndcg@100"] == pytest.approx(0.3107, abs=0.0005)
    assert measured["recall@20"] == pytest.approx(0.3137, abs=0.0005)
