"""What every recipe of `models.RECIPES` promises, asked of each on lopsided data."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from matinee.dataset import NO_TIME, Dataset, Histories, Vocabulary
from matinee.errors import InputError, MissingData, MissingPackage
from matinee.models import FROM_ARRAYS, RECIPES
from matinee.models.protocols import LinearScorer, RatingPredictor

ASKED = slice(0, 12)  # the viewers that are asked for; row 7 is empty


def having(method: str) -> list[str]:
    """The recipes whose fitted model has this method."""
    return [name for name in RECIPES if hasattr(FROM_ARRAYS[name].__self__, method)]


def fitted(name: str, data: Dataset):
    """The recipe's model; a test of one that needs an extra skips without it."""
    try:
        return RECIPES[name]().fit(data, np.random.default_rng(3))
    except MissingPackage as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module", params=list(RECIPES))
def name(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def model(name, data):
    return fitted(name, data)


@pytest.fixture(scope="module")
def histories(data) -> Histories:
    return data.histories.slice(ASKED.start, ASKED.stop)


@pytest.fixture(scope="module", params=having("contributions"))
def linear(request, data) -> LinearScorer:
    return fitted(request.param, data)


@pytest.fixture(scope="module", params=having("predict"))
def predictor(request, data) -> RatingPredictor:
    return fitted(request.param, data)


def close(found, expected):
    scale = max(1e-30, float(np.abs(expected).max()))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5 * scale)


def pairs(histories: Histories) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows, items = np.divmod(np.arange(histories.rows * len(histories.items)), len(histories.items))
    return rows, items, np.full(len(rows), int(histories.as_of.max()))


