"""evaluate_ratings: models that predict stars, asked for ratings that they did not see."""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from matinee import training
from matinee.api.comparing import splits
from matinee.api.reading import Data, as_dataset
from matinee.dataset import Dataset, Stage, rating_fold_stages
from matinee.errors import InputError, MissingData
from matinee.evaluation import RatingBoard
from matinee.evaluation.stars import Fold, Rater, ask, rating_board
from matinee.models.protocols import RatingPredictor
from matinee.training.spaces import RATED

KFOLD, FOLDS = "kfold", 5


def evaluate_ratings(
    data: Data,
    models: Sequence[str] | None = None,
    split_by: str = KFOLD,
    seed: int = 0,
    say: Callable[[str], None] = lambda _: None,
    folds: int | None = None,
) -> RatingBoard:
    """Root mean squared error, mean absolute error and coverage of every model, pooled.

    "kfold": ratings in (user, item) order, dealt to `folds` (5) folds as scikit-learn's KFold with
    this seed does; each is predicted by a model of the others. Else a split that `evaluate` knows:
    "time" tells what the future will be like. Models are taken as they are written, without a
    choice of settings; by default all that predict ratings.
    """
    dataset = as_dataset(data)
    stages = _stages(dataset, split_by, seed, folds)
    asked = sorted(RATED) if models is None or "all" in models else [*models]
    found: list[Fold] = []
    for number, stage in enumerate(stages, 1):
        where = f"fold {number} of {len(stages)}, " if len(stages) > 1 else ""
        raters = []
        for text in asked:
            say(f"{where}{text}: fitting")
            raters.append(_rater(text, stage, seed, first=number == 1))
        say(f"{where}predicting")
        found.append(ask(raters, stage))
    name = f"{split_by}, {len(stages)} folds" if len(stages) > 1 else str(split_by)
    return rating_board(found, stages[0], name, seed)


def _stages(data: Dataset, split_by: str, seed: int, folds: int | None) -> list[Stage]:
    if split_by != KFOLD:
        return [part.final for part in splits(data, split_by, seed, 1 if folds is None else folds)]
    folds = FOLDS if folds is None else folds
    rated = data.with_histories(data.histories.where(~np.isnan(data.histories.rating)))
    if not rated.histories.entries:
        raise MissingData(f"kfold: expected ratings, {data.name} has none")
    if not isinstance(folds, int) or not 2 <= folds <= rated.histories.entries:
        raise InputError(f"folds: expected 2 to {rated.histories.entries:,}, got {folds!r}")
    return rating_fold_stages(rated, folds, seed)


def _rater(text: str, stage: Stage, seed: int, first: bool) -> Rater:
    name, recipe = training.recipe_from_text(text)
    if first:
        # A first fit compiles the kernels, which is not what `fit_s` is to tell.
        busiest = np.argsort(-stage.train.histories.lengths, kind="stable")[:5]
        warm = training.fit(_briefly(recipe), stage.train.take_users(busiest), seed)
        _predictor(name, warm.scorer).predict(
            stage.histories.slice(0, 1), *np.zeros((3, 1), np.int64)
        )
    trained = training.fit(recipe, stage.train, seed)
    return Rater(text, training.describe(recipe), trained.seconds, _predictor(name, trained.scorer))


def _briefly(recipe: Any) -> Any:
    """The same recipe with as few epochs as it may have."""
    short = {"epochs": 4, "draws": 1}
    return replace(recipe, **{f.name: short[f.name] for f in fields(recipe) if f.name in short})


def _predictor(name: str, scorer: object) -> RatingPredictor:
    if not isinstance(scorer, RatingPredictor):
        rated = ", ".join(sorted(RATED))
        raise InputError(f"model: expected one that predicts ratings ({rated}), got {name!r}")
    return scorer
