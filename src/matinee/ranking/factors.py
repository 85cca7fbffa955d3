"""The best unseen items of viewers whose factors are known: products of factors, ranked."""

import numpy as np

from matinee.dataset import Histories
from matinee.errors import InputError, NumericError
from matinee.kernels.threads import one_blas_thread
from matinee.kernels.top_factors import top_factors

FEW_ROWS = 32  # fewer do not fill a batch of the kernel


def top_of_factors(
    users: np.ndarray,
    factors: np.ndarray,
    histories: Histories,
    n: int,
    allowed: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Numbers (rows, n) int32 and scores of the n best of users · factorsᵀ; -1 and -inf padded.

    Row r of `users` (rows, factors) and `histories` are one viewer, row i of `factors` is item i
    of `histories`. What a history holds is left out, and so is what is not `allowed` (items,) bool.
    Score down, then item number up.
    """
    items = len(histories.items)
    if users.shape != (histories.rows, factors.shape[1]) or len(factors) != items:
        raise InputError(
            f"factors: expected ({histories.rows}, n) and ({items}, n), got {users.shape} and "
            f"{factors.shape}"
        )
    blocked = np.zeros(items, bool) if allowed is None else ~allowed
    with one_blas_thread():
        numbers, values = top_factors(
            np.ascontiguousarray(users, np.float32),
            np.ascontiguousarray(factors, np.float32),
            (histories.indptr, histories.numbers),
            blocked,
            n,
        )
    if (strange := np.isnan(values[:, 0])).any():
        raise NumericError(f"factors: expected numbers, got NaN for row {int(strange.argmax())}")
    return numbers, values