class TestEveryModel:
    def test_scores_are_finite_float32_one_a_row_and_item(self, model, histories):
        scores = model.score(histories)
        assert scores.shape == (histories.rows, len(model.items))
        assert scores.dtype == np.float32
        assert np.isfinite(scores).all()

    def test_it_keeps_only_items_of_the_data(self, model, data):
        assert (data.items.numbers(model.items.ids) >= 0).all()

    def test_scores_tell_films_apart(self, model, histories):
        assert np.ptp(model.score(histories.take(np.array([0])))) > 0

    def test_a_row_does_not_see_its_neighbours(self, model, histories):
        together = model.score(histories)
        for row in (0, 3, 7, histories.rows - 1):
            close(together[[row]], model.score(histories.take(np.array([row]))))

    def test_no_rows_give_no_scores(self, model, histories):
        assert model.score(histories.slice(0, 0)).shape == (0, len(model.items))

    def test_the_ids_of_viewers_are_not_read(self, model, histories):
        shuffled = replace(histories, user_ids=histories.user_ids.reverse())
        nameless = replace(histories, user_ids=None)
        for other in (shuffled, nameless):
            np.testing.assert_array_equal(model.score(other), model.score(histories))

    def test_equal_histories_get_equal_scores(self, model, histories):
        np.testing.assert_array_equal(model.score(histories), model.score(histories))

    def test_equal_seeds_give_equal_fits(self, name, model, data, histories):
        again = fitted(name, data)
        np.testing.assert_array_equal(again.score(histories), model.score(histories))

    def test_what_comes_after_the_moment_asked_does_not_matter(self, model, histories):
        moment = int(np.median(histories.time))
        asked = histories.at(moment)
        later = histories.time > moment
        assert later.any()
        changed = replace(
            histories,
            strength=np.where(later, -histories.strength, histories.strength),
            rating=np.where(later, 5.5 - histories.rating, histories.rating),
        )
        np.testing.assert_array_equal(model.score(changed.at(moment)), model.score(asked))

    def test_a_dislike_never_raises_the_disliked_film(self, model, histories, data):
        """A film disliked scores no higher than the same film without opinion, or unseen."""
        for entry in range(0, histories.entries, 3):
            row, number = int(histories.entry_rows[entry]), int(histories.numbers[entry])
            column = int(model.items.numbers([histories.items.take(np.array([number]))[0]])[0])
            if column < 0:
                continue
            absent = histories.where(np.arange(histories.entries) != entry)
            disliked, neutral = (
                with_entry(histories, entry, strength, rating)
                for strength, rating in ((-1.0, data.scale.minimum), (0.0, np.nan))
            )
            scores = [
                float(model.score(h.take(np.array([row])))[0, column])
                for h in (disliked, neutral, absent)
            ]
            assert scores[0] <= min(scores[1:]) + 1e-5 * max(1.0, abs(scores[0]))

    def test_films_that_it_does_not_know_are_ignored(self, model, histories):
        strangers = pl.Series([f"stranger {k}" for k in range(3)])
        wider = Vocabulary(pl.concat([strangers, histories.items.ids.reverse()]))
        moved = histories.on(wider)
        more = Histories.from_entries(
            wider,
            np.append(moved.entry_rows, np.arange(histories.rows, dtype=np.int32)),
            np.append(moved.numbers, np.full(histories.rows, 1, np.int32)),
            histories.rows,
            strength=np.append(moved.strength, np.ones(histories.rows, np.float32)),
            rating=np.append(moved.rating, np.full(histories.rows, 5, np.float32)),
            time=np.append(moved.time, np.full(histories.rows, histories.time.min())),
            as_of=histories.as_of,
        )
        np.testing.assert_array_equal(model.score(more), model.score(histories))

    def test_an_empty_history_gets_finite_scores(self, model, histories):
        nothing = histories.where(np.zeros(histories.entries, bool))
        assert np.isfinite(model.score(nothing)).all()

    def test_its_arrays_give_it_back(self, model, histories):
        arrays = model.arrays()
        assert all(isinstance(array, np.ndarray) for array in arrays.values())
        assert not any(array.dtype.hasobject for array in arrays.values())
        back = FROM_ARRAYS[model.kind](model.recipe, model.items, arrays)
        assert type(back) is type(model)
        assert back.kind == model.kind
        np.testing.assert_array_equal(back.score(histories), model.score(histories))

    def test_values_held_once_are_as_good_as_an_array_of_them(self, name, data):
        likes = data.histories.where(data.histories.strength > 0)
        never = np.broadcast_to(NO_TIME, likes.entries)
        alike = {
            "strength": np.broadcast_to(np.float32(1), likes.entries),
            "rating": np.broadcast_to(np.float32(np.nan), likes.entries),
            "time": never,
        }
        once = replace(likes, **alike)
        plain = replace(likes, **{key: value.copy() for key, value in alike.items()})
        answers = []
        for histories in (once, plain):
            try:
                found = fitted(name, data.with_histories(histories))
                answers.append(found.score(histories.slice(ASKED.start, ASKED.stop)))
            except MissingData as error:
                answers.append(str(error))
        assert type(answers[0]) is type(answers[1])
        np.testing.assert_array_equal(*answers)

    def test_its_kind_is_the_name_of_its_recipe(self, name, model):
        assert model.kind == name
        assert model.recipe == RECIPES[name]()

    def test_it_is_immutable(self, model):
        with pytest.raises((AttributeError, TypeError)):
            model.items = None


class TestEveryLinearModel:
    def test_contributions_add_up_to_the_scores(self, linear, histories):
        rng = np.random.default_rng(1)
        asked = rng.integers(0, len(linear.items), (histories.rows, 5))
        found = linear.contributions(histories, asked)
        expected = np.take_along_axis(linear.score(histories), asked, axis=1)
        assert found.entries.shape == (found.histories.entries, 5)
        close(found.totals(), expected)

    def test_contributions_are_on_its_own_items(self, linear, histories):
        found = linear.contributions(histories, np.zeros((histories.rows, 1), np.int64))
        assert found.histories.items == linear.items

    def test_disliked_entries_take_nothing_from_nowhere(self, linear, histories):
        """An entry without opinion adds nothing; the totals hold without it."""
        asked = np.tile(np.arange(3), (histories.rows, 1))
        found = linear.contributions(histories, asked)
        neutral = (found.histories.strength == 0) & np.isnan(found.histories.rating)
        assert not found.entries[neutral].any()


