from dataclasses import replace

import numpy as np
import pytest

from matinee.dataset import Vocabulary, rating_fold_stages
from matinee.errors import InputError, MissingData
from matinee.models.bias import Bias


def fit(data, **settings):
    return Bias(**settings).fit(data, np.random.default_rng(0))


def test_the_levels_are_the_ridge_regression_on_who_and_what(data):
    """Solved at once with the normal equations of both one-hot blocks."""
    histories = data.histories
    users, items = np.eye(len(data.users)), np.eye(len(data.items))
    A = np.hstack([users[histories.entry_rows], items[histories.numbers]])
    ridge = np.repeat([4.0, 2.0], [len(data.users), len(data.items)])
    y = histories.rating - histories.rating.mean(dtype=float)
    expected = np.linalg.solve(A.T @ A + np.diag(ridge), A.T @ y)
    model = fit(data, ridge=2.0, user_ridge=4.0, epochs=300)
    np.testing.assert_allclose(model.level, expected[len(data.users) :], rtol=1e-4, atol=1e-6)
    level, _ = model._viewers(histories)
    np.testing.assert_allclose(level, expected[: len(data.users)], rtol=1e-4, atol=1e-6)


def test_a_prediction_is_the_sum_of_the_levels_within_the_scale(data):
    model = fit(data)
    rows, items = np.array([0, 3, 3]), np.array([2, 5, 29])
    level, _ = model._viewers(data.histories)
    expected = model.scale[0] + level[rows] + model.level[items]
    mean, _ = model.predict(data.histories, rows, items, np.zeros(3, np.int64))
    np.testing.assert_allclose(mean, np.clip(expected, 0.5, 5), rtol=1e-6)


def test_of_an_unknown_film_it_predicts_the_viewers_own_level(data):
    model = fit(data)
    wider = Vocabulary.of([*data.items.ids, "x1"])
    histories = data.histories.on(wider)
    unknown = np.array([wider.number("x1")])
    mean, deviation = model.predict(histories, np.array([3]), unknown, np.zeros(1, np.int64))
    level, count = model._viewers(data.histories)
    assert mean[0] == pytest.approx(model.scale[0] + level[3], rel=1e-6)
    variance = 1 + 1 / model.recipe.ridge + 1 / (model.recipe.user_ridge + count[3])
    assert deviation[0] == pytest.approx(model.scale[1] * np.sqrt(variance), rel=1e-6)


def test_a_viewer_without_ratings_is_an_average_viewer(data):
    model = fit(data)
    items = np.arange(len(data.items))
    mean, _ = model.predict(data.histories, np.full(len(items), 7), items, np.zeros(len(items)))
    np.testing.assert_allclose(mean, model.scale[0] + model.level, rtol=1e-6)


def test_more_ratings_make_a_prediction_surer(data):
    model = fit(data)
    often, never = int(model.counts.argmax()), int(model.counts.argmin())
    pair = np.array([often, never])
    _, deviation = model.predict(data.histories, np.array([0, 0]), pair, np.zeros(2, np.int64))
    assert deviation[0] < deviation[1]


def test_the_terms_add_up_to_the_score(data):
    model = fit(data)
    items = np.tile(np.array([4, 0, 29]), (data.histories.rows, 1))
    expected = np.take_along_axis(model.score(data.histories), items, axis=1)
    np.testing.assert_allclose(
        model.contributions(data.histories, items).totals(), expected, rtol=1e-6
    )


def test_it_predicts_held_out_ratings_better_than_the_mean(data):
    """The fixture's ratings depend on film and viewer, so levels must help."""
    errors, baseline = [], []
    for stage in rating_fold_stages(data):
        truth = stage.truth
        model = fit(stage.train)
        mean, _ = model.predict(stage.histories, truth.entry_rows, truth.numbers, truth.time)
        errors.append(mean - truth.rating)
        baseline.append(model.scale[0] - truth.rating)
    assert np.square(np.concatenate(errors)).mean() < np.square(np.concatenate(baseline)).mean()


def test_where_all_ratings_are_equal_it_is_as_sure_as_rounding_to_a_step_allows(data):
    equal = np.full(data.histories.entries, 4, np.float32)
    same = data.with_histories(replace(data.histories, rating=equal))
    mean, deviation = fit(same).predict(same.histories, np.array([0]), np.array([1]), np.zeros(1))
    assert mean[0] == pytest.approx(4)
    step = data.scale.step
    rounding = np.random.default_rng(0).uniform(-step / 2, step / 2, 100_000).std()
    assert rounding < deviation[0] * 1.01
    assert deviation[0] < 1.5 * rounding


def test_without_ratings_it_says_so(data):
    silent = replace(data.histories, rating=np.full(data.histories.entries, np.nan, np.float32))
    with pytest.raises(MissingData, match="bias: expected ratings, lopsided has none"):
        fit(data.with_histories(silent))


def test_a_ridge_is_positive():
    with pytest.raises(InputError, match="expected finite ridges > 0"):
        Bias(ridge=0)
