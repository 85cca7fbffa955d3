"""Whether data is exactly what something was learnt from."""

import hashlib

import numpy as np

from matinee.dataset import Dataset


def fingerprint(data: Dataset) -> str:
    """SHA-256 of what models learn from: ids, histories, and the films' descriptions."""
    digest = hashlib.sha256()
    histories = data.histories
    arrays = (histories.indptr, histories.numbers, histories.strength, histories.rating)
    for array in (*arrays, histories.time):
        digest.update(np.ascontiguousarray(array).data)
    for ids in (data.users.ids, data.items.ids):
        digest.update("\n".join(ids).encode())
    described = data.movies.hash_rows(seed=0).to_numpy()
    digest.update(np.ascontiguousarray(described).data)
    return digest.hexdigest()
