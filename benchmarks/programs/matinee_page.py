"""Seconds of a whole page of one viewer with 100 films, of 20,000: python matinee_page.py.

The default blend (linear, ALS, soup) with random weights of its size: what a page takes is the same
whatever they say. Films with genres, keywords, people and years, viewers with tastes.
"""

import numpy as np
import polars as pl
from clock import report, timed
from histories import vocabulary

from matinee.dataset import Dataset, Histories, Vocabulary
from matinee.models import Als, FittedAls, FittedItemItem, Linear, Soup
from matinee.models.blend import Blend, blended
from matinee.page import PageMaker
from matinee.schema import MOVIES, RatingScale

ITEMS, FILMS, FACTORS, VIEWERS = 20_000, 100, 128, 3_000
GENRES = ("Drama", "Comedy", "Thriller", "Action", "Romance", "Horror", "Science Fiction", "Crime")
rng = np.random.default_rng(0)
items = vocabulary(ITEMS)


def few(words: int, most: int) -> list[list[str]]:
    """A list of words for each film, common words and rare ones."""
    drawn = np.minimum(rng.zipf(1.3, (ITEMS, most)), words)
    return [sorted({f"word{word}" for word in film}) for film in drawn.tolist()]


genres = rng.integers(0, len(GENRES), (ITEMS, 2))
known = {
    "item_id": items.ids,
    "title": [f"Film {k}" for k in range(ITEMS)],
    "year": (1960 + rng.integers(0, 60, ITEMS)).astype(np.int32),
    "genres": [sorted({GENRES[a], GENRES[b]}) for a, b in genres.tolist()],
    "keywords": few(2_000, 8),
    "cast": few(9_000, 5),
    "directors": few(4_000, 1),
}
movies = pl.DataFrame({name: known.get(name, [None] * ITEMS) for name in MOVIES}, schema=MOVIES)
popularity = 1 / (10 + np.arange(ITEMS)) ** 0.8
rows = np.repeat(np.arange(VIEWERS), FILMS)
films = rng.choice(ITEMS, len(rows), p=popularity / popularity.sum())
rating = rng.choice([1.0, 2.0, 3.0, 4.0, 5.0], len(rows)).astype(np.float32)
histories = Histories.from_entries(
    items,
    rows,
    films,
    VIEWERS,
    strength=np.sign(rating - 3).astype(np.float32),
    rating=rating,
    time=1_500_000_000 + rng.integers(0, 86_400 * 1_000, len(rows)),
)
users = Vocabulary(pl.Series([f"u{k}" for k in range(VIEWERS)]))
data = Dataset("bench", users, items, histories, movies, RatingScale(0.5, 5, 0.5))
weights = rng.standard_normal((ITEMS, ITEMS), np.float32) / np.float32(100)
factors = rng.standard_normal((ITEMS, FACTORS), np.float32) / np.float32(2 * ITEMS**0.5)
parts = (
    FittedItemItem("linear", Linear(), items, weights),
    FittedAls.of(Als(factors=FACTORS), items, factors),
    Soup().fit(data, rng),
)
model = blended(Blend(("linear", "als", "soup"), (1.0, 0.4, 0.4)), parts, data)
maker, prepared = timed(lambda: PageMaker.of(model, data))
viewers = iter(range(VIEWERS))
timed(lambda: maker.page(histories.take(np.array([next(viewers)]))), 20)  # compiles
page, seconds = timed(lambda: maker.page(histories.take(np.array([next(viewers)]))), 200)
cards = sum(len(row.cards) for row in page.rows)
report(seconds=seconds, prepared=prepared, rows=len(page.rows), cards=cards)
