"""How far what comes in now is from what came before: the population stability index."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

WATCH: Final = 0.1  # rules of thumb of credit scoring: below, nothing; above ACT, another world
ACT: Final = 0.25
LEAST: Final = 200  # of either side: of fewer nothing is said
State: TypeAlias = Literal["fine", "watch", "act", "unknown"]


@dataclass(frozen=True, slots=True)
class Drift:
    """An index with how large it would be by chance alone."""

    index: float
    chance: float
    state: State


def stability(reference: np.ndarray, recent: np.ndarray, least: int = LEAST) -> Drift:
    """The index of counts (groups,) of now against counts of then, sum (p - q) ln(p / q).

    An empty group counts half an event. By chance alone the index is about
    (groups - 1) (1 / n + 1 / m) for n and m independent events; it has to be twice that to count.
    """
    n, m = float(reference.sum()), float(recent.sum())
    if min(n, m) < least or len(reference) < 2:
        return Drift(0.0, 0.0, "unknown")
    p, q = np.maximum(reference, 0.5) / n, np.maximum(recent, 0.5) / m
    index = float(((q - p) * np.log(q / p)).sum())
    chance = (len(reference) - 1) * (1 / n + 1 / m)
    if index < 2 * chance or index < WATCH:
        return Drift(index, chance, "fine")
    return Drift(index, chance, "act" if index >= ACT else "watch")


def share_state(share: float, events: int, watch: float, act: float, least: int = LEAST) -> State:
    """Where a share lies between two thresholds; unknown of too few events.

    >>> share_state(0.02, 500, 0.01, 0.05), share_state(0.5, 10, 0.01, 0.05)
    ('watch', 'unknown')
    """
    if events < least:
        return "unknown"
    if share >= act:
        return "act"
    return "watch" if share >= watch else "fine"


def tenths(values: np.ndarray) -> np.ndarray:
    """The nine bounds that part values into tenths; bounds that are equal stand there once.

    >>> tenths(np.arange(11.0)).tolist()
    [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]
    """
    return np.unique(np.quantile(values, np.arange(1, 10) / 10))


def counted(values: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """How many values lie between the bounds, (bounds + 1,).

    >>> counted(np.array([0.0, 1.0, 5.0]), np.array([1.0, 2.0])).tolist()
    [1, 1, 1]
    """
    return np.bincount(np.searchsorted(bounds, values, side="right"), minlength=len(bounds) + 1)
