# ruff: noqa: D101, D103, E501, E731, E741, RUF015, SIM115
"""Peak memory of one epoch on 20M-shaped entries."""

import os
import sys

os.environ["OPENBLAS_NUM_THREADS"] = "1"
import resource
import time

import numpy as np
from scipy.sparse import csr_matrix

rss = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def now():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 2**20


U, I, N = 138000, 27000, 20_000_000
rng = np.random.default_rng(0)
n = rng.lognormal(0, 1, U)
n = (n / n.sum() * N).astype(int).clip(5, 5000)
indptr = np.concatenate([[0], np.cumsum(n)])
cols = np.empty(indptr[-1], np.int32)
keep = np.ones(indptr[-1], bool)
for a in range(0, U, 1000):
    s, e = indptr[a], indptr[min(a + 1000, U)]
    c = (I * rng.random(e - s) ** 2.2).astype(np.int64)
    r = np.repeat(np.arange(n[a : a + 1000].size), n[a : a + 1000])
    o = np.sort(r * I + c)
    cols[s:e] = o % I
    keep[s:e][1:] = np.diff(o) > 0
rows = np.add.reduceat(keep, indptr[:-1])
cols = cols[keep]
indptr = np.concatenate([[0], np.cumsum(rows)])
del keep
if sys.argv[1] == "implicit":
    from implicit.als import AlternatingLeastSquares

    T = csr_matrix((np.ones(len(cols), np.float32), cols, indptr.astype(np.int32)), shape=(U, I))
    del cols, indptr
    warm = csr_matrix(T[:100])
    AlternatingLeastSquares(factors=128, iterations=1, num_threads=2).fit(warm, show_progress=False)
    run = lambda: AlternatingLeastSquares(
        factors=128, regularization=30.0, alpha=8.0, iterations=1, num_threads=2
    ).fit(T, show_progress=False)
else:
    import polars as pl

    from matinee.dataset import NO_TIME, Histories, Vocabulary
    from matinee.models.als import Als

    v = Vocabulary(pl.Series([str(k) for k in range(I)]))
    E = len(cols)
    h = Histories(
        v,
        indptr,
        cols,
        np.broadcast_to(np.float32(1), E),
        np.broadcast_to(np.float32(np.nan), E),
        np.broadcast_to(NO_TIME, E),
        np.broadcast_to(NO_TIME, U),
    )

    class D:
        pass

    def data(h):
        d = D()
        d.histories = h
        d.items = h.items
        d.rated_items = np.bincount(h.numbers, minlength=I) > 0
        return d

    Als(epochs=1).fit(data(h.slice(0, 100)), rng)
    d = data(h)
    run = lambda: Als(epochs=1).fit(d, rng)
open("/proc/self/clear_refs", "w").write("5")


def hwm():
    return int([l for l in open("/proc/self/status") if l.startswith("VmHWM")][0].split()[1]) / 1024


base = now()
t = time.perf_counter()
c = time.process_time()
run()
print(
    sys.argv[1],
    f"entries given {base:.0f} MB, peak {hwm():.0f} MB, added by fit {hwm() - base:.0f} MB, one epoch {time.perf_counter() - t:.1f} s wall {time.process_time() - c:.1f} s cpu",
    flush=True,
)
