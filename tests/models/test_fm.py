from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from matinee.dataset import NO_TIME, Dataset, Histories, Vocabulary
from matinee.errors import InputError, MissingData
from matinee.features import levels
from matinee.models.fm import Fm
from matinee.models.mf import Mf
from matinee.models.naming import describe, recipe_from_text
from matinee.schema import MOVIES, RatingScale

STARS = RatingScale(0.5, 5, 0.5)
SMALL = Fm(factors=3, epochs=60, draws=16)


def rng(seed=0):
    return np.random.default_rng(seed)


def rating_data(users, items, ratings, shape, scale=STARS, **more):
    """A data set of ratings; films without metadata unless columns are given; times if given."""
    ids = Vocabulary.of([f"i{k}" for k in range(shape[1])])
    columns = more.pop("columns", {})
    histories = Histories.from_entries(
        ids,
        np.asarray(users, np.int32),
        np.array([ids.number(f"i{k}") for k in items], np.int32),
        shape[0],
        strength=np.ones(len(users), np.float32),
        rating=np.asarray(ratings, np.float32),
        **more,
    )
    movies = pl.DataFrame({"item_id": ids.ids}).with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in MOVIES.items() if name != "item_id"
    )
    movies = movies.with_columns(**{name: pl.Series(value) for name, value in columns.items()})
    people = Vocabulary(pl.Series([f"u{k}" for k in range(shape[0])]))
    return Dataset("made", people, ids, histories, movies, scale)


def made(noise=0.3, seed=1, users=150, items=50, share=0.4):
    """Ratings of rank 2 with noise: the truth, which entries are seen, the ratings, the data."""
    draw = rng(seed)
    p, q = draw.normal(size=(users, 2)), draw.normal(size=(items, 2))
    truth = 3 + 0.5 * draw.normal(size=(users, 1)) + p @ q.T
    seen = draw.random(truth.shape) < share
    ratings = truth + draw.normal(size=truth.shape) * np.broadcast_to(noise, truth.shape)
    order = np.argsort([f"i{k}" for k in range(items)])  # the order of the vocabulary
    rows, columns = np.nonzero(seen)
    data = rating_data(rows, columns, ratings[seen], truth.shape, RatingScale(-20, 20, 0.5))
    return truth[:, order], seen[:, order], ratings[:, order], data


def hidden(model, data, seen):
    rows, items = np.nonzero(~seen)
    mean, sd = model.predict(data.histories, rows, items, np.full(len(rows), NO_TIME))
    return rows, items, mean, sd


@pytest.fixture(scope="module")
def model(data):
    return SMALL.fit(data, rng())


def test_it_explains_most_of_a_low_rank_truth_and_knows_its_noise():
    _, seen, ratings, data = made()
    model = replace(SMALL, epochs=120).fit(data, rng())
    rows, items, mean, sd = hidden(model, data, seen)
    error = ratings[rows, items] - mean
    assert np.sqrt((error**2).mean()) < 0.36  # 0.3 is the noise itself
    assert np.mean(error**2 / sd**2) == pytest.approx(1, abs=0.15)


def test_every_viewer_has_an_own_noise():
    noise = np.where(np.arange(150) % 2, 0.2, 0.8)[:, None]
    _, seen, ratings, data = made(noise, share=0.7)
    model = replace(SMALL, epochs=120).fit(data, rng())
    rows, items, mean, sd = hidden(model, data, seen)
    error = ratings[rows, items] - mean
    for odd in (0, 1):
        mine = rows % 2 == odd
        assert np.mean(error[mine] ** 2 / sd[mine] ** 2) == pytest.approx(1, abs=0.25)
    assert sd[rows % 2 == 0].mean() > 2 * sd[rows % 2 == 1].mean()


def test_a_viewer_who_was_not_in_the_training_is_predicted_as_one_who_was():
    """The same history in the training or not: the film side is all that is kept of it."""
    truth, seen, _, data = made()
    others = data.take_users(np.arange(10, 150))
    model = replace(SMALL, epochs=120).fit(others, rng())
    rows, items, mean, _ = hidden(model, data, seen)
    new = rows < 10
    error = truth[rows, items] - mean
    assert np.sqrt((error[new] ** 2).mean()) < 0.3
    assert np.sqrt((error[~new] ** 2).mean()) < 0.25


