"""Seconds of matinee's ALS on the same likes as implicit's: folder, epochs."""

import sys

import numpy as np
from arrays import save
from clock import report, timed
from histories import dataset, likes

from matinee.models import Als, FittedAls
from matinee.models.als import ridge_unit

folder, epochs = sys.argv[1], int(sys.argv[2])
train = likes(folder)


def fit(rows: int, epochs: int) -> FittedAls:
    some = train.slice(0, rows)
    ridge = 30 / ridge_unit(some.liked())  # implicit's 30
    recipe = Als(factors=128, alpha=8.0, ridge=ridge, epochs=epochs)
    return recipe.fit(dataset(some), np.random.default_rng(0))


fit(1000, 1)
model, seconds = timed(lambda: fit(train.rows, epochs))
factors = np.zeros((len(train.items), 128), np.float32)
factors[train.items.numbers(model.items.ids)] = model.factors
save(f"{folder}/als-matinee", users=model.users(train.slice(0, 5000)), factors=factors)
report(seconds=seconds)
