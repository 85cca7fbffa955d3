from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from matinee.dataset import Dataset, Histories, Vocabulary
from matinee.errors import InputError, MissingData, NumericError
from matinee.models.mf import FittedMf, Mf
from matinee.schema import MOVIES, RatingScale


def rng(seed=0):
    return np.random.default_rng(seed)


def test_a_high_rating_raises_and_a_low_one_lowers_the_films_own_prediction(data):
    model = Mf(factors=3).fit(data, rng())
    nothing = data.histories.slice(7, 8)
    assert nothing.entries == 0
    number = int(data.histories.numbers[0])
    predictions = [
        float(model.predict(given_rating(data, number, rating), *asked(number))[0][0])
        for rating in (0.5, 5.0)
    ]
    unrated = float(model.predict(nothing, *asked(number))[0][0])
    assert predictions[0] < unrated < predictions[1]


def test_more_ratings_leave_less_doubt(data):
    model = Mf(factors=3).fit(data, rng())
    row = int(np.argmax(data.histories.lengths))
    number = int(data.histories.numbers[0])
    doubts = []
    for keep in (0, 3, int(data.histories.lengths[row])):
        history = data.histories.take(np.array([row]))
        history = history.where(np.arange(history.entries) < keep)
        doubts.append(float(model.predict(history, *asked(number))[1][0]))
    assert doubts[0] > doubts[1] > doubts[2]


def test_predictions_are_the_scores_where_these_lie_within_the_scale(data):
    model = Mf(factors=3).fit(data, rng())
    rows = np.repeat(np.arange(data.histories.rows), len(model.items))
    items = np.tile(data.items.numbers(model.items.ids), data.histories.rows)
    mean, _ = model.predict(data.histories, rows, items, np.zeros(len(rows)))
    expected = np.clip(model.score(data.histories), data.scale.minimum, data.scale.maximum)
    np.testing.assert_allclose(mean, expected.ravel(), rtol=1e-5)


def test_another_scale_gives_the_same_predictions_on_it(data):
    """Ratings doubled are predictions doubled: nothing in the fit knows the scale's size."""
    doubled = replace(
        data.with_histories(replace(data.histories, rating=2 * data.histories.rating)),
        scale=RatingScale(1, 10, 1),
    )
    recipe = Mf(factors=3)
    first, second = recipe.fit(data, rng()), recipe.fit(doubled, rng())
    np.testing.assert_allclose(
        second.score(doubled.histories), 2 * first.score(data.histories), rtol=1e-4
    )


def test_it_explains_most_of_a_low_rank_truth_and_knows_its_noise():
    draw = rng(1)
    p, q = draw.normal(size=(200, 2)), draw.normal(size=(60, 2))
    truth = 3 + 0.5 * draw.normal(size=(200, 1)) + p @ q.T
    seen = draw.random(truth.shape) < 0.5
    noisy = truth + draw.normal(0, 0.3, truth.shape)
    data = rating_data(*np.nonzero(seen), noisy[seen], truth.shape, RatingScale(-20, 20, 0.5))
    model = Mf(factors=4, epochs=40).fit(data, rng())
    rows, items = np.nonzero(~seen)
    mean, sd = model.predict(data.histories, rows, items, np.zeros(len(rows)))
    error = noisy[rows, items] - mean
    assert np.sqrt((error**2).mean()) < 0.36  # 0.3 is the noise itself
    assert np.mean(error**2 / sd**2) == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize(
    ("name", "place", "value"),
    [
        ("precision", 1, -3.0),
        ("precision", 0, 0.0),
        ("scale", 1, 0.0),
        ("scale", 2, -1.0),
        ("covariances", (0, 1, 1), -5.0),
    ],
)
def test_stored_numbers_that_cannot_be_are_refused_at_the_door(data, name, place, value):
    model = Mf(factors=3).fit(data, rng())
    arrays = {key: array.copy() for key, array in model.arrays().items()}
    arrays[name][place] = value
    with pytest.raises(InputError, match="mf: expected precisions, unit and noise above 0"):
        FittedMf.from_arrays(model.recipe, model.items, arrays)


@pytest.mark.parametrize("value", [1e38, -1e38])
def test_stored_numbers_out_of_all_proportion_are_a_clear_error(data, value):
    """Each is finite, so the shapes and kinds are right; the viewers' systems are not."""
    model = Mf(factors=3).fit(data, rng())
    arrays = {key: array.copy() for key, array in model.arrays().items()}
    arrays["means"][:] = value
    arrays["scale"][2] = 1e-300
    back = FittedMf.from_arrays(model.recipe, model.items, arrays)
    with pytest.raises(NumericError, match="mf: expected factors that viewers can be solved from"):
        back.score(data.histories)


@pytest.mark.parametrize("wrong", [{"factors": 0}, {"epochs": 0}])
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(InputError, match="mf: expected"):
        Mf(**wrong)


def test_data_without_ratings_is_refused(data):
    nothing = data.with_histories(data.histories.where(np.zeros(data.histories.entries, bool)))
    with pytest.raises(MissingData, match="mf: expected ratings"):
        Mf().fit(nothing, rng())


@pytest.mark.data
def test_five_random_folds_are_better_than_surprise_svd(protocols, extracted):
    """Pooled RMSE of the published protocol; Surprise SVD has .8527."""
    folds = [
        (train, test, predicted(train, test))
        for _, train, test in protocols.rating_split("ml-latest-small", extracted)
    ]
    truth = np.concatenate([test["rating"].to_numpy() for _, test, _ in folds])
    mean = np.concatenate([prediction[0] for *_, prediction in folds])
    sd = np.concatenate([prediction[1] for *_, prediction in folds])
    assert protocols.rating_metrics(mean, truth)["rmse"][0] < 0.8527
    assert np.mean((truth - mean) ** 2 / sd**2) == pytest.approx(1, abs=0.1)


def predicted(train: pl.DataFrame, test: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    users = Vocabulary.of(pl.concat([train["user"], test["user"]]).cast(pl.String))
    items = Vocabulary.of(pl.concat([train["item"], test["item"]]).cast(pl.String))
    rows, numbers = (
        [vocabulary.numbers(frame[column].cast(pl.String)) for frame in (train, test)]
        for vocabulary, column in ((users, "user"), (items, "item"))
    )
    shape = len(users), len(items)
    data = rating_data(
        rows[0], numbers[0], train["rating"].to_numpy(), shape, RatingScale(0.5, 5, 0.5), items
    )
    model = Mf().fit(data, rng())
    return model.predict(data.histories, rows[1], numbers[1], np.zeros(len(test)))


def rating_data(rows, numbers, ratings, shape, scale, items=None) -> Dataset:
    items = items or Vocabulary(pl.Series([f"m{k}" for k in range(shape[1])]))
    histories = Histories.from_entries(
        items,
        rows.astype(np.int32),
        numbers.astype(np.int32),
        shape[0],
        strength=np.ones(len(rows), np.float32),
        rating=ratings.astype(np.float32),
    )
    users = Vocabulary(pl.Series([f"u{k}" for k in range(shape[0])]))
    movies = pl.DataFrame({"item_id": items.ids}).with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in MOVIES.items() if name != "item_id"
    )
    return Dataset("ratings", users, items, histories, movies, scale)


def asked(number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.zeros(1, np.int64), np.array([number]), np.zeros(1, np.int64)


def given_rating(data: Dataset, number: int, rating: float) -> Histories:
    return Histories.from_entries(
        data.items,
        np.zeros(1, np.int32),
        np.array([number], np.int32),
        1,
        strength=np.zeros(1, np.float32),
        rating=np.array([rating], np.float32),
    )