def test_the_level_of_a_day_is_found_again_on_that_day_alone():
    """Days of level ±1, known from other ratings of the day; of another day nothing is known."""
    draw = rng(3)
    users, items, days = 80, 40, 4
    rows, columns = np.nonzero(draw.random((users, items)) < 0.7)
    day = draw.integers(0, days, len(rows))
    level = draw.choice([-1.0, 1.0], (users, days))
    ratings = 3 + level[rows, day] + draw.normal(0, 0.3, len(rows))
    hide = draw.random(len(rows)) < 0.2
    time = day * 86_400 + draw.integers(0, 86_400, len(rows))
    given = {"time": time[~hide], "as_of": days * 86_400}
    data = rating_data(
        rows[~hide], columns[~hide], ratings[~hide], (users, items), RatingScale(-9, 9, 1), **given
    )
    model = Fm(factors=1, epochs=80, draws=16, time=True).fit(data, rng())
    numbers = data.items.numbers([f"i{k}" for k in columns[hide]])
    asked = data.histories, rows[hide], numbers
    then, sure = model.predict(*asked, time[hide])
    later, unsure = model.predict(*asked, np.full(hide.sum(), 99 * 86_400))
    never, _ = model.predict(*asked, np.full(hide.sum(), NO_TIME))
    errors = [np.sqrt(np.mean((found - ratings[hide]) ** 2)) for found in (then, later)]
    assert errors[0] < 0.5
    assert errors[1] > 0.9
    assert (unsure > 1.5 * sure).mean() > 0.9
    np.testing.assert_array_equal(never, later)


def test_without_the_time_block_times_do_not_matter(data):
    model = replace(SMALL, time=False).fit(data, rng())
    rows, items = np.arange(40), np.arange(40) % 30
    one, _ = model.predict(data.histories, rows, items, data.histories.as_of[rows])
    other, _ = model.predict(data.histories, rows, items, np.full(40, NO_TIME))
    np.testing.assert_array_equal(one, other)


def test_what_is_known_of_a_film_places_one_that_nobody_rated():
    """Films of genre Good are rated 4, of genre Bad 2; of a third kind and of none, in between."""
    draw = rng(5)
    genres = [["Good"], ["Bad"]] * 15 + [["Good"], ["Bad"], ["New"], ["New"], None, None]
    rows, columns = np.nonzero(draw.random((60, 30)) < 0.5)
    columns_of = [f"i{k}" for k in range(36)]
    ratings = np.where(columns % 2, 2.0, 4.0) + draw.normal(0, 0.3, len(rows))
    order = np.argsort(columns_of)
    data = rating_data(
        rows, columns, ratings, (60, 36), columns={"genres": [genres[k] for k in order]}
    )
    model = replace(SMALL, time=False).fit(data, rng())
    numbers = data.items.numbers(["i30", "i31", "i32", "i34"])
    mean, sd = model.predict(data.histories, np.zeros(4, int), numbers, np.full(4, NO_TIME))
    assert mean[0] > 3.6
    assert mean[1] < 2.4
    assert 2.4 < mean[2] < 3.6  # a genre that no rated film has
    assert 2.4 < mean[3] < 3.6  # nothing known at all
    assert min(sd[2:]) > max(sd[:2])


def test_a_film_it_never_heard_of_is_like_any_other_but_less_sure(model, data):
    wider = data.histories.on(Vocabulary(pl.concat([data.items.ids, pl.Series(["stranger"])])))
    rows = np.zeros(31, int)
    mean, sd = model.predict(wider, rows, np.arange(31), np.full(31, NO_TIME))
    assert mean[:30].min() < mean[30] < mean[:30].max()
    assert sd[30] > np.median(sd[:30])


def test_a_viewer_with_one_rating_is_hardly_moved_by_it_and_less_sure_than_one_with_many(
    model, data
):
    row = int(np.argmax(data.histories.lengths))
    many = data.histories.take(np.array([row]))
    one, none = (many.where(np.arange(many.entries) < keep) for keep in (1, 0))
    asked = np.zeros(30, int), np.arange(30), np.full(30, NO_TIME)
    (with_many, sure), (with_one, less), (with_none, least) = (
        model.predict(history, *asked) for history in (many, one, none)
    )
    assert np.abs(with_one - with_none).mean() < np.abs(with_many - with_none).mean()
    assert sure.mean() < less.mean() < least.mean()


def test_a_viewer_whose_ratings_are_all_equal_is_expected_to_go_on_so():
    """Little noise of their own, since nothing they do surprises."""
    _, seen, _, data = made(noise=0.6)
    rating = data.histories.rating.copy()
    rating[data.histories.entry_rows == 0] = 4
    data = data.with_histories(replace(data.histories, rating=rating))
    model = replace(SMALL, epochs=120).fit(data, rng())
    rows, _, mean, sd = hidden(model, data, seen)
    assert np.abs(mean[rows == 0] - 4).max() < 0.6
    assert np.median(sd[rows == 0]) < 0.95 * np.median(sd[rows > 0])


def test_data_in_which_all_ratings_are_equal_are_predicted_as_that():
    draw = rng(2)
    rows, columns = np.nonzero(draw.random((30, 20)) < 0.5)
    data = rating_data(rows, columns, np.full(len(rows), 4.0), (30, 20))
    model = SMALL.fit(data, rng())
    mean, sd = model.predict(data.histories, rows, columns, np.full(len(rows), NO_TIME))
    np.testing.assert_allclose(mean, 4, atol=0.1)
    assert np.isfinite(sd).all()


