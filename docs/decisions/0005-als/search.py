# ruff: noqa: B905, E501
"""Figures on the tune parts of three folds, and differences to the first of the settings (factors,alpha,ridge,frequency)."""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["NUMBA_NUM_THREADS"] = "1"
import sys
import time

import numpy as np

from matinee import api
from matinee.api.reading import as_dataset
from matinee.dataset import user_fold_splits
from matinee.evaluation.accuracy import Hits, ndcg, recall
from matinee.evaluation.measure import Question
from matinee.models.als import Als

name, end = sys.argv[1], time.time() + float(sys.argv[2])
data = as_dataset(api.read(name))
grid = [tuple(map(float, settings.split(","))) for settings in sys.argv[3:]]
stages = [s.tune for s in user_fold_splits(data, np.random.default_rng(0), 5)[:3]]
qs = [Question.of(s, None) for s in stages]
out = {}
for f, a, r, v in grid:
    row = []
    for k, (s, q) in enumerate(zip(stages, qs)):
        h = Hits.of(
            q.lists(
                Als(factors=int(f), alpha=float(a), ridge=float(r), frequency=float(v)).fit(
                    s.train, np.random.default_rng(k)
                )
            ),
            q.truth,
        )
        row.append((np.nanmean(ndcg(h, 100)), np.nanmean(recall(h, 20)), np.nanmean(ndcg(h, 10))))
    row = np.array(row)
    out[f, a, r, v] = row
    d = (row - out[grid[0]])[:, 0]
    print(
        f"{name[:4]} f={f} a={a} r={r} nu={v}: ndcg100 {row[:, 0].mean():.4f} recall20 {row[:, 1].mean():.4f} ndcg10 {row[:, 2].mean():.4f}  diff ndcg100 by fold {np.round(d, 4)}",
        flush=True,
    )
    if time.time() > end:
        break
