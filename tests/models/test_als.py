from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from matinee.errors import InputError, MissingData
from matinee.models.als import Als, ridge_unit


def rng(seed=0):
    return np.random.default_rng(seed)


def whole(recipe, X):
    """The scores at the optimum of Hu et al., every viewer and item in float64 by eq. 4 and 5."""
    draw = rng()
    Y = draw.normal(size=(X.shape[1], recipe.factors))
    C = 1 + (recipe.alpha - 1) * X
    P = (X > 0).astype(np.float64)

    def solved(C, P, Y):
        eye = recipe.ridge * ridge_unit(csr_array(X)) * np.eye(recipe.factors)
        return np.stack(
            [
                np.linalg.solve(
                    Y.T @ (c[:, None] * Y) + c.mean() ** recipe.frequency * eye, Y.T @ (c * p)
                )
                for c, p in zip(C, P, strict=True)
            ]
        )

    for _ in range(80):
        users = solved(C, P, Y)
        Y = solved(C.T, P.T, users)
    users = solved(C, P, Y)
    return users @ Y.T


@pytest.mark.parametrize("frequency", [0.0, 1.0])
def test_enough_epochs_reach_the_optimum_of_the_dense_definition(data, frequency):
    recipe = Als(factors=29, alpha=5.0, ridge=0.2, epochs=80, frequency=frequency)
    model = recipe.fit(data, rng())
    X = data.histories.on(model.items).liked().toarray().astype(np.float64)
    expected = whole(recipe, X)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(model.score(data.histories), expected, atol=0.005 * scale)


@pytest.mark.parametrize("frequency", [0.0, 1.0])
def test_a_viewers_factors_solve_the_normal_equations_of_the_stored_ones(data, frequency):
    """(YᵀY + ridge_u I + Σ (c - 1) y yᵀ) x = Σ c y, turned into the basis that is stored.

    There YᵀY + ridge I is the identity, so ridge·I is the identity less the stored ones' YᵀY.
    """
    model = Als(factors=8, frequency=frequency).fit(data, rng())
    Y = model.factors.astype(np.float64)
    users = model.users(data.histories)
    X = data.histories.on(model.items).liked().toarray().astype(np.float64)
    for row, x in zip(X, users, strict=True):
        c = 1 + (model.recipe.alpha - 1) * row
        A = Y.T @ (c[:, None] * Y) + c.mean() ** frequency * (np.eye(8) - Y.T @ Y)
        np.testing.assert_allclose(
            x, np.linalg.solve(A, Y.T @ (c * (row > 0))), rtol=1e-4, atol=1e-5
        )


@pytest.mark.parametrize("frequency", [0.0, 1.0])
def test_contributions_add_up_to_the_score(data, frequency):
    model = Als(factors=8, alpha=20.0, frequency=frequency).fit(data, rng())
    histories = data.histories.on(model.items)
    asked = np.tile(np.array([4, 1], np.int32), (histories.rows, 1))
    entries = model.contributions(histories, asked).entries
    sums = np.stack([entries[histories.entry_rows == row].sum(0) for row in range(histories.rows)])
    np.testing.assert_allclose(sums, model.score(histories)[:, [4, 1]], rtol=1e-4, atol=1e-5)


def test_a_ridge_counts_in_square_roots_of_the_viewers_and_films_with_a_like(data):
    liked = data.histories.liked().toarray() > 0
    assert not liked.any(axis=1).all()
    assert not liked.any(axis=0).all()
    viewers, films = liked.any(axis=1).sum(), liked.any(axis=0).sum()
    assert ridge_unit(data.histories.liked()) == pytest.approx(viewers**0.5 + films**0.5)


def test_a_larger_frequency_shrinks_the_busiest_viewer_most(data):
    """With the item factors held fixed."""
    even = Als(factors=8, alpha=50.0).fit(data, rng())
    uneven = replace(even, recipe=replace(even.recipe, frequency=1.0))
    norms = [np.linalg.norm(model.users(data.histories), axis=1) for model in (even, uneven)]
    likes = data.histories.on(even.items).liked().sum(axis=1)
    assert (norms[1][likes > 0] < norms[0][likes > 0]).all()
    fallen = norms[1][likes > 0] / norms[0][likes > 0]
    assert fallen[np.argmax(likes[likes > 0])] < fallen[np.argmin(likes[likes > 0])]


def test_a_history_without_likes_scores_zero(data):
    model = Als(factors=8).fit(data, rng())
    disliked = data.histories.where(data.histories.strength <= 0)
    assert disliked.entries
    assert not model.score(disliked).any()


def test_weaker_strengths_pull_less(data):
    model = Als(factors=8).fit(data, rng())
    liked = data.histories.take(np.array([0]))
    liked = liked.where(liked.strength > 0)
    weak = replace(liked, strength=liked.strength * np.float32(0.25))
    column = int(model.items.numbers(liked.items.take(liked.numbers[:1]))[0])
    assert 0 < model.score(weak)[0, column] < model.score(liked)[0, column]


@pytest.mark.parametrize(
    "wrong",
    [
        {"factors": 0},
        {"alpha": 0.5},
        {"ridge": 0.0},
        {"epochs": 0},
        {"frequency": -0.1},
        {"frequency": float("nan")},
    ],
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(InputError, match="als: expected"):
        Als(**wrong)


def test_data_without_interactions_is_refused(data):
    nothing = data.with_histories(data.histories.where(np.zeros(data.histories.entries, bool)))
    with pytest.raises(MissingData, match="expected interactions"):
        Als().fit(nothing, rng())


@pytest.mark.data
def test_five_seeds_are_as_good_as_the_published_figure(strong):
    ridge = 30 / ridge_unit(strong.train.histories.liked())
    recipe = Als(factors=128, alpha=8.0, ridge=ridge, epochs=15)
    measured = [strong.measured(recipe.fit(strong.train, rng(seed))) for seed in range(5)]
    assert np.mean([m["ndcg@100"] for m in measured]) == pytest.approx(0.3261, abs=0.01)
