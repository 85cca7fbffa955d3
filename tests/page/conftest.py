"""A catalogue large enough for themes, and viewers over three years, one of them without a film."""

import numpy as np
import polars as pl
import pytest

from matinee.dataset import Dataset
from matinee.models import RECIPES
from matinee.models.protocols import Scorer
from matinee.page import PageMaker
from matinee.schema import MOVIES, RATINGS, RatingScale, Tables

GENRES = ["Drama", "Comedy", "Horror", "Science Fiction", "Romance"]
START, DAYS = 1_400_000_000, 1_100


def tables(films: int = 150, viewers: int = 90, seed: int = 0, known: bool = True) -> Tables:
    """Viewers like two of five genres; f0 is the most popular film and f149 nobody has seen."""
    rng = np.random.default_rng(seed)
    genre = rng.integers(0, len(GENRES), (films, 2))
    popularity = 1 / np.arange(2, films + 2) ** 0.7
    popularity[-1] = 0
    rows = []
    for viewer in range(viewers):
        taste = rng.integers(0, len(GENRES), 2)
        fits = np.isin(genre, taste).any(axis=1)
        weight = popularity * np.where(fits, 3.0, 1.0)
        seen = rng.choice(films, rng.integers(8, 40), replace=False, p=weight / weight.sum())
        for film in seen:
            stars = np.clip(np.round(2 * (3.0 + 1.3 * fits[film] + rng.normal(0, 0.6))) / 2, 0.5, 5)
            time = START + int(rng.integers(0, 86_400 * DAYS))
            rows.append((f"v{3 * viewer + 1}", f"f{film}", float(stars), time))
    movies = pl.DataFrame({"item_id": [f"f{k}" for k in range(films)]}).with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in MOVIES.items() if name != "item_id"
    )
    if known:
        words = ["dystopia", "robot", "wedding", "ghost", "duringcreditsstinger", "nudity"]
        movies = movies.with_columns(
            title=pl.Series([f"Film {k}" for k in range(films)]),
            year=pl.Series(rng.integers(1981, 2018, films)).cast(pl.Int32),
            genres=pl.Series([sorted({GENRES[a], GENRES[b]}) for a, b in genre.tolist()]),
            keywords=pl.Series([[words[k % 6], words[(k // 6) % 6]] for k in range(films)]),
            directors=pl.Series([[f"Director {k % 40}"] for k in range(films)]),
        )
    ratings = pl.DataFrame(rows, schema=RATINGS, orient="row")
    return Tables("rows", movies, ratings, RatingScale(0.5, 5, 0.5))


def dataset(**settings: object) -> Dataset:
    """The data set of `tables`, in which viewer number 7 has seen nothing."""
    full = Dataset.from_tables(tables(**settings))  # type: ignore[arg-type]
    return full.with_histories(full.histories.where(full.histories.entry_rows != 7))


def fitted(data: Dataset) -> Scorer:
    recipe = RECIPES["blend"](("linear:ridge=20", "als:factors=8"), (1.0, 0.5))
    scorer: Scorer = recipe.fit(data, np.random.default_rng(0))
    return scorer


@pytest.fixture(scope="session")
def films() -> Dataset:
    return dataset()


@pytest.fixture(scope="session")
def model(films: Dataset) -> Scorer:
    return fitted(films)


@pytest.fixture(scope="session")
def maker(films: Dataset, model: Scorer) -> PageMaker:
    return PageMaker.of(model, films)


@pytest.fixture(scope="session")
def bare_films() -> Dataset:
    """The same viewers; of the films nothing is known but their ids."""
    return dataset(known=False)


@pytest.fixture(scope="session")
def bare_maker(bare_films: Dataset) -> PageMaker:
    return PageMaker.of(fitted(bare_films), bare_films)
