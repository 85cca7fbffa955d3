# ruff: noqa: D103
"""NDCG of rows of scores."""

import numpy as np


def ndcg(scores, train, test, n=100):
    s = scores.copy()
    s[train.nonzero()] = -np.inf
    top = np.argsort(-s, axis=1)[:, :n]
    t = test.toarray() > 0
    hit = np.take_along_axis(t, top, 1)
    d = 1 / np.log2(np.arange(2, n + 2))
    ideal = np.concatenate([[0], np.cumsum(d)])[np.minimum(t.sum(1), n)]
    return float(((hit * d).sum(1) / ideal)[t.any(1)].mean())
