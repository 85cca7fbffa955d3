"""A film's place comes from what is known of it until its own views say more."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from matinee.dataset import Dataset, Histories, entry_stage
from matinee.errors import InputError
from matinee.features import portrait
from matinee.models.content_map import ContentMap
from matinee.models.content_regression import ContentRegression
from matinee.models.linear import Linear
from matinee.schema import MOVIES


def rng():
    return np.random.default_rng(0)


def with_movie(data: Dataset, item: str, **known: object) -> Dataset:
    """The data with other facts of one film; None for all that is not given."""
    row = {name: known.get(name) for name in MOVIES} | {"item_id": item}
    kept = data.movies.with_row_index("place")
    place = int(kept.filter(pl.col("item_id") == item)["place"][0])
    one = pl.DataFrame([row], schema=MOVIES)
    movies = pl.concat([data.movies[:place], one, data.movies[place + 1 :]])
    return replace(data, movies=movies)


def test_leaving_a_film_out_is_what_the_closed_form_says(data):
    features, sources = portrait(data.movies), np.array([0, 3, 4, 9, 12])
    M = ContentRegression.of(features, sources, 0.5).columns(np.array([4, 20]))
    F = features.matrix.toarray().astype(np.float64)
    for column, film in enumerate((4, 20)):
        others = sources[sources != film]
        K = F[others] @ F[others].T + 0.5 * np.eye(len(others))
        expected = np.linalg.solve(K, F[others] @ F[film])
        np.testing.assert_allclose(M[np.isin(sources, others), column], expected, rtol=1e-5)
    assert M[2, 0] == 0


def test_with_many_views_the_own_column_remains_and_with_none_the_map(data):
    model = ContentMap(views=0, discount=0).fit(data, rng())
    base = Linear(least=1).fit(data, rng())
    own = data.items.numbers(base.items.ids)
    np.testing.assert_allclose(model.weights[np.ix_(own, own)], base.weights, rtol=1e-5, atol=1e-7)
    M = ContentRegression.of(portrait(data.movies), own, 2.0).columns(np.array([29]))
    found, mapped = model.weights[own, 29], (base.weights @ M)[:, 0]
    assert model.by_content.tolist() == [number not in own for number in range(30)]
    stretch = found @ mapped / (mapped @ mapped)
    assert stretch > 1
    np.testing.assert_allclose(found, stretch * mapped, rtol=1e-4)


def test_a_film_moves_from_the_map_to_its_own_column_as_likes_come_in(data):
    """Distance to what the map says alone grows with the likes that the film keeps."""
    film = int(np.bincount(data.histories.numbers).argmax())
    of_film = np.flatnonzero((data.histories.numbers == film) & (data.histories.strength > 0))
    columns = []
    for kept in (0, 2, 6, len(of_film)):
        keep = data.histories.numbers != film
        keep[of_film[:kept]] = True
        train = entry_stage(data, keep, ~keep).train if kept < len(of_film) else data
        model = ContentMap(discount=0).fit(train, rng())
        columns.append(np.delete(model.weights[:, film], film))
    shares = [3 / (3 + kept) for kept in (0, 2, 6, len(of_film))]
    distance = [np.linalg.norm(c - columns[-1]) for c in columns]
    assert shares == sorted(shares, reverse=True)
    assert distance[2] < distance[0]


def test_a_film_of_which_nothing_is_known_is_neutral(data):
    model = ContentMap().fit(with_movie(data, "m99"), rng())
    scores = model.score(data.histories)
    assert not scores[:, 29].any()
    assert scores[:, :29].any()


def test_a_genre_never_seen_tells_nothing(data):
    known = {"genres": ["Drama"], "title": "Film 29", "year": 2009}
    scores = [
        ContentMap().fit(with_movie(data, "m99", **known | {"genres": genres}), rng())
        for genres in (["Musical"], ["Opera"], [])
    ]
    musical, opera, _ = (model.score(data.histories)[:, 29] for model in scores)
    assert musical.any()  # by its year
    np.testing.assert_allclose(musical, opera, rtol=1e-5)
    alone = ContentMap().fit(with_movie(data, "m99", genres=["Musical"]), rng())
    assert not alone.score(data.histories)[:, 29].any()


@pytest.mark.parametrize(
    ("strengths", "says"),
    [([1.0], True), ([0.0], True), ([1.0, 1.0, 1.0], True), ([-1.0, -1.0], True), ([], False)],
    ids=["one like", "one without opinion", "likes only", "dislikes only", "nothing"],
)
def test_sparse_histories_get_finite_scores_of_every_film(data, strengths, says):
    model = ContentMap().fit(data, rng())
    count = len(strengths)
    history = Histories.from_entries(
        data.items,
        np.zeros(count, np.int32),
        np.arange(count, dtype=np.int32),
        1,
        strength=np.array(strengths, np.float32),
    )
    scores = model.score(history)
    assert np.isfinite(scores).all()
    assert bool(scores[0, 29] != 0) is says


def test_ratings_that_are_all_equal_are_learnt_from_as_they_count(data):
    level = data.histories.rating * 0 + 4
    same = replace(data.histories, rating=level, strength=np.ones_like(level))
    model = ContentMap().fit(data.with_histories(same), rng())
    assert np.isfinite(model.score(same)).all()
    assert model.score(same)[:, 29].any()


@pytest.mark.parametrize("wrong", [{"ridge": 0}, {"views": -1}, {"discount": 2}])
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(InputError, match="content_map: expected ridge > 0"):
        ContentMap(**wrong)
