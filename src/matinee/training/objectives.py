"""What a search makes better: one metric on one stage or several."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from matinee.dataset import Stage
from matinee.errors import InputError, MissingData, NumericError
from matinee.evaluation import LOWER_IS_BETTER, accuracy
from matinee.evaluation.accuracy import Hits
from matinee.evaluation.measure import Question
from matinee.evaluation.significance import Sums
from matinee.models.protocols import RatingPredictor, Scorer
from matinee.training.fitting import fit
from matinee.training.spaces import RATED, TIMED


def metric_of(name: str, split: str) -> str:
    """By what a recipe is tuned on a split: RMSE if it predicts stars, else NDCG.

    NDCG@100 under strong generalisation, as Liang et al. 2018 choose; NDCG@10 elsewhere.
    """
    if name not in RATED:
        return "ndcg@100" if split == "strong" else "ndcg@10"
    if split == "strong":
        raise InputError(
            f"tune {name}: expected a split that hides ratings of every kind, got strong, which "
            "hides likes alone; use --split time or --split random"
        )
    return "rmse"


def split_of(name: str) -> str:
    """The split that a recipe is tuned on unless another is named."""
    return "time" if name in RATED | TIMED else "strong"


@dataclass(frozen=True, slots=True, eq=False)
class Objective:
    """A metric ("ndcg@100", "rmse") and the questions that it is taken on."""

    metric: str
    questions: tuple[Question, ...]

    @classmethod
    def of(cls, metric: str, stages: Sequence[Stage]) -> "Objective":
        """Prepared once, asked often; of a split only `tune` may stand among the stages."""
        return cls(metric, tuple(Question.of(stage, None) for stage in stages))

    @property
    def lower_is_better(self) -> bool:
        """Whether the metric is an error."""
        return self.metric in LOWER_IS_BETTER

    def better(self, one: float, other: float) -> bool:
        """Whether `one` is strictly the better figure."""
        return one < other if self.lower_is_better else one > other

    def value(self, recipe: Any, seed: int) -> float:
        """The recipe's figure; the geometric mean of several, so that each counts by its ratio."""
        values = [sums.value for sums in self.sums(recipe, seed)]
        if not np.isfinite(values).all():
            raise NumericError(f"tune: expected {self.metric} as a number, got {values}")
        if len(values) == 1:
            return values[0]
        return float(np.exp(np.log(np.maximum(values, 1e-12)).mean()))

    def sums(self, recipe: Any, seed: int) -> list[Sums]:
        """The figure of each question by viewer, after fitting the recipe on its stage."""
        return [
            self._asked(fit(recipe, question.stage.train, seed).scorer, question)
            for question in self.questions
        ]

    def _asked(self, scorer: Scorer, question: Question) -> Sums:
        if self.metric == "rmse":
            return _squared_errors(scorer, question)
        hits = Hits.of(question.lists(scorer), question.truth)
        return Sums.of(accuracy.metric(self.metric)(hits))


def _squared_errors(scorer: Scorer, question: Question) -> Sums:
    """The pooled RMSE over all hidden ratings, by viewer."""
    rated = question.rated
    if not isinstance(scorer, RatingPredictor) or not rated.entries:
        raise MissingData("tune: expected hidden ratings and a model that predicts them, got none")
    rows, histories = rated.entry_rows, question.stage.histories
    means, _ = scorer.predict(histories, rows, rated.numbers, rated.time)
    squared = (means.astype(np.float64) - rated.rating) ** 2
    summed = np.bincount(rows, squared, minlength=rated.rows)
    return Sums(summed, rated.lengths.astype(np.float64), root=True)
