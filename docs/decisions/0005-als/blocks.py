# ruff: noqa: ARG001, E501, E731, PLR0912, PLR0917
"""iALS++ (Rendle et al. 2021b): Newton steps on blocks of factors, residual-free form with predictions kept per row; NDCG by time."""

import os
import sys

os.environ["OPENBLAS_NUM_THREADS"] = "1"
import time

import numpy as np
from numba import njit, prange
from scipy.sparse import csr_array, load_npz
from score import ndcg

from matinee.kernels.fold_in import fold_in
from matinee.models.als import shared_basis, shares

F32 = np.float32


@njit(parallel=True, fastmath={"reassoc", "contract"}, cache=True)
def half(indptr, numbers, weights, Y, G, ridge, X, b):
    """One pass over the blocks of b factors of each row of X; G = YᵀY + ridge I."""
    K = X.shape[1]
    n = len(X)
    for chunk in prange((n + 15) // 16):
        A = np.empty((b, b), np.float32)
        g = np.empty(b, np.float32)
        for row in range(chunk * 16, min(n, chunk * 16 + 16)):
            x = X[row]
            s, e = indptr[row], indptr[row + 1]
            p = np.empty(e - s, np.float32)
            for k in range(e - s):
                y = Y[numbers[s + k]]
                t = np.float32(0)
                for f in range(K):
                    t += y[f] * x[f]
                p[k] = t
            for a in range(0, K, b):
                for i in range(b):
                    t = np.float32(0)
                    for f in range(K):
                        t += G[a + i, f] * x[f]
                    g[i] = t
                    for j in range(b):
                        A[i, j] = G[a + i, a + j]
                for k in range(e - s):
                    y = Y[numbers[s + k], a : a + b]
                    w = weights[s + k]
                    r = w * p[k] - (np.float32(1) + w)
                    for i in range(b):
                        g[i] += r * y[i]
                        c = w * y[i]
                        for j in range(i + 1):
                            A[i, j] += c * y[j]
                # Cholesky of the lower part, two triangular solves
                for j in range(b):
                    for i in range(j, b):
                        t = A[i, j]
                        for m in range(j):
                            t -= A[i, m] * A[j, m]
                        A[i, j] = np.sqrt(t) if i == j else t / A[j, j]
                for i in range(b):
                    t = g[i]
                    for m in range(i):
                        t -= A[i, m] * g[m]
                    g[i] = t / A[i, i]
                for i in range(b - 1, -1, -1):
                    t = g[i]
                    for m in range(i + 1, b):
                        t -= A[m, i] * g[m]
                    g[i] = t / A[i, i]
                for i in range(b):
                    x[a + i] -= g[i]
                for k in range(e - s):
                    y = Y[numbers[s + k], a : a + b]
                    t = np.float32(0)
                    for i in range(b):
                        t += y[i] * g[i]
                    p[k] -= t


T, S = csr_array(load_npz("train.npz")), load_npz("test.npz")
T.indices = T.indices.astype(np.int32)
h = T[-1000:].copy()
T.data = T.data * F32(7)
for b in map(int, sys.argv[1].split(",")):
    for seed in map(int, sys.argv[2].split(",")):
        rng = np.random.default_rng(seed)
        X = np.zeros((T.shape[0], 128), F32)
        Y = rng.random((T.shape[1], 128), F32) / 100
        gram = lambda M: (M.T @ M + F32(30) * np.eye(128, dtype=F32)).astype(F32)
        half(T.indptr[:101], T.indices, T.data, Y, gram(Y), 30.0, X[:100].copy(), b)
        t0, c0 = time.perf_counter(), time.process_time()
        B = T.T.tocsr()
        w = c = 0
        line = []
        for e in range(15):
            half(T.indptr, T.indices, T.data, Y, gram(Y), 30.0, X, b)
            half(B.indptr, B.indices, B.data, X, gram(X), 30.0, Y, b)
            w += time.perf_counter() - t0
            c += time.process_time() - c0
            if e in (4, 9, 12, 14):
                to, _ = shared_basis(Y, 30.0)
                V = Y @ to
                x = fold_in(
                    (h.indptr, h.indices, 7 * h.data),
                    V,
                    (np.zeros(1000, F32), shares(V)),
                    np.zeros((1000, 128), F32),
                    1280,
                    1e-6,
                )
                line.append(f"{e + 1}: {w:.1f}/{c:.1f}s {ndcg(x @ V.T, h, S):.4f}")
            t0, c0 = time.perf_counter(), time.process_time()
        print(f"blocks of {b} seed {seed}:", "  ".join(line), flush=True)
