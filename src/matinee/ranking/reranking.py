"""Re-ranking: what makes a list good as a whole, with one knob for each wish."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from matinee.dataset import Dataset
from matinee.errors import InputError, MissingData
from matinee.features import content_vectors, genre_shares
from matinee.ranking.editor import Wishes, checked_boosts, checked_pins
from matinee.ranking.fitted_reranking import FittedReranking
from matinee.ranking.rules import Rules


@dataclass(frozen=True, slots=True)
class Reranking:
    """Of a few hundred ranked films the list to show; every wish at 0 leaves them as ranked.

    Relevance is 1 for a viewer's best film and 0 for the 100th, by the logarithm of the place;
    losses are in the same unit. Defaults: chosen on five windows of MovieTweetings, decision 10.
    """

    diversity: float = 0.3  # loss of a film just like all above it: likeness is their mean cosine
    calibration: float = 0.2  # loss for each nat between the genres of the list and of the likes
    half_life: float | None = None  # days after which a like counts half for its genres
    exploration: int = 2  # last places of the list that are drawn at random
    reach: float = 0.3  # 0: films are drawn alike, 1: in proportion to 1 / viewers who took them
    places: int = 20  # of a list that this is about; what follows is in the order of scores
    rules: Rules = field(default_factory=Rules)
    boosts: Any = ()  # film -> boost: a film at rank 40 with boost 2 stands where rank 20 was
    pins: Any = ()  # film -> place, from 1

    def __post_init__(self) -> None:
        for name in ("diversity", "calibration"):
            _number(name, getattr(self, name), 0, np.inf)
        _number("reach", self.reach, 0, 1)
        if self.half_life is not None and not _is_number(self.half_life, 1e-9, np.inf):
            raise InputError(f"half_life: expected days above 0, got {self.half_life!r}")
        _whole("places", self.places, 1, 1000)
        _whole("exploration", self.exploration, 0, self.places)
        if not isinstance(self.rules, Rules | Mapping):
            raise InputError(f"rules: expected a table of rules, got {self.rules!r}")
        if isinstance(self.rules, Mapping):
            object.__setattr__(self, "rules", Rules(**_known(self.rules, Rules, "rules")))
        object.__setattr__(self, "boosts", checked_boosts(self.boosts))
        object.__setattr__(self, "pins", checked_pins(self.pins, self.places))

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> "Reranking":
        """The section [reranking] of a policy; InputError names a key that there is not."""
        if not isinstance(table, Mapping):
            raise InputError(f"reranking: expected a table, got {table!r}")
        return cls(**_known(table, cls, "reranking"))

    def fit(self, data: Dataset) -> FittedReranking:
        """For one catalogue and how often its films were taken; MissingData, UnknownId."""
        vectors, genres = None, None
        if self.diversity > 0:
            vectors = _told(lambda: content_vectors(data.movies).matrix, "diversity")
            vectors = vectors.astype(np.float64)  # once, not with every list
        if self.calibration > 0:
            genres = genre_shares(data.movies)
            if not genres.shape[1]:
                raise MissingData(
                    "calibration: expected genres of at least one film, got none; calibration = 0 "
                    "does without"
                )
        return FittedReranking(
            self,
            data.items,
            self.rules.of(data),
            vectors,
            genres,
            np.bincount(data.histories.numbers, minlength=len(data.items)),
            Wishes.of(data.items, self.boosts, self.pins),
        )


def _told(make: Any, name: str) -> Any:
    try:
        return make()
    except MissingData as error:
        raise MissingData(f"{name}: {error}; {name} = 0 does without") from None


def _known(table: Mapping[str, Any], of: type, where: str) -> dict[str, Any]:
    names = [each.name for each in fields(of)]
    if unknown := [key for key in table if key not in names]:
        raise InputError(
            f"{where}: expected keys among {', '.join(names)}, got {', '.join(map(repr, unknown))}"
        )
    return dict(table)


def _is_number(value: Any, least: float, most: float) -> bool:
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    return bool(number and least <= value <= most and np.isfinite(value))


def _number(name: str, value: Any, least: float, most: float) -> None:
    if not _is_number(value, least, most):
        asked = f"from {least}" if most == np.inf else f"from {least} to {most}"
        raise InputError(f"{name}: expected a number {asked}, got {value!r}")


def _whole(name: str, value: Any, least: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise InputError(f"{name}: expected a whole number from {least} to {most}, got {value!r}")


AS_RANKED = Reranking(diversity=0, calibration=0, exploration=0)
