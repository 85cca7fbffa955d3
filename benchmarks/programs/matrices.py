"""The matrices of a split, as every peer takes them."""

import numpy as np
from arrays import load
from scipy.sparse import csr_matrix


def matrix(folder: str, part: str) -> csr_matrix:
    """(rows, items) of ones: "train", "history" or "truth"."""
    indptr, numbers, items = load(folder, f"{part}_indptr", f"{part}_numbers", "items")
    shape = len(indptr) - 1, int(items)
    return csr_matrix((np.ones(len(numbers), np.float32), numbers, indptr), shape=shape)
