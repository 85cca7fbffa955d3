"""From a recipe and data to a fitted model."""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from matinee.dataset import Dataset
from matinee.errors import InputError, NumericError
from matinee.models import RECIPES
from matinee.models.blend import FittedBlend
from matinee.models.naming import describe, name_of, recipe_from_text
from matinee.models.protocols import Scorer


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A fitted model with what made it."""

    name: str
    recipe: Any  # one of `models.RECIPES`
    scorer: Scorer
    seconds: float  # that fitting took


def fit(model: Any, data: Dataset, seed: int = 0) -> Trained:
    """Fit a recipe, or the text of one ("ease", "als:factors=64"), on every row of the data."""
    recipe = recipe_from_text(model)[1] if isinstance(model, str) else model
    if type(recipe) not in RECIPES.values():
        raise InputError(f"model: expected a name or a recipe of matinee.models, got {model!r}")
    if not isinstance(seed, int) or seed < 0:
        raise InputError(f"seed: expected a whole number from 0, got {seed!r}")
    started = time.perf_counter()
    try:
        scorer: Scorer = recipe.fit(data, np.random.default_rng(seed))
    except MemoryError as error:
        raise NumericError(
            f"model {describe(recipe)}: expected room in memory, got {error or 'none left'}"
        ) from error
    if isinstance(scorer, FittedBlend):
        recipe = scorer.recipe  # without the parts that this data has nothing for
    return Trained(name_of(recipe), recipe, scorer, time.perf_counter() - started)
