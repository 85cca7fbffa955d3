"""What a notebook finds in `matinee`."""

import importlib
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import matinee


@pytest.mark.parametrize("name", matinee.__all__)
def test_a_function_stays_one_after_all_rooms_are_imported(name: str) -> None:
    rooms = {module.name for module in pkgutil.iter_modules(matinee.__path__)}
    for room in rooms - {"__main__"}:
        importlib.import_module(f"matinee.{room}")
    assert name not in rooms
    assert callable(getattr(matinee, name))


def test_completion_offers_the_functions_before_they_are_loaded() -> None:
    code = "import matinee, sys; print(*dir(matinee)); print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names, loaded = done.stdout.splitlines()
    assert set(matinee.__all__) <= set(names.split())
    assert "TYPE_CHECKING" not in names
    assert loaded == "False"


def test_kernels_compile_where_nothing_can_be_kept(tmp_path: Path) -> None:
    """As for a person without a home, in a checkout that may only be read."""
    code = (
        "import os, numba, matinee.kernels.top_n as kernel, numpy as np\n"
        "print(kernel.top_n(np.array([[1.0, 3.0, 2.0]], np.float32), 2)[0].tolist())\n"
        "print(numba.config.CACHE_DIR, oct(os.stat(numba.config.CACHE_DIR).st_mode & 0o777))\n"
    )
    environment = {key: value for key, value in os.environ.items() if key != "NUMBA_CACHE_DIR"}
    # Numba looks in NUMBA_CACHE_DIR alone, and that is not set.
    environment |= {"NUMBA_CACHE_LOCATOR_CLASSES": "UserProvidedCacheLocator"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    ranked, kept = done.stdout.splitlines()
    assert ranked == "[[1, 2]]"
    place, mode = kept.split()
    assert Path(place).parent == tmp_path
    assert mode == "0o700"
    assert not list(tmp_path.iterdir())
