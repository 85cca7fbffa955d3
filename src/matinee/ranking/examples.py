"""Candidates with their features, and what came of them: what rankers learn from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matinee.errors import InputError


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """One row a (viewer, film) pair, one named column a feature; NaN where it is not known."""

    names: tuple[str, ...]
    values: np.ndarray  # (pairs, features) float32

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.shape[1] != len(self.names):
            raise InputError(
                f"features: expected {len(self.names)} columns, got shape {self.values.shape}"
            )

    def column(self, name: str) -> np.ndarray:
        """The values of one feature, (pairs,)."""
        if name not in self.names:
            raise InputError(f"features: expected one of {', '.join(self.names)}, got {name!r}")
        return np.asarray(self.values[:, self.names.index(name)])

    def only(self, names: Sequence[str]) -> "Features":
        """These columns, in this order."""
        places = [self.names.index(name) for name in names]
        return Features(tuple(names), np.ascontiguousarray(self.values[:, places]))


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Pairs, viewer by viewer: the pairs of viewer g are the next `sizes[g]` rows."""

    features: Features
    liked: np.ndarray  # (pairs,) bool
    sizes: np.ndarray  # (viewers,) int64

    def __post_init__(self) -> None:
        pairs = len(self.features.values)
        if len(self.liked) != pairs or int(self.sizes.sum()) != pairs:
            raise InputError(
                f"examples: expected {pairs} labels and sizes that add up to it, got "
                f"{len(self.liked)} and {int(self.sizes.sum())}"
            )

    @property
    def viewers(self) -> np.ndarray:
        """The viewer of each pair, (pairs,)."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    def only(self, names: Sequence[str]) -> "Examples":
        """The same pairs with these features."""
        return Examples(self.features.only(names), self.liked, self.sizes)

    def told(self) -> "Examples":
        """Only viewers of whom some pairs are liked and some are not: others teach no order."""
        likes = np.bincount(self.viewers, self.liked, minlength=len(self.sizes))
        return self.of(np.flatnonzero((likes > 0) & (likes < self.sizes)))

    def of(self, viewers: np.ndarray) -> "Examples":
        """Only these viewers, in ascending order."""
        kept = np.zeros(len(self.sizes), bool)
        kept[viewers] = True
        rows = np.repeat(kept, self.sizes)
        features = Features(self.features.names, self.features.values[rows])
        return Examples(features, self.liked[rows], self.sizes[kept])


def together(parts: Sequence[Examples]) -> Examples:
    """All of them as one; the features must be the same."""
    if not parts or len({part.features.names for part in parts}) != 1:
        raise InputError("examples: expected parts with the same features")
    values = np.concatenate([part.features.values for part in parts])
    return Examples(
        Features(parts[0].features.names, values),
        np.concatenate([part.liked for part in parts]),
        np.concatenate([part.sizes for part in parts]),
    )
