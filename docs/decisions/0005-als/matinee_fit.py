"""Time and NDCG@100 of matinee by epoch, so many steps a half epoch."""

import os
import sys

os.environ["OPENBLAS_NUM_THREADS"] = "1"
import time

import numpy as np
from scipy.sparse import csr_array, load_npz
from score import ndcg
from threadpoolctl import threadpool_limits

from matinee.kernels.fold_in import fold_in
from matinee.models import als
from matinee.models.als import Als, shared_basis, shares

T, S = csr_array(load_npz("train.npz")), load_npz("test.npz")
T.indices = T.indices.astype(np.int32)
h = T[-1000:].copy()
T.data = T.data * np.float32(7)
for steps, seed in [(s, k) for k in (1, 2, 3) for s in map(int, sys.argv[1:])]:
    als._TRAINING_STEPS = steps
    r = Als()
    rng = np.random.default_rng(seed)
    users = np.zeros((T.shape[0], 128), np.float32)
    items = rng.random((T.shape[1], 128), np.float32) / 100
    r._half(T[:100], users[:100].copy(), items, 30.0)
    t0, c0 = time.perf_counter(), time.process_time()
    by_item = T.T.tocsr()
    w = c = 0
    line = []
    for e in range(15):
        with threadpool_limits(1, "blas"):
            r._half(T, users, items, 30.0)
            r._half(by_item, items, users, 30.0)
        w += time.perf_counter() - t0
        c += time.process_time() - c0
        if e >= 9:
            to, _ = shared_basis(items, 30.0)
            b = items @ to
            x = fold_in(
                (h.indptr, h.indices, 7 * h.data),
                b,
                (np.zeros(1000, np.float32), shares(b)),
                np.zeros((1000, 128), np.float32),
                1280,
                1e-6,
            )
            line.append(f"{e + 1}: {w:.1f}/{c:.1f}s {ndcg(x @ b.T, h, S):.4f}")
        t0, c0 = time.perf_counter(), time.process_time()
    print(f"seed {seed} steps {steps}:", "  ".join(line), flush=True)
