"""Features say what was known of a pair at its moment, and nothing of what came later."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from matinee.dataset import Dataset, Histories, time_split
from matinee.dataset.splits import window_stage
from matinee.features.affinities import KINDS, Affinities
from matinee.features.film_moments import film_moments
from matinee.features.levels import levels
from matinee.features.pairs import PairFeatures
from matinee.features.tastes import Tastes

DAY = 86_400


def asked(stage) -> tuple[dict[str, np.ndarray], np.ndarray]:
    numbers = np.tile(np.arange(len(stage.train.items)), (stage.histories.rows, 1))
    return PairFeatures.of(stage.train).pairs(stage.histories, numbers), numbers


def test_later_events_change_no_feature(data: Dataset):
    """Of everything after the cut, the film, the rating and the time are dealt out anew."""
    cut = int(np.quantile(data.histories.time, 0.7))
    end = int(np.iinfo(np.int64).max)
    later = data.histories.time >= cut
    before, _ = asked(window_stage(data, cut, end))
    rng = np.random.default_rng(4)
    rating, strength = data.histories.rating.copy(), data.histories.strength.copy()
    time = data.histories.time.copy()
    order = rng.permutation(np.flatnonzero(later))
    for values in (rating, strength, time):
        values[later] = values[order]
    numbers = data.histories.numbers.copy()
    # Each viewer's later films become others that the viewer has not seen at all.
    for row in range(data.histories.rows):
        own = np.arange(data.histories.indptr[row], data.histories.indptr[row + 1])
        free = np.setdiff1d(np.arange(len(data.items)), numbers[own])
        moved = own[later[own]]
        numbers[moved] = rng.choice(free, len(moved), replace=False)
    shuffled = Histories.from_entries(
        data.items,
        data.histories.entry_rows,
        numbers,
        data.histories.rows,
        strength=strength,
        rating=rating,
        time=time,
        user_ids=data.histories.user_ids,
    )
    # The same viewers are asked, whatever they did later.
    after, _ = asked(window_stage(data.with_histories(shuffled), cut, end))
    assert before.keys() == after.keys()
    for name, values in before.items():
        np.testing.assert_array_equal(values, after[name], err_msg=name)


def test_every_feature_is_as_large_as_the_question(data: Dataset):
    found, numbers = asked(time_split(data).final)
    assert {values.shape for values in found.values()} == {numbers.shape}
    assert {values.dtype for values in found.values()} == {np.dtype(np.float32)}


def test_a_row_does_not_see_its_neighbours(data: Dataset):
    stage = time_split(data).final
    features = PairFeatures.of(stage.train)
    numbers = np.tile(np.arange(9), (stage.histories.rows, 1))
    together = features.pairs(stage.histories, numbers)
    alone = features.pairs(stage.histories.take(np.array([2])), numbers[[2]])
    for name, values in together.items():
        np.testing.assert_allclose(values[[2]], alone[name], rtol=1e-6, err_msg=name)


def test_moments_count_what_lies_in_their_span(data: Dataset):
    moments, histories = film_moments(data), data.histories
    days = (data.as_of - histories.time) / DAY
    for film in (0, 3, len(data.items) - 1):
        mine = (histories.numbers == film) & (histories.strength > 0)
        assert moments["likes of 3 days"][film] == pytest.approx(np.log1p((days[mine] < 3).sum()))
        seen = histories.numbers == film
        first = np.log1p(days[seen].max()) if seen.any() else np.nan
        assert moments["days since first view"][film] == pytest.approx(first, nan_ok=True)


def test_few_ratings_are_drawn_to_the_mean_of_all(data: Dataset):
    histories = data.histories
    mean = film_moments(data)["mean rating"]
    overall = histories.rating.mean(dtype=np.float64)
    cold = data.items.number("m99")
    assert mean[cold] == pytest.approx(overall)
    film = int(np.bincount(histories.numbers).argmax())
    own = histories.rating[histories.numbers == film].astype(np.float64)
    assert mean[film] == pytest.approx((own.sum() + 10 * overall) / (len(own) + 10))


def test_one_who_likes_a_genre_only_has_a_taste_for_it(data: Dataset):
    tastes = Tastes.of(data)
    assert tastes is not None
    pure = [
        k for k, genres in enumerate(data.movies["genres"].to_list()) if set(genres) == {"Comedy"}
    ]
    others = [k for k, genres in enumerate(data.movies["genres"]) if "Comedy" not in genres]
    history = Histories.from_entries(
        data.items, np.zeros(len(pure), int), np.array(pure), 1, strength=1.0, time=5, as_of=9
    )
    found = tastes.pairs(history, np.array([[pure[0], *others]]))
    assert found["taste in genres"][0, 0] > 0 > found["taste in genres"][0, 1:].max()
    assert found["genres of last watched"][0, 0] == pytest.approx(1)
    assert (found["genres of last watched"][0, 1:] == 0).all()


def test_an_empty_history_is_not_known_rather_than_zero(data: Dataset):
    features = PairFeatures.of(data)
    empty = data.histories.where(np.zeros(data.histories.entries, bool)).take(np.array([0]))
    found = features.pairs(empty, np.array([[0, 1]]))
    for name in ("share liked", "mean rating given", "older than usual", "genres of last watched"):
        assert np.isnan(found[name]).all(), name
    assert (found["films watched"] == 0).all()
    np.testing.assert_allclose(found["taste in genres"], 0, atol=1e-6)


def test_without_times_genres_and_ratings_there_are_fewer_features(data: Dataset):
    histories = data.histories
    bare = Histories.from_entries(
        data.items, histories.entry_rows, histories.numbers, histories.rows, strength=1.0
    )
    movies = data.movies.with_columns(pl.lit(None, pl.List(pl.String)).alias("genres"))
    features = PairFeatures.of(replace(data.with_histories(bare), movies=movies))
    found = features.pairs(bare, np.zeros((bare.rows, 1), np.int32))
    assert not [name for name in found if "days" in name or "genre" in name]
    assert "mean rating" not in found
    assert "viewers" in found


def test_people_liked_before_are_the_mean_likeness_of_levels(data: Dataset):
    """Against the definition, pair by pair."""
    affinities, kinds = Affinities.of(data.movies), levels(data.movies)
    assert {"director liked before", "cast liked before", "decade liked before"} <= set(
        affinities.names
    )
    histories = data.histories.take(np.array([1, 7, 12]))  # the second has no history
    numbers = np.tile(np.arange(6), (3, 1))
    found = affinities.pairs(histories, numbers)
    for kind, name in KINDS.items():
        if kind not in kinds:
            assert name not in found
            continue
        dense = kinds[kind].matrix.toarray()
        for row in (0, 2):
            mine = histories.take(np.array([row]))
            liked = mine.numbers[mine.strength > 0]
            expected = (dense[liked] @ dense[:6].T).mean(axis=0)
            np.testing.assert_allclose(found[name][row], expected, rtol=1e-5, err_msg=name)
        assert np.isnan(found[name][1]).all()


def test_length_is_told_against_what_was_liked(data: Dataset):
    minutes = pl.Series(
        [None if k == 2 else 80 + k for k in range(data.movies.height)], dtype=pl.Int32
    )
    affinities = Affinities.of(data.movies.with_columns(runtime=minutes))
    mine = data.histories.take(np.array([0]))
    liked = mine.numbers[mine.strength > 0]
    usual = np.mean([80 + k for k in liked if k != 2])
    found = affinities.pairs(mine, np.array([[2, 5]]))["longer than liked"][0]
    assert np.isnan(found[0])
    assert found[1] == pytest.approx(85 - usual)
