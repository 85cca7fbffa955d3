"""A portrait says what was known of a film before anybody saw it, and nothing that came after."""

import numpy as np
import polars as pl
import pytest

from matinee.errors import MissingData
from matinee.features import portrait
from matinee.schema import MOVIES


def films(**columns: list[object]) -> pl.DataFrame:
    count = len(next(iter(columns.values())))
    table = pl.DataFrame({"item_id": [f"m{k}" for k in range(count)]})
    return table.with_columns(
        pl.Series(name, columns.get(name, [None] * count), dtype=kind)
        for name, kind in MOVIES.items()
        if name != "item_id"
    )


def test_films_years_apart_are_alike_by_a_bell_curve():
    rows = portrait(films(year=[1990, 1993, 2000, None, 1990])).matrix.toarray()
    alike = rows @ rows.T
    expected = np.exp(-((np.array([0, 3, 10]) / 5) ** 2) / 2)
    np.testing.assert_allclose(alike[0, :3], expected, atol=0.01)
    assert not alike[3].any()
    np.testing.assert_allclose(rows[0], rows[4])


def test_budgets_are_alike_by_their_ratio():
    rows = portrait(films(budget=[1_000_000, 2_000_000, 50_000_000, 100_000_000])).matrix.toarray()
    alike = rows @ rows.T
    assert alike[0, 1] == pytest.approx(np.exp(-(np.log(2) ** 2) / 2), abs=0.01)
    assert alike[0, 1] == pytest.approx(alike[2, 3], abs=0.01)
    assert alike[0, 2] < 0.02


def test_words_of_a_title_stand_for_a_franchise():
    titles = ["Rocky", "Rocky II", "The Rock", "The Return of the King"]
    features = portrait(films(title=titles))
    alike = (features.matrix @ features.matrix.T).toarray()
    assert alike[0, 1] > 0.9
    assert alike[0, 2] == 0
    assert alike[2, 3] == 0  # "the" is no franchise
    assert ("title: rocky", pytest.approx(1)) in features.shared(0, 1)


def test_what_only_viewers_tell_is_not_read():
    plain = films(title=["Rocky", "Heat"], genres=[["Drama"], ["Crime"]], year=[1976, 1995])
    loud = plain.with_columns(
        vote_count=pl.Series([9, 8_000]),
        vote_average=pl.Series([1.0, 9.0]),
        popularity=pl.Series([0.1, 99.0]),
        revenue=pl.Series([1, 10**9]),
    )
    found, expected = portrait(loud), portrait(plain)
    assert found.names == expected.names
    np.testing.assert_array_equal(found.matrix.toarray(), expected.matrix.toarray())


def test_rows_are_no_longer_than_one_and_films_without_anything_are_zero(data):
    features = portrait(data.movies)
    lengths = np.sqrt((features.matrix.toarray() ** 2).sum(axis=1))
    assert (lengths <= 1 + 1e-6).all()
    assert lengths.max() > 0.9
    with pytest.raises(MissingData, match="expected anything known of at least one film"):
        portrait(films(year=[None, None]))
