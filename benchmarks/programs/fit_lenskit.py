"""Fit a LensKit model on a split and rank viewers it never saw: folder, model, settings."""

import json
import sys

import numpy as np
import pandas as pd
from arrays import load, save
from clock import report, timed
from lenskit import batch
from lenskit.als import ImplicitMFScorer
from lenskit.data import ItemList, RecQuery, from_interactions_df
from lenskit.knn.ease import EASEScorer
from lenskit.pipeline import topn_pipeline

folder, name, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
indptr, numbers = load(folder, "train_indptr", "train_numbers")
users = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
train = from_interactions_df(pd.DataFrame({"user_id": users, "item_id": numbers}))
STRANGER = 10_000_000  # ids that the training lacks
starts, entries = load(folder, "history_indptr", "history_numbers")
SCORERS = {"ease": EASEScorer, "als": ImplicitMFScorer}
queries = [
    RecQuery(
        user_id=STRANGER + row, user_items=ItemList(item_ids=entries[starts[row] : starts[row + 1]])
    )
    for row in range(len(starts) - 1)
]


def fit() -> object:
    pipeline = topn_pipeline(SCORERS[name](**settings), n=100)
    pipeline.train(train)
    return pipeline


pipeline, fit_seconds = timed(fit, 3)
lists, seconds = timed(lambda: batch.recommend(pipeline, queries, n=100, n_jobs=1))
ranked = np.full((len(queries), 100), -1, np.int32)
for row in range(len(queries)):
    found = lists.lookup(user_id=STRANGER + row).ids()
    ranked[row, : len(found)] = found
save(f"{folder}/lists", **{f"lenskit-{name}": ranked})
report(seconds=seconds, fit_seconds=fit_seconds)
