"""What prepare.py left: plain arrays that matinee's programs and the peers' start from."""

from pathlib import Path

import numpy as np


def load(folder: str, *names: str) -> list[np.ndarray]:
    """The arrays of these names."""
    return [np.load(Path(folder, f"{name}.npy")) for name in names]


def save(folder: str | Path, **arrays: np.ndarray) -> None:
    """Write each array as a file of its name."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        np.save(Path(folder, f"{name}.npy"), array)