def test_another_scale_gives_the_same_predictions_on_it(data):
    """Half stars of 0.5 to 5, or 0 to 10: nothing in the fit knows the scale's size or zero."""
    other = replace(
        data.with_histories(replace(data.histories, rating=2 * data.histories.rating - 1)),
        scale=RatingScale(0, 10, 1),
    )
    first, second = SMALL.fit(data, rng()), SMALL.fit(other, rng())
    np.testing.assert_allclose(
        second.score(other.histories), 2 * first.score(data.histories) - 1, rtol=1e-3, atol=1e-3
    )


def test_likes_without_ratings_are_refused(data):
    unrated = np.full(data.histories.entries, np.nan, np.float32)
    likes = data.with_histories(replace(data.histories, rating=unrated))
    with pytest.raises(MissingData, match="fm: expected ratings, lopsided has none"):
        SMALL.fit(likes, rng())


def test_entries_without_a_rating_change_nothing(model, data):
    """Neither in the fit nor in the history of who is asked for."""
    rating = data.histories.rating.copy()
    rating[::3] = np.nan
    partly = data.with_histories(replace(data.histories, rating=rating))
    without = data.with_histories(data.histories.where(~np.isnan(rating)))
    one, other = (SMALL.fit(each, rng()) for each in (partly, without))
    np.testing.assert_array_equal(one.score(data.histories), other.score(data.histories))
    np.testing.assert_array_equal(model.score(partly.histories), model.score(without.histories))


@pytest.mark.parametrize("off", ["implicit", "side", "time"])
@pytest.mark.parametrize("flipped", [True, False])
def test_contributions_add_up_whatever_the_blocks(data, off, flipped):
    recipe = replace(SMALL, flipped=flipped, epochs=20, draws=8, **{off: False})
    model = recipe.fit(data, rng())
    items = np.tile(np.arange(30), (data.histories.rows, 1))
    found = model.contributions(data.histories, items).totals()
    np.testing.assert_allclose(found, model.score(data.histories), rtol=1e-5, atol=1e-5)


def test_terms_of_a_prediction_have_names(model, data):
    found = model.contributions(data.histories, np.zeros((data.histories.rows, 2), int))
    assert set(found.terms) == {"film level", "viewers at large"}


def test_it_beats_the_biased_factorisation_where_films_are_described(data):
    """On data where genres decide, hidden ratings are predicted better than by ids alone."""
    draw = rng(7)
    genre = draw.integers(0, 4, 120)
    taste = draw.normal(0, 1, (80, 4))
    rows, columns = np.nonzero(draw.random((80, 120)) < 0.1)
    ratings = 3 + taste[rows, genre[columns]] + draw.normal(0, 0.4, len(rows))
    hide = draw.random(len(rows)) < 0.3
    order = np.argsort([f"i{k}" for k in range(120)])
    data = rating_data(
        rows[~hide],
        columns[~hide],
        ratings[~hide],
        (80, 120),
        RatingScale(-9, 9, 1),
        columns={"genres": [[f"g{genre[k]}"] for k in order]},
    )
    numbers = data.items.numbers([f"i{k}" for k in columns[hide]])
    asked = data.histories, rows[hide], numbers, np.full(hide.sum(), NO_TIME)
    errors = [
        np.sqrt(np.mean((recipe.fit(data, rng()).predict(*asked)[0] - ratings[hide]) ** 2))
        for recipe in (replace(SMALL, factors=4, epochs=120), Mf(factors=4))
    ]
    assert errors[0] < 0.85 * errors[1]


@pytest.mark.parametrize("wrong", [{"factors": 0}, {"draws": 0}, {"epochs": 8, "draws": 7}])
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(InputError, match="fm: expected factors >= 1 and 1 to"):
        Fm(**wrong)


@pytest.mark.parametrize("text", ["fm:epochs=12,draws=4", "fm:draws=4,epochs=12"])
def test_settings_as_text_are_taken_together_whatever_their_order(text):
    """Twelve epochs have no room for the 32 draws of the default, but have for four."""
    recipe = recipe_from_text(text)[1]
    assert recipe == Fm(epochs=12, draws=4)
    assert recipe_from_text(describe(recipe, whole=True))[1] == recipe


def test_levels_have_names_and_leave_out_what_one_film_alone_has():
    movies = pl.DataFrame(
        {
            "genres": [["Drama", "War"], ["Drama"], None, ["Noir"], []],
            "year": [1999, 1999, 1987, None, 1988],
            "language": ["en"] * 5,
        }
    )
    found = levels(movies)
    assert set(found) == {"genre", "decade"}  # of years 1999 alone is that of two films
    assert found["genre"].names == ["genre: Drama", "genre: unknown"]
    expected = [[1, 0], [1, 0], [0, 1], [0, 0], [0, 1]]
    np.testing.assert_allclose(found["genre"].matrix.toarray(), expected)
    assert found["decade"].names == ["decade: 1980", "decade: 1990"]
