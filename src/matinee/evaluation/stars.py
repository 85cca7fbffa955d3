"""How well models predict hidden ratings: errors, and whether intervals cover what they claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from time import perf_counter
from typing import NamedTuple

import numpy as np

from matinee.dataset import Histories, Stage
from matinee.errors import InputError, MissingData, NumericError, few
from matinee.evaluation.leaderboard import Estimate, finite
from matinee.evaluation.measure import interval_ends
from matinee.evaluation.rating_board import RatedModel, RatingBoard
from matinee.evaluation.significance import Sums
from matinee.models.protocols import RatingPredictor

NOMINAL = (5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99)  # those of the calibration curve


class Rater(NamedTuple):
    """A fitted model and how it came about."""

    name: str
    recipe: str
    fit_s: float
    model: RatingPredictor


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """What one model said of the hidden ratings of one stage."""

    recipe: str
    fit_s: float
    predict_s: float
    errors: np.ndarray  # (ratings,) expected - given
    deviations: np.ndarray  # (ratings,)


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """The hidden ratings of one stage, by user of the data, and what each model said of them."""

    users: np.ndarray  # (ratings,)
    predicted: dict[str, Predicted]


def ask(raters: Sequence[Rater], stage: Stage) -> Fold:
    """Every model's predictions of the hidden ratings of one stage, at their own times."""
    names = [rater.name for rater in raters]
    if not names or len(set(names)) < len(names):
        raise InputError(f"ratings: expected models of different names, got {few(names)}")
    hidden = stage.truth.where(~np.isnan(stage.truth.rating))
    if not hidden.entries:
        raise MissingData(f"ratings: expected hidden ratings, {stage.train.name} has none")
    assert stage.histories.user_ids is not None  # stages are made of data sets
    users = stage.train.users.numbers(stage.histories.user_ids)[hidden.entry_rows]
    return Fold(users, {rater.name: _predicted(rater, stage.histories, hidden) for rater in raters})


def _predicted(rater: Rater, histories: Histories, hidden: Histories) -> Predicted:
    started = perf_counter()
    means, deviations = rater.model.predict(
        histories, hidden.entry_rows, hidden.numbers, hidden.time
    )
    seconds = perf_counter() - started
    if not (np.isfinite(means).all() and (np.asarray(deviations) > 0).all()):
        raise NumericError(f"{rater.name}: expected numbers and deviations > 0, got others")
    return Predicted(rater.recipe, rater.fit_s, seconds, means - hidden.rating, deviations)


def rating_board(
    folds: Sequence[Fold], stage: Stage, split: str, seed: int, *, draws: int = 1000
) -> RatingBoard:
    """All hidden ratings of all folds pooled; least error first. `stage` is any of theirs."""
    users, user_places = np.unique(
        np.concatenate([fold.users for fold in folds]), return_inverse=True
    )
    models = [
        _rated(name, [fold.predicted[name] for fold in folds], user_places, seed, draws)
        for name in folds[0].predicted
    ]
    models.sort(key=lambda model: (model.rmse.value or 0.0, model.name))
    return RatingBoard(
        data=stage.train.name,
        split=split,
        simulated=stage.train.simulated,
        folds=len(folds),
        users=len(users),
        ratings=len(user_places),
        models=tuple(models),
    )


def _rated(
    name: str, parts: Sequence[Predicted], places: np.ndarray, seed: int, draws: int
) -> RatedModel:
    errors = np.concatenate([part.errors for part in parts])
    away = np.abs(errors) / np.concatenate([part.deviations for part in parts])
    counts = np.bincount(places).astype(np.float64)

    def by_user(values: np.ndarray, root: bool = False) -> Sums:
        return Sums(np.bincount(places, values), counts, root=root)

    sums = {"rmse": by_user(errors**2, root=True), "mae": by_user(np.abs(errors))}
    for level in NOMINAL:
        sums[str(level)] = by_user(away <= NormalDist().inv_cdf(0.5 + level / 200))
    ends = interval_ends(sums, seed, draws)
    found = {key: Estimate(*map(finite, (one.value, *ends[key]))) for key, one in sums.items()}
    return RatedModel(
        name,
        parts[0].recipe,
        float(np.mean([part.fit_s for part in parts])),
        sum(part.predict_s for part in parts),
        found["rmse"],
        found["mae"],
        {level: found[str(level)] for level in NOMINAL},
    )
