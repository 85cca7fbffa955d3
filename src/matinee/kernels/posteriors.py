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


@njit(cache=True, parallel=True)
def posteriors(entries: Csr, others: Side, precision: np.ndarray, noise: float) -> Side:
    """Mean and covariance of each row's level and factors, given its values; float64.

    A value is own level + other level + own factors · other factors + noise; the prior has mean
    0 and the diagonal `precision`. The expectation is taken over the others' uncertainty. NaN for
    a row whose system cannot be solved.
    """
    indptr, numbers, values = entries
    means, covariances = others
    rows, size = len(indptr) - 1, means.shape[1]
    out_means = np.zeros((rows, size))
    out_covariances = np.zeros((rows, size, size))
    for row in prange(rows):
        A, b = np.zeros((size, size)), out_means[row]
        x = np.ones(size)
        for entry in range(indptr[row], indptr[row + 1]):
            mean, covariance = means[numbers[entry]], covariances[numbers[entry]]
            value = values[entry] - mean[0]
            b[0] += value
            A[0, 0] += 1.0
            for f in range(1, size):
                x[f] = mean[f]
                b[f] += x[f] * value - covariance[f, 0]
                A[f, 0] += x[f]
                for g in range(1, f + 1):
                    A[f, g] += x[f] * x[g] + covariance[f, g]
        for f in range(size):
            b[f] /= noise
            for g in range(f + 1):
                A[f, g] /= noise
            A[f, f] += precision[f]
        factor(A)
        forward(A, b)
        backward(A, b)
        inverse_of_factor(A, out_covariances[row])
    return out_means, out_covariances


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
