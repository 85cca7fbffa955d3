import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics.pairwise import cosine_similarity

from matinee.dataset import Dataset, Histories
from matinee.models import content
from matinee.models.content import Soup, Tfidf

RECIPES = pytest.mark.parametrize("recipe", [Tfidf(), Soup()], ids=["tfidf", "soup"])


def asked(data: Dataset, likes: list[str], dislikes: list[str], seen: list[str]) -> Histories:
    numbers = data.items.numbers(likes + dislikes + seen)
    strength = np.repeat([1.0, -1.0, 0.0], [len(likes), len(dislikes), len(seen)])
    return Histories.from_entries(
        data.items, np.zeros(len(numbers), np.int32), numbers, 1, strength=strength
    )


@RECIPES
def test_a_score_is_the_summed_cosine_with_the_history_dislikes_negative(data, recipe):
    model = recipe.fit(data, np.random.default_rng(0))
    cosine = cosine_similarity(model.features.matrix)
    histories = asked(data, ["m11", "m14"], ["m12"], ["m20"])
    liked, liked_too, disliked = data.items.numbers(["m11", "m14", "m12"])
    expected = cosine[liked] + cosine[liked_too] - cosine[disliked]
    np.testing.assert_allclose(model.score(histories)[0], expected, rtol=1e-5, atol=1e-6)


@RECIPES
def test_contributions_add_up_to_the_score(data, recipe):
    model = recipe.fit(data, np.random.default_rng(0))
    rng = np.random.default_rng(1)
    items = rng.integers(0, len(data.items), (data.histories.rows, 7))
    expected = np.take_along_axis(model.score(data.histories), items, axis=1)
    contributions = model.contributions(data.histories, items)
    np.testing.assert_allclose(contributions.totals(), expected, rtol=1e-5, atol=1e-6)
    assert not contributions.terms


@RECIPES
def test_a_contribution_is_the_share_of_that_film_by_their_common_features(data, recipe):
    model = recipe.fit(data, np.random.default_rng(0))
    histories = asked(data, ["m11"], ["m12"], [])
    wanted = data.items.number("m15")
    entries = model.contributions(histories, np.array([[wanted]])).entries[:, 0]
    for entry, strength in zip(range(2), histories.strength, strict=True):
        shared = model.features.shared(int(histories.numbers[entry]), wanted)
        expected = strength * sum(part for _, part in shared)
        assert entries[entry] == pytest.approx(expected, rel=1e-5)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.sampled_from([f"m{10 + k}" for k in range(29)]), unique=True, max_size=9),
    st.sets(st.integers(0, 8)),
    st.sampled_from([f"m{10 + k}" for k in range(29)]),
)
def test_a_dislike_never_raises_the_disliked_film(data, films, disliked, film):
    model = Soup().fit(data, np.random.default_rng(0))
    films = [each for each in films if each != film]
    lows = [each for k, each in enumerate(films) if k in disliked]
    likes = [each for each in films if each not in lows]
    number = data.items.number(film)
    before = model.score(asked(data, likes, lows, []))[0, number]
    after = model.score(asked(data, likes, [*lows, film], []))[0, number]
    assert after <= before + 1e-6


def test_batches_of_rows_give_the_same_scores(data, monkeypatch):
    model = Soup().fit(data, np.random.default_rng(0))
    whole = model.score(data.histories)
    monkeypatch.setattr(content, "_BATCH", 2 * len(data.items))
    np.testing.assert_array_equal(model.score(data.histories), whole)


def test_an_empty_history_scores_every_film_0(data):
    model = Tfidf().fit(data, np.random.default_rng(0))
    assert not model.score(data.histories.take(np.array([7]))).any()


def test_a_cold_film_is_scored_by_what_is_known_of_it(data):
    model = Soup().fit(data, np.random.default_rng(0))
    cold = np.flatnonzero(~data.rated_items)
    assert len(cold)
    liked = asked(data, ["m11"], [], [])
    cosine = cosine_similarity(model.features.matrix)[data.items.number("m11"), cold]
    np.testing.assert_allclose(model.score(liked)[0, cold], cosine, rtol=1e-5)


def test_the_stored_names_come_back(data):
    model = Soup().fit(data, np.random.default_rng(0))
    again = type(model).from_arrays(model.recipe, model.items, model.arrays())
    assert list(again.features.names) == list(model.features.names)
    assert again.kind == "soup"
