"""A blend is the weighted sum of its parts on their own scales, and so are its reasons."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from matinee.dataset import Dataset, Histories
from matinee.errors import InputError, MissingData
from matinee.features import portrait
from matinee.models.blend import Blend, FittedBlend, blended
from matinee.models.naming import describe, recipe_from_text
from matinee.schema import MOVIES

PARTS = ("linear:ridge=2", "root-ease:ridge=3", "popularity", "soup")
WEIGHTS = (1.0, 0.5, 0.25, 0.75)


def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="module")
def model(data: Dataset) -> FittedBlend:
    return Blend(PARTS, WEIGHTS).fit(data, rng())


@pytest.fixture(scope="module")
def asked(data: Dataset) -> Histories:
    return data.histories.slice(0, 12)


def alone(text: str, data: Dataset):
    return recipe_from_text(text.removeprefix("root-"))[1].fit(data, rng())


def test_the_score_is_the_sum_of_the_parts_each_over_its_usual_spread(data, model, asked):
    usual = data.histories.take(np.flatnonzero(data.histories.lengths))
    expected = np.zeros((asked.rows, len(model.items)))
    for text, weight in zip(PARTS, WEIGHTS, strict=True):
        part = alone(text, data)
        scores, spread = (part.score(h).astype(np.float64) for h in (asked, usual))
        if text.startswith("root-"):
            scores, spread = (np.sign(s) * np.sqrt(np.abs(s)) for s in (scores, spread))
        scale = np.sqrt(spread.var(axis=1).mean())
        if text == "popularity":  # the same for everybody: shares of one whole
            scale = spread[0].sum() / 1000
        expected[:, model.items.numbers(part.items.ids)] += weight * scores / scale
    everywhere = np.logical_and.reduce([model.items.ids.is_in(p.items.ids) for p in model.parts])
    assert 10 < everywhere.sum() < len(model.items)
    found = model.score(asked)[:, everywhere]
    np.testing.assert_allclose(found, expected[:, everywhere], rtol=1e-3, atol=1e-4)


def test_reasons_add_up_under_a_root_too(model, asked):
    items = np.tile(np.arange(len(model.items)), (asked.rows, 1))
    found = model.contributions(asked, items)
    np.testing.assert_allclose(found.totals(), model.score(asked), rtol=1e-4, atol=1e-5)
    assert set(found.terms) == {"part popularity"}


def test_a_part_without_data_is_left_out(data):
    data = replace(data, movies=data.movies.with_columns(overview=pl.lit(None, pl.String)))
    model = Blend(("ease", "tfidf"), (1.0, 5.0)).fit(data, rng())
    assert model.recipe == Blend(("ease",), (1.0,))
    with pytest.raises(MissingData, match="blend: expected data for one of its parts"):
        Blend(("tfidf",), (1.0,)).fit(data, rng())


def test_a_film_that_a_part_lacks_gets_what_its_content_lets_expect(data, asked):
    """Kernel ridge regression of the part's own scores on what is known of the films."""
    model = Blend(("linear:ridge=2,least=4",), (1.0,)).fit(data, rng())
    part = model.parts[0]
    own = data.items.numbers(part.items.ids)
    lacking = np.setdiff1d(np.arange(len(data.items)), own)
    assert len(own) > 5
    assert len(lacking) > 8
    assert model.items == data.items
    F = portrait(data.movies).matrix.toarray()
    likes = np.bincount(data.histories.numbers[data.histories.strength > 0], minlength=30)[own]
    y = part.score(asked) * (likes / likes.mean()) ** -0.25
    K = F[own] @ F[own].T + 2 * np.eye(len(own))
    expected = y @ np.linalg.solve(K, F[own] @ F[lacking].T)
    found = model.score(asked)[:, lacking]
    stretch = float((found * expected).sum() / (expected**2).sum())
    assert stretch > 1
    np.testing.assert_allclose(found, stretch * expected, rtol=1e-3, atol=1e-4 * found.max())
    np.testing.assert_array_equal(np.flatnonzero(model.by_content), lacking)


def test_filled_scores_are_spread_as_the_parts_own(data):
    model = Blend(("linear:ridge=2,least=4",), (1.0,)).fit(data, rng())
    scores = model.score(data.histories)
    new = model.by_content
    ratio = np.sqrt(scores[:, new].var(axis=1).mean() / scores[:, ~new].var(axis=1).mean())
    assert 0.4 < ratio < 2


def test_what_everybody_watches_says_nothing_of_a_film_that_nobody_watched(data, asked):
    model = Blend(("linear:ridge=2", "trending"), (1.0, 1.0)).fit(data, rng())
    assert model.filling.stretches[0] > 0
    assert model.filling.stretches[1] == 0
    new = int(np.flatnonzero(~data.rated_items)[0])
    found = model.contributions(asked, np.full((asked.rows, 1), model.items.number("m99")))
    assert data.items.ids[new] == "m99"
    assert not found.terms["part trending"].any()
    assert found.entries.any()


def test_without_anything_known_of_the_films_a_lacking_part_gives_nothing(data, asked):
    bare = data.movies.select(
        "item_id",
        *(pl.lit(None, kind).alias(name) for name, kind in MOVIES.items() if name != "item_id"),
    )
    model = Blend(("linear", "popularity"), (1.0, 1.0)).fit(replace(data, movies=bare), rng())
    only = Blend(("popularity",), (1.0,)).fit(data, rng())
    without = np.setdiff1d(
        np.arange(len(model.items)), model.items.numbers(model.parts[0].items.ids)
    )
    assert len(without)
    found, expected = model.score(asked)[:, without], only.score(asked)[:, without]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_parts_that_are_fitted_already_are_taken_as_they_are(data, model):
    again = blended(model.recipe, model.parts, data)
    np.testing.assert_array_equal(again.factors, model.factors)


@pytest.mark.parametrize(
    "text",
    ["blend:linear@1+als@0.3", "blend:linear:ridge=1e+05@1+root-als:alpha=4,ridge=0.3@0.25"],
)
def test_its_text_says_parts_and_weights(text):
    name, recipe = recipe_from_text(text)
    assert name == "blend"
    assert recipe_from_text(describe(recipe))[1].weights == recipe.weights
    whole = recipe_from_text(describe(recipe, whole=True))[1]
    assert [describe(r) for r in whole.recipes()] == [describe(r) for r in recipe.recipes()]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("blend:linear", r"expected part@weight\+part@weight.*got 'linear'"),
        ("blend:linear@x", "expected part@weight"),
        ("blend:linear@1+eese@1", "model: expected one of .*got 'eese'"),
        ("blend:linear@nan", "expected finite weights"),
        ("blend:blend@1", "expected parts that are no blends"),
        ("blend:linear:rigde=3@1", "expected ridge=.*got 'rigde=3'"),
    ],
)
def test_a_blend_that_is_none_is_refused(text, message):
    with pytest.raises(InputError, match=message):
        recipe_from_text(text)
