"""Fit Cornac's EASE on a split and rank viewers it never saw: folder, model, settings.

Cornac ranks viewers of its training alone; the rows of the histories take their place in the
fitted model, which scores by the same product.
"""

import json
import sys

import numpy as np
from arrays import save
from clock import report, timed
from cornac.data import Dataset
from cornac.models import EASE
from matrices import matrix

folder, name, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
likes, asked = matrix(folder, "train"), matrix(folder, "history")
rows, columns = likes.nonzero()
triples = [(f"{user}", f"{item}", 1.0) for user, item in zip(rows, columns, strict=True)]
train = Dataset.from_uir(triples)


def ranked(model: EASE) -> np.ndarray:
    lists = np.full((asked.shape[0], 100), -1, np.int32)
    items = np.array([int(item) for item in train.item_ids])
    own = asked[:, items]
    model.U = own
    for row in range(len(lists)):
        scores = np.asarray(model.U[row] @ model.B).ravel()
        scores[own[row].indices] = -np.inf
        best = np.argpartition(-scores, 100)[:100]
        lists[row] = items[best[np.argsort(-scores[best], kind="stable")]]
    return lists


model, fit_seconds = timed(lambda: EASE(**settings, verbose=False).fit(train), 3)
lists, seconds = timed(lambda: ranked(model), 3)
save(f"{folder}/lists", **{f"cornac-{name}": lists})
report(seconds=seconds, fit_seconds=fit_seconds)
