"""Settings chosen on the validation part, from a small stated grid."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from matinee.dataset import Stage
from matinee.evaluation.accuracy import Hits, ndcg
from matinee.evaluation.measure import Question
from matinee.models import RECIPES
from matinee.models.protocols import RatingPredictor, Scorer
from matinee.training.fitting import fit

# What `tuned` tries; a recipe that is not listed has its defaults alone.
GRIDS: dict[str, Sequence[dict[str, Any]]] = {
    "trending": [{"days": days} for days in (1, 2, 4, 7, 14, 30, 90, 365, 1000)],
    "item_knn": [{"neighbours": n} for n in (20, 100, 500)],
    "bm25": [{"k1": k1, "b": b} for k1 in (0.25, 1.0) for b in (0.2, 0.6)],
    "ease": [{"ridge": ridge} for ridge in (30, 100, 300, 1000, 3000)],
    "als": [
        {"factors": factors, "alpha": alpha, "ridge": ridge}
        for factors in (32, 128)
        for alpha, ridge in ((4.0, 10.0), (8.0, 30.0), (16.0, 100.0))
    ],
}

# Models that are there to predict stars are chosen by how well they do that.
_BY_RMSE = frozenset({"bias", "mf"})


def tuned(name: str, stage: Stage, seed: int = 0) -> Any:
    """The recipe of the grid with the best NDCG@10 on `stage` (`bias`, `mf`: the least RMSE).

    Of equals the first. The stage must be a split's `tune`: the final part is not looked at.
    """
    recipes = [RECIPES[name](**settings) for settings in GRIDS.get(name, [{}])]
    if len(recipes) == 1:
        return recipes[0]
    value = _least_error(stage) if name in _BY_RMSE else _ndcg(stage)
    values = [value(fit(recipe, stage.train, seed).scorer) for recipe in recipes]
    return recipes[int(np.nanargmax(values))] if not np.isnan(values).all() else recipes[0]


def _ndcg(stage: Stage) -> Callable[[Scorer], float]:
    question = Question.of(stage, None)

    def value(scorer: Scorer) -> float:
        if not question.truth.rows:
            return float("nan")
        return float(np.nanmean(ndcg(Hits.of(question.lists(scorer), question.truth), 10)))

    return value


def _least_error(stage: Stage) -> Callable[[Scorer], float]:
    rated = stage.truth.where(~np.isnan(stage.truth.rating))

    def value(scorer: Scorer) -> float:
        if not isinstance(scorer, RatingPredictor) or not rated.entries:
            return float("nan")
        rows, items = rated.entry_rows, rated.numbers
        means, _ = scorer.predict(stage.histories, rows, items, rated.time)
        return -float(np.sqrt(np.mean((means - rated.rating) ** 2)))

    return value
