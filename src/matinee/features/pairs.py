"""Features of (viewer, film) pairs as of a moment, each with a name that a person can read."""

from dataclasses import dataclass

import numpy as np

from matinee.dataset import Dataset, Histories, Vocabulary
from matinee.features.affinities import Affinities
from matinee.features.film_moments import film_moments
from matinee.features.tastes import Tastes
from matinee.features.viewer_habits import viewer_habits

GENRE = "genre: "


@dataclass(frozen=True, slots=True, eq=False)
class PairFeatures:
    """What was known of films at a moment; histories bring the rest."""

    items: Vocabulary
    films: dict[str, np.ndarray]  # name -> (items,) float32
    tastes: Tastes | None
    affinities: Affinities

    @classmethod
    def of(cls, data: Dataset) -> "PairFeatures":
        """As of `data.as_of`: nothing later is read, since the data set holds nothing later."""
        return cls(data.items, film_moments(data), Tastes.of(data), Affinities.of(data.movies))

    def pairs(self, histories: Histories, numbers: np.ndarray) -> dict[str, np.ndarray]:
        """Name → (rows, n) float32 for the films `numbers` (rows, n), in numbers of `items`.

        NaN where it is not known. Histories must be on `items`; what is in them counts as of each
        row's `as_of`.
        """
        shape = numbers.shape
        found = {name: values[numbers] for name, values in self.films.items()}
        habits = viewer_habits(histories, self.films)
        found |= {name: np.broadcast_to(v[:, None], shape) for name, v in habits.items()}
        found["less seen than usual"] = (
            habits["viewers of films watched"][:, None] - self.films["viewers"][numbers]
        )
        if "age of films when watched" in habits:
            usual = habits["age of films when watched"][:, None]
            found["older than usual"] = self.films["age of film"][numbers] - usual
        if self.tastes is not None:
            found |= self.tastes.pairs(histories, numbers)
            for k, genre in enumerate(self.tastes.genres):
                found[GENRE + genre] = (self.tastes.shares[:, k] > 0).astype(np.float32)[numbers]
        return found | self.affinities.pairs(histories, numbers)
