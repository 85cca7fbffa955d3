# ruff: noqa: E501
"""NDCG@100, Recall@20 and NDCG@10 of the default blend and als on tune parts: three folds of viewers, and a time split."""

import os
import sys

os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["NUMBA_NUM_THREADS"] = "1"
import numpy as np

from matinee import api
from matinee.api.reading import as_dataset
from matinee.dataset import time_split, user_fold_splits
from matinee.evaluation.accuracy import Hits, ndcg, recall
from matinee.evaluation.measure import Question
from matinee.models import RECIPES

for name in sys.argv[1:]:
    data = as_dataset(api.read(name))
    folds = user_fold_splits(data, np.random.default_rng(0), 5)[:3]
    for how, splits in (("strong", folds), ("time", [time_split(data)])):
        for model in ("blend", "als"):
            row = []
            for k, split in enumerate(splits):
                q = Question.of(split.tune, None)
                fitted = RECIPES[model]().fit(split.tune.train, np.random.default_rng(k))
                h = Hits.of(q.lists(fitted), q.truth)
                row.append([np.nanmean(x) for x in (ndcg(h, 100), recall(h, 20), ndcg(h, 10))])
            print(name, how, model, np.round(np.mean(row, 0), 4), flush=True)
