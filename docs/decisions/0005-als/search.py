# ruff: noqa: B905, E501
"""Figures on the tune parts of three folds of viewers: data, share, then settings (factors,alpha,ridge,frequency[,unit]).

A share below 1 draws viewers, one below 0 ratings. With ",unit" the ridge counts as Als.ridge does, else it stands in the sum.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["NUMBA_NUM_THREADS"] = "1"
import sys

import numpy as np

from matinee import api
from matinee.api.reading import as_dataset
from matinee.dataset import user_fold_splits
from matinee.evaluation.accuracy import Hits, ndcg, recall
from matinee.evaluation.measure import Question
from matinee.models.als import Als, ridge_unit

name, share = sys.argv[1], float(sys.argv[2])
data = as_dataset(api.read(name))
rng = np.random.default_rng(7)
if 0 < share < 1:
    users = data.histories.rows
    data = data.take_users(np.sort(rng.choice(users, int(share * users), replace=False)))
elif share < 0:
    kept = rng.random(data.histories.entries) < -share
    data = data.with_histories(data.histories.where(kept))
stages = [s.tune for s in user_fold_splits(data, np.random.default_rng(0), 5)[:3]]
qs = [Question.of(s, None) for s in stages]
for text in sys.argv[3:]:
    f, a, r, v = map(float, text.split(",")[:4])
    row = []
    for k, (s, q) in enumerate(zip(stages, qs)):
        ridge = r if text.endswith("unit") else r / ridge_unit(s.train.histories.liked())
        recipe = Als(factors=int(f), alpha=a, ridge=ridge, frequency=v)
        h = Hits.of(q.lists(recipe.fit(s.train, np.random.default_rng(k))), q.truth)
        row.append((np.nanmean(ndcg(h, 100)), np.nanmean(recall(h, 20)), np.nanmean(ndcg(h, 10))))
    row = np.array(row)
    print(
        f"{name} {share:g} {text}: ndcg100 {row[:, 0].mean():.4f} recall20 {row[:, 1].mean():.4f} ndcg10 {row[:, 2].mean():.4f}  ndcg100 by fold {np.round(row[:, 0], 4)}",
        flush=True,
    )
