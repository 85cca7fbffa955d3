"""Which films speak for which, against a model's own weights and against asking it."""

import numpy as np
import pytest

from matinee.dataset import Histories
from matinee.explanation.links import links, spoken_for, strongest
from matinee.models import RECIPES


@pytest.fixture
def ease(data):
    return RECIPES["ease"](ridge=20.0).fit(data, np.random.default_rng(0))


def test_links_of_a_linear_model_are_its_weights(ease):
    films, others = np.array([0, 3, 5]), np.array([5, 1, 0, 2])
    found = links(ease, films, others)
    expected = ease.weights[np.ix_(films, others)].astype(float)
    expected[films[:, None] == others] = np.nan
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("name", ["ease", "als", "item_knn", "blend"])
def test_what_a_film_alone_adds_is_the_score_less_that_of_nobody(data, name):
    model = RECIPES[name]().fit(data, np.random.default_rng(0))
    film, others = 2, np.arange(len(model.items))
    rows, numbers = np.array([0]), np.array([film])
    one = Histories.from_entries(model.items, rows, numbers, 1, strength=1.0, time=0, as_of=0)
    nobody = one.where(np.zeros(1, bool))
    expected = (model.score(one) - model.score(nobody))[0].astype(float)
    found = links(model, np.array([film]), others)[0]
    kept = others != film
    scale = np.abs(expected).max()
    np.testing.assert_allclose(found[kept], expected[kept], rtol=1e-4, atol=1e-5 * scale)


def test_the_strongest_links_name_each_pair_once_and_the_stronger_way_round(ease):
    films = np.arange(len(ease.items))
    found = strongest(ease, films, 1_000)
    pairs = {frozenset((one.film, one.other)) for one in found}
    assert len(pairs) == len(found)
    added = [one.added for one in found]
    assert added == sorted(added, reverse=True)
    for one in found:
        assert one.added == pytest.approx(ease.weights[one.film, one.other])
        assert one.added >= ease.weights[one.other, one.film]
    weights = np.maximum(ease.weights, ease.weights.T)
    assert len(found) == int((np.triu(weights, 1) > 0).sum())


def test_a_film_speaks_for_others_and_never_for_itself(ease):
    found = spoken_for(ease, 4, 3)
    assert found
    assert all(one.other != 4 and one.added > 0 for one in found)
    best = np.delete(ease.weights[4], 4).max()
    assert found[0].added == pytest.approx(best)
