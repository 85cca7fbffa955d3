"""Scores of implicit's models for viewers they never saw: folder, {model: settings}."""

import json
import sys

import numpy as np
from arrays import save
from clock import report
from implicit.cpu.als import AlternatingLeastSquares
from implicit.nearest_neighbours import BM25Recommender, TFIDFRecommender
from matrices import matrix

folder, models = sys.argv[1], json.loads(sys.argv[2])
MODELS = {"als": AlternatingLeastSquares, "bm25": BM25Recommender, "tfidf": TFIDFRecommender}
train, asked = matrix(folder, "train"), matrix(folder, "history")
for name, settings in models.items():
    model = MODELS[name](**settings)
    model.fit(train, show_progress=False)
    if name == "als":
        scores = model.recalculate_user(np.arange(asked.shape[0]), asked) @ model.item_factors.T
    else:
        scores = (asked @ model.similarity).toarray()
    save(f"{folder}/scores", **{f"implicit-{name}": np.asarray(scores, np.float32)})
report()
