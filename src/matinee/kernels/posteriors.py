"""Bayesian least squares of each row on uncertain features, and moments of predictions."""

import numpy as np
from numba import njit, prange

from matinee.kernels.small_systems import backward, factor, forward, inverse_of_factor

Csr = tuple[np.ndarray, np.ndarray, np.ndarray]  # row starts, numbers, values

# A side of the model: means (n, 1 + factors) and covariances (n, 1 + factors, 1 + factors) of
# its levels (position 0) and factors.
Side = tuple[np.ndarray, np.ndarray]


def posteriors_reference(entries: Csr, others: Side, precision: np.ndarray, noise: float) -> Side:
    """Plain NumPy meaning of `posteriors`."""
    indptr, numbers, values = entries
    means, covariances = others[0].astype(np.float64), others[1].astype(np.float64)
    size = means.shape[1]
    out = np.zeros((len(indptr) - 1, size)), np.zeros((len(indptr) - 1, size, size))
    for row in range(len(indptr) - 1):
        A, b = np.diag(precision).astype(np.float64), np.zeros(size)
        for entry in range(indptr[row], indptr[row + 1]):
            mean, covariance = means[numbers[entry]], covariances[numbers[entry]].copy()
            x = np.concatenate([[1.0], mean[1:]])
            with_level = np.concatenate([[0.0], covariance[1:, 0]])
            covariance[0] = covariance[:, 0] = 0
            A += (np.outer(x, x) + covariance) / noise
            b += (x * (values[entry] - mean[0]) - with_level) / noise
        out[1][row] = np.linalg.inv(A)
        out[0][row] = out[1][row] @ b
    return out


def posteriors(entries: Csr, others: Side, precision: np.ndarray, noise: float) -> Side:
    """Mean and covariance of each row's level and factors, given its values; float64.

    A value is own level + other level + own factors · other factors + noise; the prior has mean
    0 and the diagonal `precision`. The expectation is taken over the others' uncertainty. NaN for
    a row whose system cannot be solved.
    """
    return posteriors_and_error(entries, others, precision, noise)[0]


def posteriors_and_error(
    entries: Csr, others: Side, precision: np.ndarray, noise: float
) -> tuple[Side, float]:
    """`posteriors`, and the mean over all values of E[(value - what it is without noise)²].

    Of both sides only sums over a row's values enter: they are made from one packed row of each
    other, which is what the time goes to.
    """
    indptr, numbers, values = entries
    means, covariances = others
    if len(numbers) < len(means):  # one viewer must not wait for the packing of every film
        used, numbers = np.unique(numbers, return_inverse=True)
        means, covariances = means[used], covariances[used]
    packed, squares = _packed(means, covariances)
    centres, spreads, errors = _posteriors(
        (indptr, numbers, values), packed, squares, precision, noise
    )
    return (centres, spreads), float(errors.sum() / max(1, len(values)))


@njit(cache=True, parallel=True)
def _packed(means: np.ndarray, covariances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each other, with x = (1, factors): E[xxᵀ] by its lower triangle, E[level·x] and E[x].

    A row after the other, (n, size (size + 1) / 2 + 2 size) float64; and E[level²], (n,).
    """
    count, size = means.shape
    triangle = size * (size + 1) // 2
    out, squares = np.empty((count, triangle + 2 * size)), np.empty(count)
    for row in prange(count):
        mean, covariance, to = means[row], covariances[row], out[row]
        level = np.float64(mean[0])
        to[0], to[triangle], to[triangle + size] = 1.0, level, 1.0
        squares[row] = level * level + covariance[0, 0]
        place = 1
        for f in range(1, size):
            x = np.float64(mean[f])
            to[triangle + f] = x * level + covariance[f, 0]
            to[triangle + size + f] = x
            to[place] = x
            for g in range(1, f + 1):
                to[place + g] = x * mean[g] + covariance[f, g]
            place += f + 1
    return out, squares


@njit(cache=True, parallel=True)
def _posteriors(
    entries: Csr, packed: np.ndarray, squares: np.ndarray, precision: np.ndarray, noise: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Means, covariances, and the summed expected squared error of each row's values."""
    indptr, numbers, values = entries
    rows, size = len(indptr) - 1, len(precision)
    triangle = size * (size + 1) // 2
    means, covariances = np.zeros((rows, size)), np.zeros((rows, size, size))
    errors = np.zeros(rows)
    for row in prange(rows):
        sums, pull = np.zeros(triangle + size), np.zeros(size)
        left = 0.0
        for entry in range(indptr[row], indptr[row + 1]):
            other, value = packed[numbers[entry]], values[entry]
            for k in range(triangle + size):
                sums[k] += other[k]
            for f in range(size):
                pull[f] += value * other[triangle + size + f]
            left += value * value - 2 * value * other[triangle] + squares[numbers[entry]]
        A, b = np.zeros((size, size)), means[row]
        place = 0
        for f in range(size):
            pull[f] -= sums[triangle + f]
            b[f] = pull[f] / noise
            for g in range(f + 1):
                A[f, g] = sums[place + g] / noise
            A[f, f] += precision[f]
            place += f + 1
        factor(A)
        forward(A, b)
        backward(A, b)
        inverse_of_factor(A, covariances[row])
        place = 0
        for f in range(size):
            left -= 2 * b[f] * pull[f]
            for g in range(f + 1):
                second = (2.0 if g < f else 1.0) * (b[f] * b[g] + covariances[row, f, g])
                left += second * sums[place + g]
            place += f + 1
        errors[row] = left
    return means, covariances, errors


def moments_reference(
    rows: np.ndarray, items: np.ndarray, users: Side, others: Side
) -> tuple[np.ndarray, np.ndarray]:
    """Plain NumPy meaning of `moments`: E[(level + level + p·q)²] - E[...]², term by term."""
    (P, U), (Q, V) = users, others
    mean, variance = np.zeros(len(rows)), np.zeros(len(rows))
    for k, (row, item) in enumerate(zip(rows, items, strict=True)):
        p, q = P[row, 1:], Q[item, 1:].astype(np.float64)
        mean[k] = P[row, 0] + Q[item, 0] + p @ q
        to_q, to_p = np.append(1.0, q), np.append(1.0, p)
        variance[k] = (
            to_q @ U[row] @ to_q
            + to_p @ V[item] @ to_p
            + np.trace(U[row, 1:, 1:] @ V[item, 1:, 1:])
        )
    return mean, variance


@njit(cache=True, parallel=True)
def moments(
    rows: np.ndarray, items: np.ndarray, users: Side, others: Side
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of each pair's value without noise, (pairs,) float64 each."""
    P, U = users
    Q, V = others
    size = P.shape[1]
    mean, variance = np.zeros(len(rows)), np.zeros(len(rows))
    for k in prange(len(rows)):
        row, item = rows[k], items[k]
        total, spread = P[row, 0] + Q[item, 0], 0.0
        for f in range(size):
            q_f, p_f = (Q[item, f], P[row, f]) if f else (1.0, 1.0)
            if f:
                total += q_f * p_f
            for g in range(size):
                q_g, p_g = (Q[item, g], P[row, g]) if g else (1.0, 1.0)
                own, other = U[row, f, g], V[item, f, g]
                spread += q_f * own * q_g + p_f * other * p_g
                if f and g:
                    spread += own * other
        mean[k], variance[k] = total, spread
    return mean, variance