class TestEveryRatingPredictor:
    def test_predictions_lie_on_the_scale_with_some_doubt(self, predictor, histories, data):
        mean, sd = predictor.predict(histories, *pairs(histories))
        assert ((mean >= data.scale.minimum) & (mean <= data.scale.maximum)).all()
        assert ((sd > 0) & np.isfinite(sd)).all()
        assert np.ptp(mean) > 0

    def test_a_film_it_does_not_know_gets_the_viewers_own_level(self, predictor, histories):
        wider = Vocabulary(pl.concat([pl.Series(["stranger"]), histories.items.ids]))
        rows = np.arange(histories.rows)
        mean, sd = predictor.predict(histories.on(wider), rows, 0 * rows, histories.as_of)
        assert np.isfinite(mean).all()
        assert (sd > 0).all()
        order = np.argsort([np.nanmean(r) if len(r) else 3 for r in ratings_by_row(histories)])
        assert mean[order[-1]] > mean[order[0]]

    def test_pairs_do_not_see_each_other(self, predictor, histories):
        rows, items, times = pairs(histories)
        mean, sd = predictor.predict(histories, rows, items, times)
        pick = np.array([5, 40, 211])
        few_mean, few_sd = predictor.predict(histories, rows[pick], items[pick], times[pick])
        close(few_mean, mean[pick])
        close(few_sd, sd[pick])

    def test_items_are_numbers_of_the_histories(self, predictor, histories):
        turned = Vocabulary(histories.items.ids.reverse())
        rows, items, times = pairs(histories)
        mean, _ = predictor.predict(histories, rows, items, times)
        last = len(histories.items) - 1
        found, _ = predictor.predict(histories.on(turned), rows, last - items, times)
        close(found, mean)

    def test_nothing_asked_gives_nothing(self, predictor, histories):
        none = np.zeros(0, np.int64)
        mean, sd = predictor.predict(histories, none, none, none)
        assert len(mean) == len(sd) == 0


def with_entry(histories: Histories, entry: int, strength: float, rating: float) -> Histories:
    strengths, ratings = histories.strength.copy(), histories.rating.copy()
    strengths[entry], ratings[entry] = strength, rating
    return replace(histories, strength=strengths, rating=ratings)


def ratings_by_row(histories: Histories) -> list[np.ndarray]:
    return np.split(histories.rating, histories.indptr[1:-1])


def test_every_recipe_is_a_frozen_dataclass_with_defaults():
    for recipe in RECIPES.values():
        first = recipe()
        assert first == recipe()
        assert hash(first) == hash(recipe())
        assert replace(first) == first


def test_every_recipe_has_its_from_arrays():
    assert set(FROM_ARRAYS) == set(RECIPES)


def test_the_lopsided_data_asks_hard_questions(data: Dataset):
    strengths = data.histories.strength
    assert (strengths < 0).any()
    assert (strengths == 0).any()
    assert data.histories.lengths[ASKED].min() == 0
    assert not data.rated_items.all()


def damaged(array: np.ndarray) -> list[np.ndarray]:
    """The array cut, doubled, nested, negative, and far too large for a place in another."""
    others = [array[:-1], np.concatenate([array, array]), array[None]]
    if array.dtype.kind in "fi":
        others += [array * 0 - 7, array * 0 + np.array(2**30).astype(array.dtype)]
    return others if len(array) else []


def test_stored_arrays_that_do_not_fit_together_are_refused(name, model):
    arrays = model.arrays()
    refused = 0
    for field in arrays:
        if field.endswith("names"):  # of features: a letter less is no harm
            continue
        for other in damaged(arrays[field]):
            try:
                with np.errstate(all="ignore"):
                    found = FROM_ARRAYS[name](model.recipe, model.items, arrays | {field: other})
            except (InputError, ValueError):
                refused += 1
                continue
            shapes = (array.shape for array in found.arrays().values())
            assert list(shapes) == [array.shape for array in arrays.values()]
    assert refused >= 3
    for bad in (np.nan, np.inf):
        floats = {k: np.full_like(v, bad) for k, v in arrays.items() if v.dtype.kind == "f"}
        for field, other in floats.items():
            with pytest.raises(InputError, match="expected finite numbers"):
                FROM_ARRAYS[name](model.recipe, model.items, arrays | {field: other})
