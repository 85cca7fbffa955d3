"""Attributes are taken apart, filled, scaled and encoded without leaks, under their names."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from matinee.errors import InputError, MissingData
from matinee.features.attributes import AFTERWARDS, attributes
from matinee.features.preparation import prepare
from matinee.schema import MOVIES

FILMS = 400


def catalogue(**columns: object) -> pl.DataFrame:
    """Films of which only the title is known, and these columns."""
    films = pl.DataFrame({"item_id": [f"m{k}" for k in range(FILMS)]}).with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in MOVIES.items() if name != "item_id"
    )
    titles = pl.Series("title", [f"Film number {k} of many" for k in range(FILMS)])
    given = [pl.Series(name, values, dtype=MOVIES[name]) for name, values in columns.items()]
    return films.with_columns(titles, *given)


def some() -> pl.DataFrame:
    rng = np.random.default_rng(0)
    year = rng.integers(1970, 2015, FILMS)
    budget = np.round(10 ** (6 + (year - 1970) / 30 + rng.normal(0, 0.1, FILMS))).astype(int)
    return catalogue(
        year=year.tolist(),
        release_date=[date(int(y), 7, 1 + k % 28) for k, y in enumerate(year)],
        budget=[None if k % 5 == 0 else int(b) for k, b in enumerate(budget)],
        runtime=rng.normal(110, 20, FILMS).tolist(),
        genres=[["Drama"] if k % 3 else ["Comedy", "Crime"] for k in range(FILMS)],
        directors=[[f"Director {k % 97}"] for k in range(FILMS)],
        revenue=(budget * 3).tolist(),
    )


def test_a_release_date_is_taken_apart():
    movies = catalogue(
        release_date=[date(1999, 12, 31)] + [date(2000, 6, 2)] * (FILMS - 1),
        year=[1999] + [2000] * (FILMS - 1),
    )
    found = attributes(movies)
    assert found.select("year", "decade", "season", "weekday").row(0) == (
        1999.0,
        "1990",
        "winter",
        "Friday",
    )
    assert found.select("decade", "season").row(1) == ("2000", "summer")


def test_a_franchise_is_told_by_its_titles():
    titles = ["Alien", "Alien 3", "Alien: Resurrection", "Rocky", "Rocky IV", "Heat", "It", "It 2"]
    movies = catalogue().head(len(titles)).with_columns(title=pl.Series(titles))
    assert attributes(movies)["franchise"].to_list() == [1, 1, 1, 1, 1, 0, 0, 0]


def test_the_return_is_revenue_over_budget_and_zero_is_unknown():
    movies = (
        catalogue()
        .head(4)
        .with_columns(
            budget=pl.Series([10_000, 0, 2_000_000, 10_000], dtype=pl.Int64),
            revenue=pl.Series([1_000_000, 5, 0, None], dtype=pl.Int64),
        )
    )
    found = attributes(movies)["return on budget"].to_list()
    assert found == [pytest.approx(2.0), None, None, None]


def test_what_is_known_of_no_film_is_no_column():
    assert attributes(catalogue()).columns == [
        "item_id",
        "title length",
        "franchise",
    ]


def test_every_value_is_a_finite_number_and_named():
    prepared, values = prepare(attributes(some()), np.ones(FILMS), np.random.default_rng(0))
    assert values.shape == (FILMS, len(prepared.names))
    assert np.isfinite(values).all()
    assert {"budget", "unknown: budget", "season_summer", "director", "genre: Crime"} <= set(
        prepared.names
    )
    k = prepared.names.index("unknown: budget")
    assert values[:, k].tolist() == [float(n % 5 == 0) for n in range(FILMS)]


def test_what_is_known_only_afterwards_stays_out():
    table, target = attributes(some()), np.ones(FILMS)
    assert not set(prepare(table, target, np.random.default_rng(0))[0].names) & set(AFTERWARDS)
    allowed, _ = prepare(table, target, np.random.default_rng(0), afterwards=True)
    assert {"revenue", "return on budget"} <= set(allowed.names)


def test_an_encoding_does_not_see_the_films_own_target():
    """Directors of four films each and targets that are noise: nothing is to be learnt."""
    target = np.random.default_rng(1).normal(size=FILMS)
    prepared, values = prepare(attributes(some()), target, np.random.default_rng(0))
    own = values[:, prepared.names.index("director")]
    # The correlation of two random columns has the standard error 1 / sqrt(films).
    assert np.corrcoef(own, target)[0, 1] < 3 / np.sqrt(FILMS)
    leaking = prepared.values(attributes(some()))[:, prepared.names.index("director")]
    assert np.corrcoef(leaking, target)[0, 1] > 0.3


def test_an_encoding_learns_what_there_is():
    target = np.array([float(k % 97 < 40) for k in range(FILMS)])
    prepared, values = prepare(attributes(some()), target, np.random.default_rng(0))
    assert np.corrcoef(values[:, prepared.names.index("director")], target)[0, 1] > 0.8


def test_unknown_budgets_are_told_by_the_year_where_it_tells_them():
    prepared, values = prepare(attributes(some()), np.ones(FILMS), np.random.default_rng(0))
    budget = next(filled for filled in prepared.filled if filled.column == "budget")
    assert budget.unknown == FILMS // 5
    assert budget.by_model < 0.5
    assert budget.by_rule > 0.8
    assert prepared.filling == "model"
    unknown = np.arange(FILMS) % 5 == 0
    year, told = (values[unknown, prepared.names.index(name)] for name in ("year", "budget"))
    assert np.corrcoef(year, told)[0, 1] > 0.9


def test_unknown_numbers_that_nothing_tells_are_the_median():
    rng = np.random.default_rng(2)
    runtime = [None if k % 4 == 0 else float(m) for k, m in enumerate(rng.lognormal(4, 1, FILMS))]
    # The mean of a lopsided column is farther from most values than its median; the model is near
    # the mean where the other columns tell nothing. Either way no error is above that of a guess.
    prepared, _ = prepare(
        attributes(catalogue(runtime=runtime)), np.ones(FILMS), np.random.default_rng(0)
    )
    told = next(filled for filled in prepared.filled if filled.column == "runtime")
    assert prepared.filling == ("model" if told.by_model < told.by_rule else "rule")


def test_films_never_seen_get_numbers_too():
    prepared, _ = prepare(attributes(some()), np.ones(FILMS), np.random.default_rng(0))
    new = (
        some()
        .head(3)
        .with_columns(
            directors=pl.Series([["Nobody"], None, ["Director 1"]]),
            genres=pl.Series([["Sung in Esperanto"], None, ["Crime"]]),
            budget=pl.lit(None, pl.Int64),
            year=pl.lit(2031, pl.Int32),
        )
    )
    values = prepared.values(attributes(some()).head(0).vstack(_like(attributes(some()), new)))
    assert values.shape == (3, len(prepared.names))
    assert np.isfinite(values).all()
    assert values[:, prepared.names.index("genre: Crime")].tolist() == [0, 0, 1]


def _like(table: pl.DataFrame, movies: pl.DataFrame) -> pl.DataFrame:
    found = attributes(movies)
    missing = [
        pl.lit(None, table[n].dtype).alias(n) for n in table.columns if n not in found.columns
    ]
    return found.with_columns(*missing).select(table.columns)


def test_films_of_which_nothing_is_known_are_refused():
    nothing = catalogue().with_columns(title=pl.lit(None, pl.String))
    with pytest.raises(MissingData, match="expected anything known of the films, got nothing"):
        prepare(attributes(nothing), np.ones(FILMS), np.random.default_rng(0))


def test_a_target_that_is_nowhere_known_is_refused():
    with pytest.raises(InputError, match="target: expected 400 values, at least two of them known"):
        prepare(attributes(some()), np.full(FILMS, np.nan), np.random.default_rng(0))
