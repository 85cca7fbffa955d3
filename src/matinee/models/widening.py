"""A fitted model and the films that came after it: scored by what is known of them."""

import numpy as np
import polars as pl

from matinee.dataset import Dataset, Vocabulary
from matinee.models.blend import SAME_FOR_ALL, Blend, FittedBlend, shaped
from matinee.models.content_regression import usual_histories
from matinee.models.filling import Filling, newness
from matinee.models.naming import describe
from matinee.models.protocols import Scorer


def widened(scorer: Scorer, data: Dataset) -> Scorer:
    """The scorer with the films of the data that it lacks, as a blend fills its parts (`Filling`).

    Of those only films that are new (`newness`): one that was seen long ago and never liked is
    lacking for a reason. What it says of its own films stays as it is. The scorer itself where it
    lacks none, where nothing is known of those, where it says the same to everybody (popularity),
    and where the data has no viewers to whom scores could be compared. Seconds: O(liked films³), of
    at most 4,000.
    """
    lacking = (newness(data) > 0).astype(np.float32)
    lacking[data.items.numbers(scorer.items.ids)] = 0
    histories = usual_histories(data)
    if not lacking.any() or not histories.rows:
        return scorer
    if isinstance(scorer, FittedBlend):
        recipe, parts, factors = scorer.recipe, scorer.parts, scorer.factors
        before = scorer.filling
    else:
        recipe = Blend((describe(scorer.recipe),), (1.0,))  # type: ignore[attr-defined]
        parts, factors, before = (scorer,), np.ones(1, np.float32), None
    entering = [
        shaped(part, each.score(histories)) for part, each in zip(recipe.parts, parts, strict=True)
    ]
    of_data = [data.items.numbers(part.items.ids) for part in parts]
    personal = np.array([getattr(part, "kind", "") not in SAME_FOR_ALL for part in parts])
    filling = Filling.of(data, histories, of_data, entering, factors * personal, lacking)
    if not filling.rest.any():
        return scorer
    known = filling.rest > 0
    known[data.items.numbers(scorer.items.ids)] = True
    items = Vocabulary(data.items.ids.filter(pl.Series(known)))
    filling = filling.on(np.flatnonzero(known))
    if before is not None:
        filling = before.joined(filling, items.numbers(scorer.items.ids))
    places = tuple(items.numbers(part.items.ids) for part in parts)
    return FittedBlend(recipe, items, tuple(parts), places, factors, filling)
