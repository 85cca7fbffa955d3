"""A blend is the weighted sum of its parts on their own scales, and so are its reasons."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from matinee.dataset import NO_TIME, Dataset, Histories
from matinee.errors import InputError, MissingData
from matinee.features import portrait
from matinee.models.blend import Blend, FittedBlend, blended
from matinee.models.filling import Filling
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
    settled = replace(model, filling=Filling.none(len(model.items), len(PARTS)))
    np.testing.assert_allclose(settled.score(asked), expected, rtol=1e-3, atol=1e-4)


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


def test_predicted_stars_are_a_part_like_any_other(data, asked):
    """Their reasons add up with the others', they are stored, and likes alone leave them out."""
    stars = ("fm:factors=2,epochs=12,draws=4", "mf:factors=2")
    model = Blend(("linear:ridge=2", *stars), (1.0, 0.3, 0.2)).fit(data, rng())
    assert [part.kind for part in model.parts][1:] == ["fm", "mf"]
    scores = model.score(asked)
    without = Blend(("linear:ridge=2",), (1.0,)).fit(data, rng()).score(asked)
    assert np.abs(scores - without).max() > 0.1
    items = np.tile(np.arange(len(model.items)), (asked.rows, 1))
    np.testing.assert_allclose(
        model.contributions(asked, items).totals(), scores, rtol=1e-3, atol=2e-3
    )
    back = FittedBlend.from_arrays(model.recipe, model.items, model.arrays())
    np.testing.assert_array_equal(back.score(asked), scores)
    silent = np.full(data.histories.entries, np.nan, np.float32)
    likes = data.with_histories(replace(data.histories, rating=silent))
    assert Blend(("linear:ridge=2", *stars), (1.0, 0.3, 0.2)).fit(likes, rng()).recipe == Blend(
        ("linear:ridge=2",), (1.0,)
    )


def test_a_new_film_gets_what_its_content_lets_expect_the_more_the_fewer_saw_it(data, asked):
    """Kernel ridge regression of the part's own scores, without the film's own if it has any."""
    model = Blend(("linear:ridge=2",), (1.0,)).fit(data, rng())
    part, stretch = model.parts[0], float(model.filling.stretches[0])
    own = data.items.numbers(part.items.ids)
    assert model.items == data.items
    F = portrait(data.movies).matrix.toarray()
    likes = np.bincount(data.histories.numbers[data.histories.strength > 0], minlength=30)[own]
    y = part.score(asked) * (likes / likes.mean()) ** -0.25
    assert len(own) < 30
    assert stretch > 1
    for film, rest in enumerate(model.filling.rest):
        others = own != film
        K = (F[own] @ F[own].T + 2 * np.eye(len(own)))[np.ix_(others, others)]
        mapped = stretch * y[:, others] @ np.linalg.solve(K, F[own[others]] @ F[film])
        before = part.score(asked)[:, ~others].sum(axis=1)
        expected = model.factors[0] * ((1 - rest) * before + rest * mapped)
        np.testing.assert_allclose(model.score(asked)[:, film], expected, rtol=1e-2, atol=2e-3)


def test_the_rest_of_a_film_fades_with_views_and_with_time(data):
    model = Blend(("linear:ridge=2", "soup"), (1.0, 1.0)).fit(data, rng())
    views = np.bincount(data.histories.numbers, minlength=30)
    rest = model.filling.rest
    assert rest[views == 0].tolist() == [1.0]
    for film in np.flatnonzero(views):
        first = data.histories.time[data.histories.numbers == film].min()
        days = (data.as_of - first) / 86_400
        assert rest[film] == pytest.approx(1 / (1 + views[film]) * np.exp(-days / 30), rel=1e-5)
    np.testing.assert_array_equal(model.by_content, rest > 0.5)
    untimed = data.with_histories(
        replace(data.histories, time=np.full(data.histories.entries, NO_TIME))
    )
    rest = Blend(("linear:ridge=2", "soup"), (1.0, 1.0)).fit(untimed, rng()).filling.rest
    np.testing.assert_array_equal(rest, views == 0)


