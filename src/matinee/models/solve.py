"""The one solve behind every linear item-item model: invert in place, scale, clear the diagonal."""

import os
from pathlib import Path

import numpy as np
from scipy.linalg import LinAlgError, blas, cholesky, lapack, solve_triangular
from scipy.sparse import csr_array, diags_array

from matinee.errors import InputError, NumericError

_BLOCK = 512  # rows of the item-item matrix at a time


def invert(matrix: np.ndarray, name: str) -> np.ndarray:
    """The inverse of a symmetric positive definite matrix, in its own memory; both triangles.

    `matrix` (items, items) float32 or float64, C-ordered; only its upper triangle is read. By
    Cholesky: items³ multiplications and additions.
    """
    single = matrix.dtype == np.float32
    potrf = lapack.spotrf if single else lapack.dpotrf
    potri = lapack.spotri if single else lapack.dpotri
    # The transpose of a C-ordered array is Fortran-ordered: LAPACK copies nothing.
    factor, failed = potrf(matrix.T, lower=1, clean=0, overwrite_a=1)
    if failed:
        raise NumericError(
            f"{name}: expected a positive definite matrix, got pivot {failed} <= 0; "
            "a larger ridge mends it"
        )
    inverse, _ = potri(factor, lower=1, overwrite_c=1)
    # LAPACK's lower triangle is this array's upper one.
    return _both_triangles(inverse.T)


def _both_triangles(P: np.ndarray) -> np.ndarray:
    """P with its upper triangle mirrored into the lower one, in place."""
    for start in range(0, len(P), _BLOCK):
        stop = min(start + _BLOCK, len(P))
        P[stop:, start:stop] = P[start:stop, stop:].T
        corner = np.triu(P[start:stop, start:stop])
        P[start:stop, start:stop] = corner + np.triu(corner, 1).T
    return P


def invert_rows(rows: csr_array, ridges: np.ndarray, dtype: str, name: str) -> np.ndarray:
    """(YᵀY + diag(ridges))⁻¹ from the rows Y, (users, items): for fewer users than items.

    By Woodbury's identity, with S = Y diag(ridges)^-½ and I + SSᵀ = RRᵀ, it is
    diag(ridges)^-½ (I - VᵀV) diag(ridges)^-½, V = R⁻¹S: users · items² multiplications and
    additions in the place of items³.
    """
    roots = 1 / np.sqrt(ridges)
    S = (rows @ diags_array(roots)).astype(dtype)
    K = csr_array(S @ S.T).toarray()
    K[np.diag_indices_from(K)] += 1
    R = _root(K, name)
    V = solve_triangular(R, S.toarray(), lower=True, overwrite_b=True, check_finite=False)
    product = blas.ssyrk if V.dtype == np.float32 else blas.dsyrk
    # Vᵀ is Fortran-ordered as V is C-ordered; of the result the lower triangle, transposed.
    P: np.ndarray = product(-1.0, np.ascontiguousarray(V).T, lower=1).T
    P[np.diag_indices_from(P)] += 1
    scales = roots.astype(dtype)
    for start in range(0, len(P), _BLOCK):
        P[start : start + _BLOCK] *= scales[start : start + _BLOCK, None] * scales
    return _both_triangles(P)


def _root(K: np.ndarray, name: str) -> np.ndarray:
    try:
        root: np.ndarray = cholesky(K, lower=True, overwrite_a=True, check_finite=False)
    except LinAlgError as error:
        raise NumericError(f"{name}: {error}; a larger ridge mends it") from error
    return root


def off_diagonal(P: np.ndarray, columns: np.ndarray, rows: np.ndarray | None = None) -> np.ndarray:
    """-rows[i] · P[i, j] · columns[j] for i != j and 0 on the diagonal, float32, contiguous.

    Written over P, which is lost: no second matrix is needed.
    """
    n = len(P)
    flat = P.reshape(-1)
    out = flat.view(np.float32)[: n * n].reshape(n, n)
    for start in range(0, n, _BLOCK):
        stop = min(start + _BLOCK, n)
        block = P[start:stop] * -columns
        if rows is not None:
            block *= rows[start:stop, None]
        # Row i of the result lies where row i / 2 of P was, which has been read by now.
        out[start:stop] = block
    out[np.diag_indices(n)] = 0.0
    return out


def check_memory(items: int, matrices: float, dtype: str, name: str) -> None:
    """NumericError with advice where `matrices` (items, items) of the dtype are not available."""
    needed = matrices * np.dtype(dtype).itemsize * items**2
    available = available_memory()
    if needed > available:
        smaller = "" if dtype == "float32" else "solve in float32 (dtype=float32), "
        raise NumericError(
            f"{name}: {items:,} items need {needed / 2**30:.1f} GiB of memory, "
            f"{available / 2**30:.1f} GiB are available; {smaller}leave out rarely rated items, "
            "or use item_knn or als"
        )


def check_dtype(dtype: str, name: str) -> None:
    """InputError unless the dtype is one that LAPACK solves in here."""
    if dtype not in ("float32", "float64"):
        raise InputError(f"{name}: expected dtype float32 or float64, got {dtype!r}")


def available_memory() -> int:
    """Bytes that may still be taken: Linux says so itself, elsewhere all that is built in."""
    report = Path("/proc/meminfo")
    if report.exists():
        for line in report.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
