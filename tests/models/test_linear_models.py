"""Each linear recipe's weights against its own definition, solved by least squares."""

import numpy as np
import pytest

from matinee.dataset import Dataset, Vocabulary
from matinee.errors import InputError, MissingData, NumericError
from matinee.features import soup
from matinee.models import RECIPES, solve
from matinee.models.current import Current
from matinee.models.dan import Dan
from matinee.models.denoising import Deql, Edlae, Rdlae
from matinee.models.ease import Ease
from matinee.models.exact import Statistic
from matinee.models.linear import Linear
from matinee.models.statistic import FewRows, Rows, gathered

LINEAR = ["ease", "edlae", "rdlae", "deql", "dan", "linear"]
FILMS = 5  # of which all 2⁵ ways to drop some are gone through


def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="module")
def few(data: Dataset) -> Dataset:
    """The same viewers with the five most liked films alone."""
    liked = np.bincount(data.histories.liked().indices, minlength=len(data.items))
    kept = np.sort(np.argsort(-liked, kind="stable")[:FILMS])
    return data.with_histories(data.histories.where(np.isin(data.histories.numbers, kept)))


def likes(data: Dataset, items: Vocabulary) -> np.ndarray:
    """1 where a viewer liked a film, (users, items)."""
    return data.histories.on(items).liked().toarray().astype(np.float64)


def grid(values: np.ndarray) -> np.ndarray:
    return np.round(values * 1024) / 1024


def column(inputs, targets, ridges, j, own=False):
    """argmin_w Σ (target_j - inputs w)² + Σ_i ridges_i w_i²; w_j = 0 unless it is its `own`."""
    free = np.arange(inputs.shape[1]) != j
    free |= own
    stacked = np.vstack([inputs[:, free], np.diag(np.sqrt(ridges[free]))])
    wanted = np.concatenate([targets[:, j], np.zeros(free.sum())])
    w = np.zeros(inputs.shape[1])
    w[free] = np.linalg.lstsq(stacked, wanted, rcond=None)[0]
    return w


def columns(inputs, targets, ridges):
    return np.stack([column(inputs, targets, ridges, j) for j in range(inputs.shape[1])], axis=1)


