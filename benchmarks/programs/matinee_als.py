"""Seconds of ALS until its lists are good enough: folder, NDCG@100 to reach, epochs, first epochs.

The epochs are the least from the first (by default 1) that reach it; the seconds are those of one
whole fit with that many.
"""

import sys

import numpy as np
from clock import report, timed
from histories import dataset, histories
from quality import ndcg

from matinee.models import Als

folder, target, most = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
first = int(sys.argv[4]) if len(sys.argv) > 4 else 1
train = histories(folder, "seen")
train = train.where(train.strength > 0)


def fit(rows: int, epochs: int) -> object:
    recipe = Als(factors=128, alpha=8.0, ridge=30.0, epochs=epochs)
    return recipe.fit(dataset(train.slice(0, rows)), np.random.default_rng(0))


fit(1000, 1)
trail = []
for epochs in range(first, most + 1):
    model, seconds = timed(lambda epochs=epochs: fit(train.rows, epochs))
    factors = np.zeros((len(train.items), 128), np.float32)
    factors[train.items.numbers(model.items.ids)] = model.factors
    found = ndcg(folder, model.users(train.slice(0, 5000)), factors)
    trail.append({"epochs": epochs, "seconds": seconds[0], "ndcg@100": found})
    if found >= target:
        break
report(seconds=[trail[-1]["seconds"]], reached=trail[-1]["ndcg@100"] >= target, trail=trail)
