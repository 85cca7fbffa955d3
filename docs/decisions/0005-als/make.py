# ruff: noqa: D103, E741
"""2M-shaped long-tailed low-rank likes: train.npz, and test rows with 20 % hidden."""

import numpy as np
from scipy.sparse import csr_array, save_npz

rng = np.random.default_rng(0)
U, I, N, K = 14000, 5000, 2_000_000, 24
Y = rng.normal(size=(I, K)) / np.sqrt(K)
X = rng.normal(size=(U, K))
pop = -0.9 * np.log(np.arange(1, I + 1) + 20)[rng.permutation(I)]
n = rng.lognormal(0, 1, U)
n = np.clip(n / n.sum() * N, 10, I // 3).astype(int)
n = np.maximum(10, (n * N / n.sum()).astype(int)).clip(max=I // 2)
cols = []
for a in range(0, U, 500):
    s = 2.2 * X[a : a + 500] @ Y.T + pop + rng.gumbel(size=(min(500, U - a), I))
    o = np.argsort(-s, axis=1)
    cols += [np.sort(o[k, : n[a + k]]) for k in range(len(o))]
indptr = np.concatenate([[0], np.cumsum(n)])
ind = np.concatenate(cols).astype(np.int32)
row = np.repeat(np.arange(U), n)
hid = (row >= U - 1000) & (rng.random(len(ind)) < 0.2)


def m(k):
    return csr_array((np.ones(k.sum(), np.float32), (row[k], ind[k])), shape=(U, I))


save_npz("train.npz", m(~hid))
save_npz("test.npz", m(hid)[U - 1000 :])
print(len(ind), n.max(), np.bincount(ind).max())