def dropped(X: np.ndarray, dropout: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every viewer under every mask: what is left, what was there, √probability and the mask."""
    masks = (np.arange(2**FILMS)[:, None] >> np.arange(FILMS)) & 1
    kept = masks.sum(axis=1)
    chance = (1 - dropout) ** kept * dropout ** (FILMS - kept)
    repeated = np.repeat(masks, len(X), axis=0)
    return repeated, np.tile(X, (len(masks), 1)), np.sqrt(np.repeat(chance, len(X)))[:, None]


def assert_weights(found: np.ndarray, expected: np.ndarray) -> None:
    """Equal off the diagonal to float32's precision; zeros on it."""
    off = ~np.eye(len(found), dtype=bool)
    assert np.abs(expected[off]).max() > 1e-3
    np.testing.assert_allclose(found[off], expected[off], rtol=2e-5, atol=1e-6)
    assert not found.diagonal().any()


def test_edlae_is_the_expectation_over_all_ways_to_drop_films(few):
    """Kept films count 1 / (1 - dropout), so that the sum is the same on average."""
    model = Edlae(ridge=2.0, dropout=0.3).fit(few, rng())
    masks, X, root = dropped(likes(few, model.items), 0.3)
    assert_weights(model.weights, columns(root * masks * X / 0.7, root * X, np.full(FILMS, 2.0)))


@pytest.mark.parametrize("kept", [0.0, 0.1, 1.0])
def test_deql_is_the_expectation_with_kept_films_counting_less(few, kept):
    p, q = 0.3, 0.7
    model = Deql(ridge=2.0, dropout=p, kept=kept).fit(few, rng())
    masks, X, root = dropped(likes(few, model.items), p)
    c = p + kept * q
    expected = np.zeros((FILMS, FILMS))
    for j in range(FILMS):
        counts = np.sqrt(np.where(masks[:, [j]] == 1, kept, 1.0)) * root
        ridges = np.full(FILMS, 2.0 * c * q**2)
        expected[:, j] = column(counts * masks * X, counts * X, ridges, j, own=True)
    assert_weights(model.weights, expected)


@pytest.mark.parametrize("slack", [0.0, 0.3, 0.4])
def test_rdlae_is_the_regression_whose_own_weight_is_at_most_slack(data, slack):
    model = Rdlae(ridge=3.0, dropout=0.2, slack=slack).fit(data, rng())
    X = likes(data, model.items)
    ridges = 3.0 + 0.25 * (X**2).sum(axis=0)
    expected = np.zeros((X.shape[1], X.shape[1]))
    bound = 0
    for j in range(X.shape[1]):
        expected[:, j] = column(X, X, ridges, j, own=True)
        if expected[j, j] > slack:  # convex: the constraint binds, the own weight is the slack
            expected[:, j] = column(X, (1 - slack) * X, ridges, j)
            bound += 1
    assert bound > 0
    assert slack == 0 or bound < X.shape[1]
    assert_weights(model.weights, expected)


@pytest.mark.parametrize(("item", "activity"), [(0.5, 0.0), (0.6, 0.1), (0.9, 1.0)])
def test_dan_is_ease_on_the_asymmetrically_normalised_matrix(data, item, activity):
    model = Dan(ridge=0.7, item=item, activity=activity).fit(data, rng())
    X = likes(data, model.items)
    D = X.sum(axis=0)
    Y = grid(X * np.maximum(X.sum(axis=1), 1)[:, None] ** (-activity / 2))
    G = np.diag(D ** -(1 - item)) @ Y.T @ Y @ np.diag(D**-item)
    P = np.linalg.inv(G + 0.7 * np.eye(len(G)))
    assert_weights(model.weights, -P / P.diagonal())


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"neutral": 0.25, "disliked": 0.0, "activity": 0.7},
        {"dropout": 0.4, "discount": -0.3, "least": 4},
        {"side": 0.5, "disliked": 1.0, "discount": 0.0, "least": 1},
    ],
    ids=str,
)
def test_linear_is_the_weighted_regression_of_likes_on_what_was_seen(data, settings):
    recipe = Linear(ridge=3.0, **settings)
    model = recipe.fit(data, rng())
    own = data.histories.on(model.items)
    entry = np.array([recipe.disliked, recipe.neutral, 1.0])[own.strength.astype(int) + 1]
    rated = data.histories.strength
    counted = (rated > 0) | (recipe.neutral * (rated == 0) > 0) | (recipe.disliked * -rated > 0)
    lengths = np.bincount(data.histories.entry_rows, counted, own.rows)
    root = np.maximum(lengths, 1)[:, None] ** (-recipe.activity / 2)
    X = grid(root * likes(data, model.items))
    Z = grid(root * own.matrix(entry).toarray())
    ridges = 3.0 + recipe.dropout / (1 - recipe.dropout) * (Z**2).sum(axis=0)
    popular = (X * Z).sum(axis=0)
    T = soup(data.movies).matrix.toarray()[data.items.numbers(model.items.ids)].T
    side = np.sqrt(recipe.side) * T
    expected = columns(np.vstack([Z, side]), np.vstack([X, side]), ridges)
    assert_weights(model.weights, expected * (popular / popular.mean()) ** -recipe.discount)


def test_linear_with_plain_settings_is_ease(data):
    plain = Linear(ridge=5.0, neutral=0.0, disliked=0.0, discount=0.0, least=1).fit(data, rng())
    ease = Ease(ridge=5.0).fit(data, rng())
    assert plain.items == ease.items
    np.testing.assert_allclose(plain.weights, ease.weights, rtol=1e-5, atol=1e-7)


def test_edlae_without_dropout_rdlae_without_slack_and_dan_unscaled_are_ease(data):
    ease = Ease(ridge=5.0).fit(data, rng()).weights
    for recipe in (Edlae(ridge=5.0, dropout=0.0), Rdlae(ridge=5.0, dropout=0.0, slack=0.0)):
        np.testing.assert_allclose(recipe.fit(data, rng()).weights, ease, rtol=1e-5, atol=1e-7)


def test_linear_leaves_out_films_with_fewer_likes_than_least(data):
    liked = np.bincount(data.histories.liked().indices, minlength=len(data.items))
    for least in (1, 2, 5):
        model = Linear(least=least).fit(data, rng())
        assert model.items.ids.to_list() == data.items.take(np.flatnonzero(liked >= least))


@pytest.mark.parametrize("recipe", [Ease, Linear])
def test_float32_is_as_good_as_float64_to_its_precision(data, recipe):
    double, single = (recipe(ridge=5.0, dtype=d).fit(data, rng()) for d in ("float64", "float32"))
    assert single.weights.dtype == np.float32
    scale = float(np.abs(double.weights).max())
    difference = float(np.abs(single.weights - double.weights).max())
    assert 0 < difference < 1e-4 * scale


@pytest.mark.parametrize("name", LINEAR)
def test_viewers_in_another_order_give_the_same_bits(data, name):
    turned = data.take_users(np.random.default_rng(4).permutation(len(data.users)))
    weights = [RECIPES[name]().fit(each, rng()).weights for each in (data, turned)]
    np.testing.assert_array_equal(*weights)


