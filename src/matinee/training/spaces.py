"""What may be tuned of each recipe, and within which bounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class LogFloat:
    """A number from `low` to `high`, searched by its logarithm."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Float:
    """A number from `low` to `high`."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from `low` to `high`, searched by its logarithm."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few values without an order."""

    values: tuple[str | bool | int | float, ...]


Range: TypeAlias = LogFloat | Float | Whole | Choice
Space: TypeAlias = Mapping[str, Range]

# The fields that are searched; others keep their default. Each default lies within its bounds,
# since it is the first that a search tries.
SPACES: dict[str, Space] = {
    "trending": {"days": LogFloat(0.5, 3000)},
    "weighted_rating": {"quantile": Float(0, 1)},
    "item_knn": {"neighbours": Whole(5, 2000), "shrink": Float(0, 100)},
    "bm25": {"neighbours": Whole(5, 2000), "k1": LogFloat(0.01, 100), "b": Float(0, 1)},
    "rp3beta": {"neighbours": Whole(5, 2000), "alpha": Float(0.5, 2), "beta": Float(0, 1)},
    "transitions": {
        "days": LogFloat(1, 3000),
        "window": Whole(1, 50),
        "lag": Float(0.3, 1),
        "recency": Float(0.3, 1),
        "shrink": LogFloat(0.01, 100),
    },
    "ease": {"ridge": LogFloat(1, 10_000)},
    "edlae": {"ridge": LogFloat(1, 10_000), "dropout": Float(0, 0.9)},
    "rdlae": {"ridge": LogFloat(1, 10_000), "slack": Float(0, 0.99)},
    "deql": {"ridge": LogFloat(1, 10_000), "kept": Float(0, 1)},
    "dan": {"ridge": LogFloat(1, 10_000), "item": Float(0, 1), "activity": Float(0, 1)},
    "linear": {
        "ridge": LogFloat(1, 10_000),
        "neutral": Float(0, 1),
        "disliked": Float(0, 1),
        "discount": Float(0, 0.5),
        "activity": Float(0, 1),
    },
    "current": {
        "days": LogFloat(1, 3000),
        "ridge": LogFloat(1, 10_000),
        "neutral": Float(0, 1),
        "disliked": Float(0, 1),
    },
    "content_map": {
        "ridge": LogFloat(0.1, 100),
        "discount": Float(0, 1),
        "views": LogFloat(0.1, 100),
    },
    "als": {
        "factors": Whole(8, 256),
        "alpha": LogFloat(1, 100),
        "ridge": LogFloat(0.01, 10),
        "epochs": Whole(5, 30),
        "frequency": Float(0, 1),
    },
    "autoencoder": {
        "factors": Whole(16, 512),
        "hidden": Whole(32, 1024),
        "epochs": Whole(2, 100),
        "learning_rate": LogFloat(1e-4, 1e-2),
        "dropout": Float(0, 0.9),
        "gamma": LogFloat(1e-4, 1.0),
        "neutral": Float(0, 1),
        "disliked": Float(0, 1),
    },
    "bias": {"ridge": LogFloat(0.1, 100), "user_ridge": LogFloat(0.1, 100)},
    "mf": {"factors": Whole(2, 64), "epochs": Whole(2, 40)},
    "fm": {
        "factors": Whole(2, 32),
        "implicit": Choice((True, False)),
        "flipped": Choice((True, False)),
        "side": Choice((True, False)),
        "time": Choice((True, False)),
    },
}

# There to predict stars, and tuned by how well they do that; the others by their lists.
RATED = frozenset({"bias", "mf", "fm"})

# A trial takes half a minute: tuned when it is named, not with the other parts of a blend.
SLOW = frozenset({"autoencoder"})

# There to follow the time, which a split by viewers does not ask for: trending would be told to
# look back for years.
TIMED = frozenset({"trending", "transitions", "current"})
