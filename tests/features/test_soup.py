import numpy as np
import polars as pl
import pytest
from sklearn.metrics.pairwise import cosine_similarity

from matinee.errors import MissingData
from matinee.features import content_vectors, soup


def films(**columns: list[object]) -> pl.DataFrame:
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.List(pl.String)))


def test_a_row_is_as_long_as_what_is_known_of_the_film():
    movies = films(
        genres=[["Drama"], None, [], ["War"]], keywords=[["robot", "war"], None, None, []]
    )
    matrix = soup(movies).matrix
    lengths = np.sqrt((matrix.toarray() ** 2).sum(axis=1))
    np.testing.assert_allclose(lengths, [1, 0, 0, np.sqrt(0.25 / 0.6)], rtol=1e-6)
    assert matrix.dtype == np.float32
    unit = np.sqrt((content_vectors(movies).matrix.toarray() ** 2).sum(axis=1))
    np.testing.assert_allclose(unit, [1, 0, 0, 1], rtol=1e-6)


def test_a_film_known_by_its_genre_alone_is_not_the_nearest():
    movies = films(
        genres=[["Drama"], ["Drama"], ["Drama"]],
        keywords=[["robot", "war"], ["robot", "sea"], None],
        directors=[["A"], ["B"], None],
    )
    likeness = (soup(movies).matrix @ soup(movies).matrix.T).toarray()[0]
    assert likeness[1] > likeness[2] > 0


def test_a_cosine_is_the_mean_of_the_kinds_cosines_weighted_by_their_shares():
    """Checked against scikit-learn's cosine of each kind's hand-weighted 0/1 columns."""
    movies = films(
        directors=[["A"], ["A"], ["B"]],
        cast=[["x", "y"], ["y", "z"], ["w"]],
        genres=[["Drama"], ["Drama", "War"], ["War"]],
        keywords=[["k1", "k2"], ["k2"], ["k1", "k2", "k3"]],
    )
    shares = {"directors": 0.2, "cast": 0.2, "genres": 0.25, "keywords": 0.35}
    expected = np.zeros((3, 3))
    for column, share in shares.items():
        lists = movies[column].to_list()
        values = sorted({value for row in lists for value in row})
        shown = np.array([[value in row for value in values] for row in lists], float)
        idf = np.log(4 / (1 + shown.sum(axis=0))) + 1
        expected += share * cosine_similarity(shown * idf)
    matrix = soup(movies).matrix
    np.testing.assert_allclose((matrix @ matrix.T).toarray(), expected, rtol=1e-5)


def test_only_the_five_leading_names_of_the_cast_count():
    names = soup(films(cast=[["a", "b", "c", "d", "e", "f"]])).names
    assert list(names) == [f"cast: {name}" for name in "abcde"]


def test_a_name_repeated_or_padded_counts_once():
    features = soup(films(genres=[["Drama", " Drama", ""], ["Drama"]]))
    assert list(features.names) == ["genre: Drama"]
    np.testing.assert_array_equal(features.matrix.toarray(), [[1], [1]])


def test_shared_features_add_up_to_the_cosine_and_come_largest_first():
    features = soup(films(genres=[["Drama", "War"], ["Drama", "War"]], keywords=[["a"], ["b"]]))
    shared = features.shared(0, 1)
    assert {name for name, _ in shared} == {"genre: Drama", "genre: War"}
    dense = features.matrix.toarray()
    assert sum(part for _, part in shared) == pytest.approx(dense[0] @ dense[1], rel=1e-6)
    assert [part for _, part in shared] == sorted((part for _, part in shared), reverse=True)


def test_without_any_metadata_the_missing_columns_are_named():
    with pytest.raises(MissingData, match="directors, cast, genres, keywords"):
        soup(films(genres=[None, []]))
    with pytest.raises(MissingData, match="directors, cast, genres, keywords"):
        soup(pl.DataFrame({"item_id": ["a"]}))


def test_content_vectors_are_genres_alone_where_nothing_else_is_known():
    features = content_vectors(films(genres=[["Drama"], ["War"]], keywords=[None, None]))
    assert list(features.names) == ["genre: Drama", "genre: War"]
