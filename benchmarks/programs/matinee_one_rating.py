"""One viewer's predicted ratings for every film: python matinee_one_rating.py films.

A factorisation machine as large as the default one, its arrays at random: what it predicts takes
as long whatever they say. The viewer has 100 ratings on ten days.
"""

import sys

import numpy as np
import polars as pl
from clock import report, timed

from matinee.dataset import Histories, Vocabulary
from matinee.models.fm import FittedFm, Fm

films = int(sys.argv[1])
rng, recipe = np.random.default_rng(0), Fm()
size, draws = recipe.factors + 1, recipe.draws
shape = (films, size, draws)
root = rng.normal(0, 0.1, (films + 1, size, size)).astype(np.float32)
items = Vocabulary(pl.Series([f"i{k}" for k in range(films)]))
model = FittedFm(
    recipe,
    items,
    rng.normal(0, 0.3, shape).astype(np.float32),
    rng.normal(0, 0.3, (films + 1, *shape[1:])).astype(np.float32),
    root @ root.transpose(0, 2, 1),
    rng.normal(0, 0.1, shape).astype(np.float32),
    np.stack([np.zeros(shape[1:]), np.full(shape[1:], 5.0)]),
    np.stack([np.full(draws, 2.0), np.full(draws, 0.05), np.full(draws, 6.0)]),
    np.array([3.5, 1.0, 0.5, 5.0]),
)
rated = np.sort(rng.choice(films, 100, replace=False))
history = Histories.from_entries(
    items,
    np.zeros(100, np.int32),
    rated.astype(np.int32),
    1,
    strength=np.ones(100, np.float32),
    rating=rng.choice([2.0, 3.0, 4.0, 5.0], 100).astype(np.float32),
    time=86_400 * (1 + np.arange(100) // 10),
)
asked = np.zeros(films, np.int64), np.arange(films), np.full(films, 86_400 * 99)
model.score(history)
model.predict(history, *asked)  # compiles
_, scored = timed(lambda: model.score(history), 200)
_, predicted = timed(lambda: model.predict(history, *asked), 200)
report(seconds=scored, predict_seconds=predicted)
