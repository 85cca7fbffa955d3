"""The oracle: ranks by the world's true enjoyment. On simulated data alone, and named so."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from matinee.dataset import Histories, Vocabulary
from matinee.errors import InputError, few
from matinee.simulation.catalogue import films
from matinee.simulation.tables import user_numbers
from matinee.simulation.world import World


@dataclass(frozen=True, slots=True)
class Oracle:
    """What no model can know: how much each viewer would truly enjoy each film.

    It looks up the viewer by `histories.user_ids` and ignores the history itself.
    """

    name: ClassVar[str] = "oracle"

    world: World

    @property
    def items(self) -> Vocabulary:
        """The built-in catalogue."""
        return films().items

    def score(self, histories: Histories) -> np.ndarray:
        """True expected enjoyment at `as_of`, (rows, items) float32."""
        if histories.user_ids is None:
            raise InputError("oracle: expected histories with user ids, got none")
        numbers = user_numbers(histories.user_ids)
        unknown = (numbers < 0) | (numbers >= self.world.viewers)
        if unknown.any():
            strange = [id_ for id_, odd in zip(histories.user_ids, unknown, strict=True) if odd]
            raise InputError(f"oracle: expected viewers of the simulated world, got {few(strange)}")
        return self.world.enjoyment(numbers, histories.as_of).astype(np.float32)


def oracle(world: World) -> Oracle:
    """The oracle of a world."""
    return Oracle(world)
