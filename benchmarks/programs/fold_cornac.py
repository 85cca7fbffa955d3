"""Scores of Cornac's EASE for viewers it never saw: folder, {"ease": settings}."""

import json
import sys

import numpy as np
from arrays import save
from clock import report
from cornac.data import Dataset
from cornac.models import EASE
from matrices import matrix

folder, models = sys.argv[1], json.loads(sys.argv[2])
likes, asked = matrix(folder, "train"), matrix(folder, "history")
rows, columns = likes.nonzero()
triples = [(f"{user}", f"{item}", 1.0) for user, item in zip(rows, columns, strict=True)]
train = Dataset.from_uir(triples)
model = EASE(**models["ease"], verbose=False).fit(train)
items = np.array([int(item) for item in train.item_ids])
scores = np.zeros(asked.shape, np.float32)
scores[:, items] = asked[:, items] @ np.asarray(model.B)
save(f"{folder}/scores", **{"cornac-ease": scores})
report()
