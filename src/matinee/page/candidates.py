"""A row that could stand on a page: films in the order in which it would show them."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np


def _silent(_: int) -> str:
    return ""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """More films than are shown, since rows above may have taken some."""

    kind: str
    title: str
    films: np.ndarray  # numbers in the data, best first
    weight: float = 1.0  # what a film's enjoyment counts in this row
    statement: Callable[[int], str] = field(default=_silent)  # of one film; "": nothing to say
    seed: int = -1  # the film of the history that the row is about
    settled: bool = False  # shown in this order; otherwise the row is varied
