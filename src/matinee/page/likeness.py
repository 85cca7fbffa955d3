"""Short vectors of films: how alike two are, by what is known of them or by who liked both."""

from typing import Any

import numpy as np
from scipy.sparse import csr_array, diags_array

from matinee.dataset import Dataset
from matinee.errors import MissingData
from matinee.features import content_vectors

_FACTORS = 48
_VIEWERS = 20_000  # of more, as many spread evenly are read
_TASTE = 0.35  # share of who liked both in how alike two films are
_LEAST = 3  # likes of a film that has a place among others


def likeness(content: np.ndarray | None, taste: np.ndarray | None, films: int) -> np.ndarray:
    """Both as one, rows of at most length 1, (films, n) float32; zeros where there is neither."""
    if content is None or taste is None:
        alone = taste if content is None else content
        return np.zeros((films, 1), np.float32) if alone is None else alone
    both = (np.sqrt(1 - _TASTE) * content, np.sqrt(_TASTE) * taste)
    return np.concatenate(both, axis=1).astype(np.float32)


def content_likeness(data: Dataset) -> np.ndarray | None:
    """Unit rows whose products are about the cosines of `content_vectors`, (films, n) float32.

    Zeros where nothing is known of a film; None where nothing is known of any. A truncated
    singular value decomposition.
    """
    try:
        matrix = content_vectors(data.movies).matrix.astype(np.float64)
    except MissingData:
        return None
    factors = min(_FACTORS, *(size - 1 for size in matrix.shape))
    if factors < 1:
        return None
    left, values, _ = _svd(matrix, factors)
    return _unit(left * values)


def taste_likeness(data: Dataset) -> np.ndarray | None:
    """Unit rows, alike where the same viewers liked both, (films, n) float32; None without likes.

    Factors of likes over √(likes of the viewer · of the film), without the first, which tells
    popular from unpopular films and nothing of taste. Zeros for films with fewer than three likes.
    """
    liked = data.histories.liked()
    if liked.shape[0] > _VIEWERS:
        liked = liked[np.linspace(0, liked.shape[0] - 1, _VIEWERS).astype(np.int64)]
    likes = np.bincount(liked.indices, minlength=liked.shape[1])
    enough = np.flatnonzero(likes >= _LEAST)
    factors = min(_FACTORS + 1, len(enough) - 1, liked.shape[0] - 1)
    if factors < 2:
        return None
    matrix = csr_array(liked[:, enough]).astype(np.float64)
    matrix.data[:] = 1.0
    viewers = 1 / np.sqrt(np.maximum(np.diff(matrix.indptr), 1))
    films = 1 / np.sqrt(likes[enough])
    scaled = diags_array(viewers) @ matrix @ diags_array(films)
    _, values, right = _svd(scaled, factors)
    vectors = np.zeros((len(data.items), factors - 1), np.float32)
    vectors[enough] = _unit((right.T * values)[:, 1:])
    return vectors


def _svd(matrix: Any, factors: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    # A second to import, which a service that starts has not.
    from sklearn.utils.extmath import randomized_svd  # noqa: PLC0415

    left, values, right = randomized_svd(matrix, factors, n_iter=3, random_state=0)
    return left, values, right


def _unit(rows: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    known = lengths > 1e-9
    return np.where(known, rows / np.where(known, lengths, 1), 0).astype(np.float32)