@pytest.mark.parametrize("name", LINEAR)
def test_more_memory_than_there_is_is_refused_before_the_work_starts(data, name, monkeypatch):
    monkeypatch.setattr(solve, "available_memory", lambda: 1000)
    with pytest.raises(NumericError, match=rf"{name}: \d+ items need .* leave out rarely rated"):
        RECIPES[name]().fit(data, rng())


@pytest.mark.parametrize("name", LINEAR)
def test_data_without_interactions_is_refused(data, name):
    nothing = data.with_histories(data.histories.where(np.zeros(data.histories.entries, bool)))
    with pytest.raises(MissingData, match=f"{name}: expected interactions"):
        RECIPES[name]().fit(nothing, rng())


@pytest.mark.parametrize("name", LINEAR)
def test_data_without_a_like_is_learnt_as_no_weight(data, name):
    disliked = data.with_histories(data.histories.where(data.histories.strength < 0))
    model = RECIPES[name]().fit(disliked, rng())
    assert len(model.items) > 0
    assert not model.weights.any()


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("ease", {"ridge": 0}, "expected a finite ridge > 0, got 0"),
        ("ease", {"dtype": "int8"}, "ease: expected dtype float32 or float64, got 'int8'"),
        ("edlae", {"dropout": 1.0}, "edlae: expected ridge > 0 and dropout from 0 to below 1"),
        ("rdlae", {"slack": 1.0}, "rdlae: expected slack from 0 to below 1, got 1.0"),
        ("deql", {"kept": 1.1}, "deql: expected dropout > 0 and kept from 0 to 1"),
        ("deql", {"dropout": 0.0}, "deql: expected dropout > 0"),
        ("dan", {"item": 1.5}, "dan: expected ridge > 0, item and activity from 0 to 1"),
        ("linear", {"side": -1.0}, "linear: expected ridge > 0, dropout .* side >= 0"),
        ("linear", {"discount": 2.0}, "linear: expected discount from -1 to 1"),
        ("linear", {"neutral": 1.5}, "inputs: expected neutral and disliked from 0 to 1"),
        ("linear", {"dtype": "float16"}, "linear: expected dtype float32 or float64"),
    ],
)
def test_settings_out_of_range_are_refused(name, settings, message):
    with pytest.raises(InputError, match=message):
        RECIPES[name](**settings)


@pytest.mark.parametrize("name", LINEAR)
def test_fewer_viewers_than_films_are_solved_from_their_rows_to_the_same_weights(
    data, name, monkeypatch
):
    monkeypatch.setattr("matinee.models.statistic._FEW", 100.0)
    recipe = RECIPES[name]()
    assert isinstance(gathered(recipe, data), FewRows)
    sums = Statistic.of(Rows.of(data, recipe.needs.weighing)).sums(recipe, data)
    expected, found = recipe.solve(sums, data), recipe.fit(data, rng())
    assert found.items == expected.items
    np.testing.assert_allclose(found.weights, expected.weights, rtol=1e-5, atol=1e-8)


def faded(data: Dataset, items: Vocabulary, days: float) -> tuple[np.ndarray, np.ndarray]:
    """Everything seen as `current` counts it, and its likes by their age, (users, items) each."""
    Z, Y = np.zeros((len(data.users), len(items))), np.zeros((len(data.users), len(items)))
    own = data.histories.on(items)
    now = data.histories.as_of.max()
    for row, item, strength, time in zip(
        own.entry_rows, own.numbers, own.strength, own.time, strict=True
    ):
        value = strength if strength > 0 else 0.3 * -strength if strength < 0 else 0.5
        Z[row, item] = grid(np.float64(value))
        Y[row, item] = grid(max(strength, 0) * np.exp(-(now - time) / 86_400 / days))
    return Z, Y


@pytest.mark.parametrize("few_viewers", [False, True])
@pytest.mark.parametrize("days", [0.5, 30.0])
def test_current_is_the_regression_of_fading_likes_on_all_that_was_seen(data, days, few_viewers):
    if few_viewers:
        data = data.take_users(np.arange(0, len(data.users), 8))
    recipe = Current(days=days, ridge=3.0, least=1)
    model = recipe.fit(data, rng())
    assert isinstance(gathered(recipe, data), FewRows) == few_viewers
    Z, Y = faded(data, model.items, days)
    assert (Y > 0).sum() < (Z > 0).sum()
    assert_weights(model.weights, columns(Z, Y, np.full(Z.shape[1], 3.0)))
