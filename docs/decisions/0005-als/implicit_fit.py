# ruff: noqa: E501
"""Fit time and NDCG@100 of implicit."""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"
import resource
import time

import numpy as np
from implicit.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix, load_npz
from score import ndcg

T, S = csr_matrix(load_npz("train.npz")), load_npz("test.npz")
for seed in (1, 2, 3):
    m = AlternatingLeastSquares(
        factors=128, regularization=30.0, alpha=8.0, iterations=15, random_state=seed, num_threads=2
    )
    t = time.perf_counter()
    c = time.process_time()
    m.fit(T, show_progress=False)
    t = time.perf_counter() - t
    c = time.process_time() - c
    h = T[-1000:]
    x = m.recalculate_user(np.arange(13000, 14000), h)
    print(
        f"implicit fit {t:.1f} s wall {c:.1f} s cpu ndcg {ndcg(np.asarray(x @ m.item_factors.T), h, S):.4f} peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB",
        flush=True,
    )
