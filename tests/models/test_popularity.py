import numpy as np

from matinee.models.popularity import Popularity


def test_the_score_of_a_film_is_how_many_liked_it(data):
    model = Popularity().fit(data, np.random.default_rng(0))
    likes = np.zeros(len(data.items))
    for number, strength in zip(data.histories.numbers, data.histories.strength, strict=True):
        likes[number] += strength > 0
    np.testing.assert_array_equal(model.score(data.histories), np.tile(likes, (len(data.users), 1)))
    assert likes.max() > 3 * np.median(likes), "the fixture is lopsided"


def test_popularity_is_the_whole_of_every_score(data):
    model = Popularity().fit(data, np.random.default_rng(0))
    histories = data.histories.take(np.array([3, 7, 1]))
    items = np.array([[0, 5], [2, 1], [29, 3]])
    contributions = model.contributions(histories, items)
    expected = np.take_along_axis(model.score(histories), items, axis=1)
    np.testing.assert_array_equal(contributions.totals(), expected)
    assert set(contributions.terms) == {"popularity"}
