"""Seconds of implicit's ALS (conjugate gradients) on the same likes: folder, epochs."""

import sys

import numpy as np
from arrays import load, save
from clock import report, timed
from implicit.cpu.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix

folder, epochs = sys.argv[1], int(sys.argv[2])
indptr, numbers, items = load(folder, "likes_indptr", "likes_numbers", "items")
likes = csr_matrix(
    (np.ones(len(numbers), np.float32), numbers, indptr.astype(np.int32)),
    shape=(len(indptr) - 1, int(items)),
)


def fit(rows: int, iterations: int) -> AlternatingLeastSquares:
    model = AlternatingLeastSquares(
        factors=128, regularization=30.0, alpha=8.0, iterations=iterations, random_state=0
    )
    model.fit(likes[:rows], show_progress=False)
    return model


fit(1000, 1)
fitted, seconds = timed(lambda: fit(likes.shape[0], epochs))
save(f"{folder}/als-implicit", users=fitted.user_factors[:5000], factors=fitted.item_factors)
report(seconds=seconds)
