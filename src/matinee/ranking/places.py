"""Candidates in rows: those that are kept, what they are worth, and who follows a list."""

import numpy as np

from matinee.ranking.reranked import RULES

SCALE_PLACE = 100  # relevance is 0 for the film at this place
SCORE = RULES.index("score")


def kept(
    numbers: np.ndarray, scores: np.ndarray, keep: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Candidates that are kept, moved to the front in the order they had."""
    if keep.all():
        return numbers, scores
    order = np.argsort(~keep, axis=1, kind="stable")
    kept = np.take_along_axis(keep, order, axis=1)
    return (
        np.where(kept, np.take_along_axis(numbers, order, axis=1), -1),
        np.where(kept, np.take_along_axis(scores, order, axis=1), -np.inf),
    )


def relevance_of(scores: np.ndarray) -> np.ndarray:
    """Places as relevance, (rows, m) float64: 1 for the best, 0 at `SCALE_PLACE`, by logarithm.

    `scores` do not rise along a row; equal ones share the place of their first. -inf stays.
    """
    if not scores.size:
        return scores.astype(np.float64)
    columns = np.arange(scores.shape[1])
    begins = np.zeros(scores.shape, np.int64)
    begins[:, 1:] = np.where(scores[:, 1:] < scores[:, :-1], columns[1:], 0)
    first = np.maximum.accumulate(begins, axis=1)
    relevance = 1 - np.log1p(columns)[first] / np.log(SCALE_PLACE)
    return np.where(np.isfinite(scores), relevance, -np.inf)


def with_rest(
    order: np.ndarray,
    rules: np.ndarray,
    propensities: np.ndarray,
    numbers: np.ndarray,
    relevance: np.ndarray,
    n: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The list's places without gaps, then the other candidates as ranked, cut at n."""
    places = order.shape[1]
    left = (numbers >= 0) & (relevance > -np.inf)
    at, place = np.nonzero(order >= 0)
    left[at, order[at, place]] = False
    rest = np.argsort(~left, axis=1, kind="stable")
    rest = np.where(np.take_along_axis(left, rest, axis=1), rest, -1)
    if not (order < 0).any():
        rest = rest[:, : max(0, n - places)]
    order = np.concatenate([order, rest], axis=1)
    follows = (rest >= 0).astype(np.float64)
    rules = np.concatenate([rules, np.where(rest >= 0, SCORE, 0)], axis=1)
    propensities = np.concatenate([propensities, follows], axis=1)
    if (order[:, :places] < 0).any():
        closed = np.argsort(order < 0, axis=1, kind="stable")
        order, rules, propensities = (
            np.take_along_axis(x, closed, axis=1) for x in (order, rules, propensities)
        )
    return wider(order[:, :n], n, -1), wider(rules[:, :n], n, 0), wider(propensities[:, :n], n, 0)


def wider(values: np.ndarray, columns: int, filling: float) -> np.ndarray:
    """The rows with more columns of one value at their end; themselves where they are as wide."""
    rows, has = values.shape
    if has >= columns:
        return values
    return np.concatenate([values, np.full((rows, columns - has), filling, values.dtype)], axis=1)
