import numpy as np
import polars as pl
import pytest

from matinee.errors import MissingData
from matinee.features import tfidf


def films(*overviews: str | None) -> pl.DataFrame:
    return pl.DataFrame({"overview": overviews}, schema={"overview": pl.String})


def test_a_weight_is_sublinear_tf_times_smoothed_idf_over_the_length_of_the_row():
    features = tfidf(films("Robot robot war", "war", None))
    names = list(features.names)
    assert names == ["word: robot", "word: war"]
    robot = (1 + np.log(2)) * (np.log(4 / 2) + 1)
    war = np.log(4 / 3) + 1
    length = np.hypot(robot, war)
    expected = [[robot / length, war / length], [0, 1], [0, 0]]
    np.testing.assert_allclose(features.matrix.toarray(), expected, rtol=1e-6)


def test_english_stop_words_are_left_out():
    assert list(tfidf(films("the robot and the sea")).names) == ["word: robot", "word: sea"]


def test_films_without_an_overview_are_unknown():
    assert tfidf(films("robot", None, "the", "")).known.tolist() == [True, False, False, False]


@pytest.mark.parametrize(
    "movies", [pl.DataFrame({"item_id": ["a"]}), films(None, None)], ids=["no column", "all null"]
)
def test_without_any_overview_the_column_is_named(movies):
    with pytest.raises(MissingData, match="expected an overview"):
        tfidf(movies)


def test_overviews_of_stop_words_alone_are_no_overviews():
    with pytest.raises(MissingData, match="stop words only"):
        tfidf(films("the and of"))
