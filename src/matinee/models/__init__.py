"""One file, one recipe and its fitted model; here the names under which they are found."""

from collections.abc import Callable
from typing import Any

from matinee.models.popularity import FittedPopularity, Popularity

# The recipe of each name. Every recipe has a default for each of its fields.
RECIPES: dict[str, type] = {
    "popularity": Popularity,
}

# from_arrays(recipe, items, arrays) of each `kind`.
FROM_ARRAYS: dict[str, Callable[..., Any]] = {
    "popularity": FittedPopularity.from_arrays,
}
