"""Whether stored arrays fit together: kernels and SciPy trust them, and would read past their end.

The checksums of an artefact say that it is what was written, not that what was written is sound.
"""

import numpy as np

from matinee.errors import InputError


def check_shape(name: str, array: np.ndarray, shape: tuple[int, ...]) -> None:
    """InputError unless `array` has this shape and holds finite numbers."""
    if array.shape != shape:
        raise InputError(f"{name}: expected shape {shape}, got {array.shape}")
    # The sum is finite if all are, and needs no second array of that size.
    if array.dtype.kind not in "fiu" or not np.isfinite(array.sum(dtype=np.float64)):
        raise InputError(f"{name}: expected finite numbers, got {array.dtype} with others")


def check_csr(stored: tuple[np.ndarray, np.ndarray, np.ndarray], rows: int, columns: int) -> None:
    """InputError unless (values, columns, row starts) are a CSR matrix of this shape."""
    values, numbers, starts = stored
    kinds = "".join(array.dtype.kind for array in stored)
    if kinds != "fii" or any(array.ndim != 1 for array in stored):
        raise InputError(f"csr: expected floats and two lists of whole numbers, got {kinds!r}")
    if len(starts) != rows + 1 or starts[0] != 0 or (np.diff(starts) < 0).any():
        raise InputError(f"csr: expected {rows + 1} ascending row starts from 0, got {len(starts)}")
    if not len(values) == len(numbers) == starts[-1]:
        found = f"{len(values)} values and {len(numbers)} columns"
        raise InputError(f"csr: expected {starts[-1]} entries, got {found}")
    if len(numbers) and not 0 <= numbers.min() <= numbers.max() < columns:
        raise InputError(
            f"csr: expected columns below {columns}, got {numbers.min()} to {numbers.max()}"
        )
    check_shape("csr values", values, (len(numbers),))
