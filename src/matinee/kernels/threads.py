"""On how many threads kernels and BLAS run."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import numba
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]


@contextmanager
def one_thread() -> Iterator[None]:
    """Kernels and BLAS stay on the caller's thread: for work that is done before others wake.

    On a busy machine waiting for them takes tens of milliseconds, the ranking for one viewer
    less than one.
    """
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        with one_blas_thread():
            yield
    finally:
        numba.set_num_threads(threads)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """BLAS runs on the thread that calls it: for kernels whose threads call it themselves."""
    with _libraries().limit(limits=1, user_api="blas"):
        yield


@cache
def _libraries() -> ThreadpoolController:
    import scipy.linalg  # noqa: F401, PLC0415  (its BLAS is found only once it is loaded)

    return ThreadpoolController()  # looking for them takes milliseconds
