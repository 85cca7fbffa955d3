"""Gibbs sampling of one side of a factorisation machine: vectors of rows and of their features.

A row is a viewer or a film. Position 0 of its vector is its level, the others are its factors; the
vector is its own part plus x times that of each of its features. A rating says: value = own level +
other's level + own factors · other's factors + noise.
"""

import numpy as np
from numba import njit, prange

from matinee.kernels.small_systems import backward, factor, forward, inverse_of_factor

Csr = tuple[np.ndarray, np.ndarray, np.ndarray]  # row starts, numbers, values
Prior = tuple[np.ndarray, np.ndarray]  # mean and precision of each position, (size,) each

# Of each row, its own part integrated out: of the sum s of its features' parts its values say
# exp(-½ sᵀMs + sᵀg); L is the Cholesky factor of the own part's precision given all else.
Said = tuple[np.ndarray, np.ndarray, np.ndarray]  # M and L (rows, size, size), g (rows, size)


def collapsed_reference(
    entries: Csr, weights: np.ndarray, others: np.ndarray, prior: Prior
) -> Said:
    """Plain NumPy meaning of `collapsed`."""
    (indptr, numbers, values), (mean, precision) = entries, prior
    rows, size = len(indptr) - 1, others.shape[1]
    M, L = np.zeros((2, rows, size, size))
    g = np.zeros((rows, size))
    prior_matrix = np.diag(precision)
    for row in range(rows):
        part = slice(indptr[row], indptr[row + 1])
        x = others[numbers[part]].copy()
        target = values[part] - x[:, 0]
        x[:, 0] = 1
        H, c = x.T @ (weights[part, None] * x), x.T @ (weights[part] * target)
        B = np.linalg.inv(H + prior_matrix)
        M[row] = prior_matrix - prior_matrix @ B @ prior_matrix
        g[row] = precision * (B @ (c + precision * mean) - mean)
        L[row] = np.linalg.cholesky(H + prior_matrix)
    return M, L, g


@njit(cache=True, parallel=True)
def collapsed(entries: Csr, weights: np.ndarray, others: np.ndarray, prior: Prior) -> Said:
    """What the values of each row say of its features' parts, whatever its own part; float64.

    `weights` (entries,) are the precisions of the values, `others` (others, size) the vectors that
    they name. With the own part integrated out a sampler mixes faster (Liu 1994).
    """
    indptr, numbers, values = entries
    mean, precision = prior
    rows, size = len(indptr) - 1, others.shape[1]
    M, L = np.zeros((rows, size, size)), np.zeros((rows, size, size))
    g = np.zeros((rows, size))
    for row in prange(rows):
        A, y = L[row], g[row]
        if indptr[row] == indptr[row + 1]:  # no values, nothing said
            for f in range(size):
                A[f, f] = np.sqrt(precision[f])
            continue
        x = np.ones(size)
        for entry in range(indptr[row], indptr[row + 1]):
            other, weight = others[numbers[entry]], weights[entry]
            x[1:] = other[1:]
            target = (values[entry] - other[0]) * weight
            for f in range(size):
                y[f] += x[f] * target
                scaled = x[f] * weight
                for k in range(f + 1):
                    A[f, k] += scaled * x[k]
        for f in range(size):
            A[f, f] += precision[f]
            y[f] += precision[f] * mean[f]
        factor(A)
        forward(A, y)
        backward(A, y)
        for f in range(size):
            y[f] = precision[f] * (y[f] - mean[f])
        _prior_less_inverse(A, precision, M[row])
    return M, L, g


@njit(cache=True)
def _prior_less_inverse(L: np.ndarray, precision: np.ndarray, out: np.ndarray) -> None:
    """P - P (LLᵀ)⁻¹ P for the diagonal P of the precisions."""
    inverse_of_factor(L, out)
    for f in range(len(L)):
        for k in range(len(L)):
            out[f, k] *= -precision[f] * precision[k]
        out[f, f] += precision[f]


def draw_features_reference(
    features: Csr, theta: np.ndarray, sums: np.ndarray, said: Said, prior: Prior, draws: np.ndarray
) -> None:
    """Plain NumPy meaning of `draw_features`: the whole residual anew at every step."""
    indptr, rows, values = features
    (M, _, g), (mean, precision) = said, prior
    for k in range(theta.shape[1]):
        for feature in range(len(theta)):
            part = slice(indptr[feature], indptr[feature + 1])
            at, x = rows[part], values[part]
            sums[at, k] -= x * theta[feature, k]
            residual = g[at, k] - np.einsum("rf,rf->r", M[at, k], sums[at])
            sharp = precision[k] + (x**2 * M[at, k, k]).sum()
            middle = (precision[k] * mean[k] + (x * residual).sum()) / sharp
            theta[feature, k] = middle + draws[feature, k] / np.sqrt(sharp)
            sums[at, k] += x * theta[feature, k]


@njit(cache=True)
def draw_features(
    features: Csr, theta: np.ndarray, sums: np.ndarray, said: Said, prior: Prior, draws: np.ndarray
) -> None:
    """Draw every feature's vector given all others, position by position, in place.

    `features` holds each feature's rows and x there (no row twice); `sums` (rows, size) of all
    features' parts are kept so; `draws` (features, size) are standard normal. What a row's values
    say stands for them, so that no rating is touched (Rendle 2013, section 3).
    """
    indptr, rows, values = features
    M, _, g = said
    mean, precision = prior
    count, size = sums.shape
    residual, own = np.empty(count), np.empty(count)
    for k in range(size):
        for row in range(count):
            left = g[row, k]
            for f in range(size):
                left -= M[row, k, f] * sums[row, f]
            residual[row] = left
            own[row] = M[row, k, k]
        for feature in range(len(theta)):
            sharp, pull = 0.0, 0.0
            for entry in range(indptr[feature], indptr[feature + 1]):
                x, row = values[entry], rows[entry]
                sharp += x * x * own[row]
                pull += x * residual[row]
            old = theta[feature, k]
            middle = precision[k] * mean[k] + pull + sharp * old
            sharp += precision[k]
            theta[feature, k] = middle / sharp + draws[feature, k] / np.sqrt(sharp)
            change = theta[feature, k] - old
            for entry in range(indptr[feature], indptr[feature + 1]):
                x, row = values[entry], rows[entry]
                sums[row, k] += x * change
                residual[row] -= x * own[row] * change


def draw_rows_reference(
    said: Said, sums: np.ndarray, prior: Prior, draws: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Plain NumPy meaning of `draw_rows`."""
    (M, L, g), (mean, precision) = said, prior
    middles = mean + (g - np.einsum("rfk,rk->rf", M, sums)) / precision
    moved = [np.linalg.solve(lower.T, draw) for lower, draw in zip(L, draws, strict=True)]
    return middles + np.reshape(moved, draws.shape), middles


@njit(cache=True, parallel=True)
def draw_rows(
    said: Said, sums: np.ndarray, prior: Prior, draws: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Each row's own part given its features' `sums`: drawn, and its mean; (rows, size) each.

    Rows do not depend on each other given all else, so that this is one draw of all of them.
    """
    M, L, g = said
    mean, precision = prior
    rows, size = g.shape
    own, middles = np.empty((rows, size)), np.empty((rows, size))
    for row in prange(rows):
        for f in range(size):
            left = g[row, f]
            for k in range(size):
                left -= M[row, f, k] * sums[row, k]
            middles[row, f] = mean[f] + left / precision[f]
            own[row, f] = draws[row, f]
        backward(L[row], own[row])
        for f in range(size):
            own[row, f] += middles[row, f]
    return own, middles