def test_what_everybody_watches_says_nothing_of_a_film_that_nobody_watched(data, asked):
    model = Blend(("linear:ridge=2", "trending"), (1.0, 1.0)).fit(data, rng())
    assert model.filling.stretches[0] > 0
    assert model.filling.stretches[1] == 0
    found = model.contributions(asked, np.full((asked.rows, 1), model.items.number("m99")))
    assert not data.rated_items[data.items.number("m99")]
    assert not found.terms["part trending"].any()
    assert found.entries.any()


@pytest.mark.parametrize("least", [5, 2])
def test_a_film_that_is_known_by_nothing_is_neutral(data, asked, least):
    """Nothing is known of any film, or of one; other films that a part lacks get 0 from it too."""
    nothing = [pl.lit(None, kind).alias(n) for n, kind in MOVIES.items() if n != "item_id"]
    bare = data.movies.select("item_id", *nothing)
    for movies in (bare, pl.concat([data.movies.head(29), bare.tail(1)])):
        text = f"linear:ridge=2,least={least}"
        model = Blend((text, "popularity"), (1.0, 1.0)).fit(replace(data, movies=movies), rng())
        only = Blend(("popularity",), (1.0,)).fit(data, rng())
        assert not (model.items.ids == "m99").any() or not model.score(asked)[:, -1].any()
        known = model.parts[0].items.numbers(model.items.ids) >= 0
        lacking = (model.filling.rest == 0) & ~known
        found, expected = (m.score(asked) for m in (model, only))
        same = only.items.numbers(model.items.ids.filter(pl.Series(lacking)))
        np.testing.assert_allclose(found[:, lacking], expected[:, same], rtol=1e-5)


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


def test_its_personal_part_leaves_out_what_is_the_same_for_all(data, model, asked):
    personal = model.personal()
    assert personal.recipe.parts == ("linear:ridge=2", "root-ease:ridge=3", "soup")
    gone = (model.score(asked) - personal.score(asked)).astype(np.float64)
    np.testing.assert_allclose(gone, np.broadcast_to(gone[:1], gone.shape), atol=1e-4)
    assert gone.std() > 0
    same = Blend(("popularity",), (1.0,)).fit(data, rng())
    assert same.personal() is same


def test_content_keeps_its_ratio_to_the_rest_in_short_histories(data):
    blend = Blend(("linear", "soup"), (1.0, 0.4)).fit(data, rng())
    row = data.histories.take(np.array([int(np.argmax(data.histories.lengths))]))
    first = row.where(np.arange(row.entries) == int(np.argmax(row.strength > 0)))
    content = Blend(("soup",), (0.4,)).fit(data, rng())
    spread = [content.score(each).std() / blend.score(each).std() for each in (first, row)]
    assert 0.2 < spread[0] / spread[1] < 5


def test_one_viewer_s_contributions_to_new_films_are_as_among_several(data: Dataset) -> None:
    """A viewer alone is asked about each film once, several about all that make up a new one."""
    parts = ("ease:ridge=5", "root-als:factors=4")
    model = Blend(parts, (1.0, 0.5)).fit(data, np.random.default_rng(0))
    assert model.by_content.any()
    histories = data.histories.take(np.array([3, 7, 12]))
    new = np.flatnonzero(model.by_content)
    items = np.tile(np.concatenate([new, np.arange(6)]), (3, 1))
    together = model.contributions(histories, items)
    for row in range(3):
        own = histories.take(np.array([row]))
        alone = model.contributions(own, items[[row]])
        entries = slice(together.histories.indptr[row], together.histories.indptr[row + 1])
        np.testing.assert_allclose(alone.entries, together.entries[entries], rtol=1e-4, atol=1e-6)
        scores = model.score(own)[0, items[row]]
        np.testing.assert_allclose(alone.totals()[0], scores, rtol=1e-4, atol=1e-5)
