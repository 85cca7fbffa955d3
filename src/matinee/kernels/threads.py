"""On how many threads kernels and BLAS run."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache

import numba
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

BLAS_THREADS = "OPENBLAS_NUM_THREADS"  # read by OpenBLAS when it is loaded
_ALONE = 4  # viewers


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


def threads_for(viewers: int) -> AbstractContextManager[None]:
    """One thread for so few viewers that the work is done before a second is awake, else all."""
    return one_thread() if viewers < _ALONE else nullcontext()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """BLAS runs on the thread that calls it: for kernels whose threads call it themselves."""
    if os.environ.get(BLAS_THREADS) == "1":  # it was loaded so: nothing to ask it, which takes time
        yield
        return
    with _libraries().limit(limits=1, user_api="blas"):
        yield


@cache
def _libraries() -> ThreadpoolController:
    import scipy.linalg  # noqa: F401, PLC0415  (its BLAS is found only once it is loaded)

    return ThreadpoolController()  # looking for them takes milliseconds
