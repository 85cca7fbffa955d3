"""Fit matinee on a fold of ratings and predict the rest: folder, model, settings as JSON."""

import json
import sys
from dataclasses import replace

import numpy as np
import polars as pl
from arrays import load, save
from clock import report, timed

from matinee.dataset import Dataset, Histories, Vocabulary
from matinee.models import RECIPES
from matinee.schema import RatingScale

folder, name, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
recipe = RECIPES[name](**settings)
shape, scale, users, items, ratings, times = load(
    folder, "shape", "scale", "users", "items", "ratings", "times"
)
test_users, test_items, test_times = load(folder, "test_users", "test_items", "test_times")
movies = pl.read_parquet(f"{folder}/movies.parquet")
films = Vocabulary(movies["item_id"])
histories = Histories.from_entries(
    films,
    users,
    items,
    int(shape[0]),
    strength=np.ones(len(users), np.float32),
    rating=ratings,
    time=times,
    as_of=int(max(times.max(), test_times.max())),
)
people = Vocabulary(pl.Series([f"u{k}" for k in range(shape[0])]))
data = Dataset("fold", people, films, histories, movies, RatingScale(*scale, 0.5))
short = {"epochs": 4, "draws": 1}
brief = replace(recipe, **{key: short[key] for key in short if hasattr(recipe, key)})
first = brief.fit(data, np.random.default_rng(0))
first.predict(histories, test_users[:600], test_items[:600], test_times[:600])  # compiles
model, fit_seconds = timed(lambda: recipe.fit(data, np.random.default_rng(0)))
(mean, deviation), seconds = timed(
    lambda: model.predict(histories, test_users, test_items, test_times)
)
save(folder, **{f"{sys.argv[4]}_mean": mean, f"{sys.argv[4]}_deviation": deviation})
report(fit_seconds=fit_seconds, seconds=seconds)
