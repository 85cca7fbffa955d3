"""Numba loops on arrays, each beside its NumPy reference."""

import atexit
import shutil
import tempfile

import numba


def _find_a_place_for_compiled_code() -> None:
    """Numba keeps it beside the code, in NUMBA_CACHE_DIR or in the person's own cache.

    Where none of them can be written to, numba would refuse to compile: then it gets a folder that
    only this process may read (what lies there is run as code) and that is gone at its end.
    """
    try:
        numba.njit(cache=True)(_find_a_place_for_compiled_code)
    except RuntimeError:
        folder = tempfile.mkdtemp(prefix="matinee-numba-")
        numba.config.CACHE_DIR = folder  # type: ignore[attr-defined]
        atexit.register(shutil.rmtree, folder, ignore_errors=True)


_find_a_place_for_compiled_code()
