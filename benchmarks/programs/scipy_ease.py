"""Seconds of SciPy for the two steps of EASE: folder, "gram" or "solve"."""

import sys

import numpy as np
from arrays import load
from clock import report, timed
from scipy.linalg import lapack
from scipy.sparse import csr_array

folder, step = sys.argv[1:]


def invert(matrix: np.ndarray) -> np.ndarray:
    factor, failed = lapack.spotrf(matrix, lower=1, clean=0, overwrite_a=1)
    inverse, also_failed = lapack.spotri(factor, lower=1, overwrite_c=1)
    if failed or also_failed:
        raise SystemExit("LAPACK: expected a positive definite matrix")
    return inverse


if step == "gram":
    indptr, indices = load(f"{folder}/ease", "indptr", "indices")
    X = csr_array((np.ones(len(indices), np.float32), indices, indptr))
    _, seconds = timed(lambda: X.T @ X)
else:
    (G,) = load(f"{folder}/ease", "gram")
    invert(np.eye(100, dtype=np.float32, order="F"))
    _, seconds = timed(lambda: invert(G.T))
report(seconds=seconds)
