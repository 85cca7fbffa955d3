"""Settings chosen on the validation part, from a small stated grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from matinee.dataset import Dataset, Stage, earlier_windows, strong_split, time_split
from matinee.errors import InputError, MissingData
from matinee.evaluation.accuracy import Hits, ndcg, recall
from matinee.evaluation.measure import Question
from matinee.models import RECIPES
from matinee.models.blend import ROOT, Blend, blended
from matinee.models.current import Current
from matinee.models.naming import describe
from matinee.models.protocols import RatingPredictor, Scorer
from matinee.training.blending import learn
from matinee.training.fitting import Trained, fit
from matinee.training.spaces import RATED

# What is tried; a recipe that is not listed has its defaults alone.
GRIDS: dict[str, Sequence[dict[str, Any]]] = {
    "trending": [{"days": days} for days in (1, 2, 4, 7, 14, 30, 90, 365, 1000)],
    "item_knn": [{"shrink": shrink} for shrink in (0.0, 15.0)],
    "bm25": [{"k1": k1, "b": b} for k1 in (0.25, 1.0) for b in (0.2, 0.6)],
    "rp3beta": [{"beta": beta} for beta in (0.1, 0.3, 0.5)],
    "ease": [{"ridge": ridge} for ridge in (30, 100, 300, 1000)],
    "edlae": [{"ridge": ridge, "dropout": p} for ridge in (30, 100) for p in (0.1, 0.3)],
    "rdlae": [{"ridge": ridge, "slack": slack} for ridge in (30, 100) for slack in (0.3, 0.6)],
    "deql": [{"ridge": ridge, "kept": kept} for ridge in (30, 100) for kept in (0.1, 0.5)],
    "dan": [{"ridge": ridge, "item": item} for ridge in (30, 100, 300) for item in (0.5, 0.6)],
    "linear": [
        {"ridge": ridge, "discount": discount}
        for ridge in (50.0, 100.0, 200.0, 400.0)
        for discount in (0.1, 0.2)
    ],
    "content_map": [
        {"ridge": ridge, "discount": discount}
        for ridge in (2.0, 5.0, 10.0)
        for discount in (0.0, 0.25)
    ],
    "autoencoder": [  # many viewers with short histories, few with long ones
        {"epochs": 4, "dropout": 0.7},
        {"epochs": 12, "dropout": 0.5},
    ],
    "als": [
        {"factors": 128, "alpha": alpha, "ridge": ridge, "frequency": frequency}
        for alpha, ridge, frequency in (
            (12.0, 0.4, 0.0),
            (8.0, 0.2, 1.0),
            (16.0, 0.5, 1.0),
            (32.0, 0.8, 1.0),
        )
    ],
}

# What a blend may take in: models of different kinds, and what everybody likes.
# What is not installed (`autoencoder` needs PyTorch) stays out.
BLENDED = (
    *("linear", "als", "bm25", "soup", "autoencoder"),
    *("transitions", "current", "popularity", "trending"),
)

# Where a search for the weights begins, less the parts that are not there: as a blend is by
# default, or where time decides, found on windows of MovieTweetings before its last tenth.
BEGINNINGS: Sequence[Mapping[str, float]] = (
    dict(zip(Blend().parts, Blend().weights, strict=True)) | {f"{ROOT}autoencoder": 0.3},
    {"trending": 1.0, "current": 1.0, "linear": 0.5, f"{ROOT}transitions": 0.25},
)

WINDOWS = 8  # earlier windows of time on which the pace of trending is chosen too


@dataclass(frozen=True, slots=True, eq=False)
class Chooser:
    """The best settings of each model on a split's `tune`; the final part is not looked at."""

    stage: Stage
    seed: int = 0
    given: Mapping[str, Any] = field(default_factory=dict)  # recipes that are not to be chosen
    _found: dict[str, Trained] = field(default_factory=dict)  # remembered: blends ask again

    def best(self, name: str) -> Trained:
        """The model of the grid with the best lists (of `RATED` the least RMSE), fitted.

        By NDCG@10 + NDCG@100 + Recall@20; of equals the first. Fitted on the stage's train.
        """
        if name not in self._found:
            self._found[name] = self._blend() if name == "blend" else self._chosen(name)
        return self._found[name]

    def recipe(self, name: str) -> Any:
        """The recipe of `best`; nothing is fitted where there is no choice."""
        recipes = self._recipes(name)
        return recipes[0] if len(recipes) == 1 and name != "blend" else self.best(name).recipe

    def _chosen(self, name: str) -> Trained:
        recipes = self._recipes(name)
        # One window's blockbuster must not set the pace; another fit costs nothing here.
        in_time = name == "trending" and len(recipes) > 1
        earlier = _earlier_values(recipes, self.stage) if in_time else [[]] * len(recipes)
        best, best_value = None, -np.inf
        for recipe, others in zip(recipes, earlier, strict=True):
            trained = fit(recipe, self.stage.train, self.seed)
            value = 0.0
            if len(recipes) > 1:
                value = _value(name, trained.scorer, self.stage)
                if others:
                    value = float(np.log(np.maximum([value, *others], 1e-12)).mean())
            if best is None or value > best_value:
                best, best_value = trained, value
        assert best is not None
        return best

    def _blend(self) -> Trained:
        fitted: dict[str, Trained] = {}
        for name in BLENDED:
            try:
                trained = self.best(name)
            except MissingData:
                continue
            fitted[describe(trained.recipe, whole=True)] = trained
        if not fitted:
            raise MissingData(f"blend: expected data for one of {', '.join(BLENDED)}, got none")
        scorers = {text: trained.scorer for text, trained in fitted.items()}
        texts = {trained.name: text for text, trained in fitted.items()}
        texts |= {ROOT + name: ROOT + text for name, text in texts.items()}
        begins = [
            {texts[part]: weight for part, weight in begin.items() if part in texts}
            for begin in BEGINNINGS
        ]
        recipe = learn(self.stage, scorers, begins, self.seed)
        parts = [fitted[part.removeprefix(ROOT)] for part in recipe.parts]
        scorer = blended(recipe, [part.scorer for part in parts], self.stage.train)
        return Trained("blend", recipe, scorer, sum(part.seconds for part in parts))

    def _recipes(self, name: str) -> list[Any]:
        if name in self.given:
            return [self.given[name]]
        if name == "current":  # the data's pace is trending's, but a few days' likes are too few
            return [Current(days=max(Current().days, self.recipe("trending").days))]
        return [RECIPES[name](**settings) for settings in GRIDS.get(name, [{}])]


