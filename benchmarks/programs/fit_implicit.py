"""Fit a model of implicit on a split and rank viewers it never saw: folder, model, settings."""

import json
import sys

import numpy as np
from arrays import save
from clock import report, timed
from implicit.cpu.als import AlternatingLeastSquares
from implicit.nearest_neighbours import BM25Recommender, TFIDFRecommender
from matrices import matrix

folder, name, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
MODELS = {"als": AlternatingLeastSquares, "bm25": BM25Recommender, "tfidf": TFIDFRecommender}
train, asked = matrix(folder, "train"), matrix(folder, "history")


def fit() -> object:
    model = MODELS[name](**settings)
    model.fit(train, show_progress=False)
    return model


def ranked(model: object) -> np.ndarray:
    fold_in = {"recalculate_user": True} if name == "als" else {}
    return model.recommend(np.arange(asked.shape[0]), asked, N=100, **fold_in)[0]


model, fit_seconds = timed(fit, 3)
numbers, seconds = timed(lambda: ranked(model), 3)
save(f"{folder}/lists", **{f"implicit-{name}": numbers})
report(seconds=seconds, fit_seconds=fit_seconds)
