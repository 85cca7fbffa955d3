"""Features of (viewer, film) pairs as of a moment, each with a name that a person can read."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from matinee.dataset import Dataset, Histories, Vocabulary
from matinee.errors import InputError
from matinee.features.affinities import Affinities
from matinee.features.attributes import attributes
from matinee.features.film_moments import film_moments
from matinee.features.preparation import prepare
from matinee.features.tastes import Tastes
from matinee.features.viewer_habits import viewer_habits

FACT = "film's "
WHEN = ("year", "decade")  # the age of a film says it, as of the moment


@dataclass(frozen=True, slots=True, eq=False)
class PairFeatures:
    """What was known of films at a moment; histories bring the rest."""

    items: Vocabulary
    films: dict[str, np.ndarray]  # name -> (items,) float32
    tastes: Tastes | None
    affinities: Affinities
    names: tuple[str, ...]  # of what is the same for all viewers
    constants: np.ndarray  # (items, names) float32: a film's values lie together

    @classmethod
    def of(cls, data: Dataset) -> "PairFeatures":
        """As of `data.as_of`: nothing later is read, since the data set holds nothing later."""
        films, tastes = film_moments(data), Tastes.of(data)
        constants = films | ({} if tastes is None else tastes.films()) | _facts(data, films)
        values = np.stack(list(constants.values()), axis=1)
        affinities = Affinities.of(data.movies)
        return cls(data.items, films, tastes, affinities, tuple(constants), values)

    def pairs(self, histories: Histories, numbers: np.ndarray) -> dict[str, np.ndarray]:
        """Name → (rows, n) float32 for the films `numbers` (rows, n), in numbers of `items`.

        NaN where it is not known. Histories must be on `items`; what is in them counts as of each
        row's `as_of`.
        """
        shape = numbers.shape
        constants = self.constants[numbers]
        same = {name: constants[..., k] for k, name in enumerate(self.names)}
        found = {name: same.pop(name) for name in self.films}
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
        return found | same | self.affinities.pairs(histories, numbers)


def _facts(data: Dataset, films: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Prepared attributes that tell films apart, categories encoded by the mean rating until then.

    Genres have columns already. Films that nobody rated teach no encoding; without ratings the
    likes do.
    """
    table = attributes(data.movies)
    table = table.drop("genres", *(name for name in WHEN if name in table.columns), strict=False)
    target = films.get("mean rating", films["likes"]).astype(np.float64)
    target = np.where(films["viewers"] > 0, target, np.nan)
    try:
        prepared, values = prepare(table, target, np.random.default_rng(0))
    except InputError:  # nothing known of the films, or nobody watched any
        return {}
    spread = values.std(axis=0)
    return {
        FACT + name: values[:, k].astype(np.float32)
        for k, name in enumerate(prepared.names)
        if spread[k] > 0
    }
