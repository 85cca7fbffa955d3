"""A data set drawn at random, for what takes as long whatever the films and viewers are."""

import numpy as np
import polars as pl
from histories import vocabulary

from matinee.dataset import Dataset, Histories, Vocabulary
from matinee.models import Als, FittedAls, FittedItemItem, Linear, Soup
from matinee.models.blend import Blend, FittedBlend, blended
from matinee.schema import MOVIES, RatingScale

GENRES = ("Drama", "Comedy", "Thriller", "Action", "Romance", "Horror", "Science Fiction", "Crime")


def dataset(rng: np.random.Generator, films: int, viewers: int, each: int) -> Dataset:
    """Viewers with `each` ratings of films with genres, keywords, people and years."""
    items = vocabulary(films)

    def few(words: int, most: int) -> list[list[str]]:
        """A list of words for each film, common words and rare ones."""
        drawn = np.minimum(rng.zipf(1.3, (films, most)), words)
        return [sorted({f"word{word}" for word in film}) for film in drawn.tolist()]

    genres = rng.integers(0, len(GENRES), (films, 2))
    known = {
        "item_id": items.ids,
        "title": [f"Film {k}" for k in range(films)],
        "year": (1960 + rng.integers(0, 60, films)).astype(np.int32),
        "genres": [sorted({GENRES[a], GENRES[b]}) for a, b in genres.tolist()],
        "keywords": few(2_000, 8),
        "cast": few(9_000, 5),
        "directors": few(4_000, 1),
    }
    movies = pl.DataFrame({name: known.get(name, [None] * films) for name in MOVIES}, schema=MOVIES)
    popularity = 1 / (10 + np.arange(films)) ** 0.8
    rows = np.repeat(np.arange(viewers), each)
    numbers = rng.choice(films, len(rows), p=popularity / popularity.sum())
    rating = rng.choice([1.0, 2.0, 3.0, 4.0, 5.0], len(rows)).astype(np.float32)
    histories = Histories.from_entries(
        items,
        rows,
        numbers,
        viewers,
        strength=np.sign(rating - 3).astype(np.float32),
        rating=rating,
        time=1_500_000_000 + rng.integers(0, 86_400 * 1_000, len(rows)),
    )
    users = Vocabulary(pl.Series([f"u{k}" for k in range(viewers)]))
    return Dataset("bench", users, items, histories, movies, RatingScale(0.5, 5, 0.5))


def more_known(data: Dataset, rng: np.random.Generator) -> Dataset:
    """The same with what a full catalogue knows besides: a ranker's features of all kinds."""
    films = len(data.items)

    def names(kind: str, words: int, most: int) -> pl.Series:
        drawn = np.minimum(rng.zipf(1.3, (films, most)), words)
        return pl.Series([sorted({f"{kind} {word}" for word in film}) for film in drawn.tolist()])

    days = pl.Series(rng.integers(1, 366, films))
    movies = data.movies.with_columns(
        release_date=pl.date(pl.col("year"), 1, 1) + pl.duration(days=days),
        runtime=pl.Series(rng.normal(105, 20, films).clip(40, 240).round()),
        budget=pl.Series(rng.lognormal(16, 1.5, films).astype(np.int64)),
        writers=names("writer", 6_000, 2),
        composers=names("composer", 2_000, 1),
        editors=names("editor", 3_000, 1),
        companies=names("company", 2_000, 2),
        countries=names("country", 50, 1),
        spoken_languages=names("language", 30, 2),
        language=names("language", 30, 1).list.first(),
        overview=pl.Series(["x" * k for k in rng.integers(40, 900, films).tolist()]),
    )
    return Dataset(data.name, data.users, data.items, data.histories, movies, data.scale)


def default_blend(data: Dataset, factors: int, rng: np.random.Generator) -> FittedBlend:
    """Linear, ALS and soup as large as they would be, the first two with random weights."""
    items, films = data.items, len(data.items)
    weights = rng.standard_normal((films, films), np.float32) / np.float32(100)
    scaled = rng.standard_normal((films, factors), np.float32) / np.float32(2 * films**0.5)
    parts = (
        FittedItemItem("linear", Linear(), items, weights),
        FittedAls.of(Als(factors=factors), items, scaled),
        Soup().fit(data, rng),
    )
    return blended(Blend(("linear", "als", "soup"), (1.0, 0.4, 0.4)), parts, data)
