"""The one solve behind every linear item-item model: invert in place, scale, clear the diagonal."""

import os
from pathlib import Path

import numpy as np
from scipy.linalg import lapack

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
    P: np.ndarray = inverse.T
    for start in range(0, len(P), _BLOCK):
        stop = min(start + _BLOCK, len(P))
        P[stop:, start:stop] = P[start:stop, stop:].T
        corner = np.triu(P[start:stop, start:stop])
        P[start:stop, start:stop] = corner + np.triu(corner, 1).T
    return P


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