def tuned(name: str, stage: Stage, seed: int = 0) -> Any:
    """The recipe that `Chooser` finds best."""
    return Chooser(stage, seed).recipe(name)


def learnt_blend(data: Dataset, seed: int = 0, own: Mapping[str, Any] | None = None) -> Blend:
    """The blend to serve: weights learnt on the last tenth of `data` in time.

    Data without times is split by viewers; data that cannot be split gets the default weights.
    Parts have their `own` recipes (name → recipe) or the shipped ones, only the days of trending
    and current are chosen here.
    """
    shipped = {name: RECIPES[name]() for name in BLENDED if name not in {"trending", "current"}}
    given = shipped | dict(own or {})
    for split in (time_split, lambda data: strong_split(data, np.random.default_rng(seed))):
        try:
            return cast(Blend, Chooser(split(data).final, seed, given).recipe("blend"))
        except (InputError, MissingData):
            continue
    return Blend()


def _value(name: str, scorer: Scorer, stage: Stage) -> float:
    if name in RATED:
        return _least_error(stage, scorer)
    return _of_lists(scorer, Question.of(stage, None))


def _earlier_values(recipes: Sequence[Any], stage: Stage) -> list[list[float]]:
    """Of each recipe the values on earlier windows; one in which nobody liked a film is no test."""
    values: list[list[float]] = [[] for _ in recipes]
    for window in earlier_windows(stage, WINDOWS):
        try:
            question = Question.of(window, None)
        except MissingData:
            continue
        for found, recipe in zip(values, recipes, strict=True):
            found.append(_of_lists(fit(recipe, window.train).scorer, question))
    return values


def _of_lists(scorer: Scorer, question: Question) -> float:
    hits = Hits.of(question.lists(scorer), question.truth)
    return float(np.nanmean(ndcg(hits, 10) + ndcg(hits, 100) + recall(hits, 20)))


def _least_error(stage: Stage, scorer: Scorer) -> float:
    rated = stage.truth.where(~np.isnan(stage.truth.rating))
    if not isinstance(scorer, RatingPredictor) or not rated.entries:
        return 0.0
    means, _ = scorer.predict(stage.histories, rated.entry_rows, rated.numbers, rated.time)
    return -float(np.sqrt(np.mean((means - rated.rating) ** 2)))
