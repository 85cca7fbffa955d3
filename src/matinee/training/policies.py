"""Fitted policies: rankers learn on earlier windows of time, each as it looked then."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from matinee.dataset import Dataset, Stage, earlier_windows
from matinee.errors import MissingData
from matinee.evaluation.measure import Question
from matinee.features.pairs import PairFeatures
from matinee.models.mf import Mf
from matinee.models.naming import recipe_from_text
from matinee.models.protocols import RatingPredictor
from matinee.ranking.examples import Examples, Features, together
from matinee.ranking.fitted_policy import FirstStage, FittedPolicy
from matinee.ranking.policy import Policy
from matinee.ranking.selection import selection
from matinee.training.choosing import Chooser
from matinee.training.fitting import fit

WINDOWS = 7  # that a ranker learns from
_LEAST = 50  # viewers of a window, for it to teach anything


@dataclass(frozen=True, slots=True, eq=False)
class PolicyFitter:
    """Policies on one split: what several of them need is made once.

    Settings are chosen and rankers learn on `chooser.stage` and the windows before it; what is
    fitted last learns from `final`, which ends where that stage's truth does.
    """

    chooser: Chooser
    final: Dataset
    say: Callable[[str], None] = lambda _: None
    _first: dict[str, FirstStage] = field(default_factory=dict)
    _examples: dict[tuple[str, int], Examples] = field(default_factory=dict)

    def fit(self, policy: Policy) -> FittedPolicy:
        """The policy, fitted; MissingData if a ranker has no earlier window to learn from."""
        model, ranker = policy.candidates.model, None
        if policy.ranker is not None:
            key = model, policy.candidates.n
            if key not in self._examples:
                self._examples[key] = self._learnt_from(policy)
            self.say(f"{policy.name}: learning to rank")
            learnt, rng = self._examples[key], np.random.default_rng(self.chooser.seed)
            if policy.ranker.kind != "linear":  # whose two features are its definition
                chosen = selection(learnt, rng)
                learnt = learnt.only(chosen.kept)
            ranker = policy.ranker.fit(learnt, rng)
        if model not in self._first:
            self.say(f"{policy.name}: fitting the first stage")
            self._first[model] = first_stage(self._recipe(model), self.final, self.chooser.seed)
        return FittedPolicy(policy, self._first[model], ranker)

    def _recipe(self, model: str) -> Any:
        """As the policy names it, else chosen on the validation part."""
        name, recipe = recipe_from_text(model)
        return recipe if ":" in model else self.chooser.recipe(name)

    def _learnt_from(self, policy: Policy) -> Examples:
        model = policy.candidates.model
        self.say(f"{policy.name}: choosing settings of {model}")
        recipe, parts = self._recipe(model), []
        for number, window in enumerate(_windows(self.chooser.stage), 1):
            self.say(f"{policy.name}: examples of window {number} of up to {WINDOWS}")
            first = first_stage(recipe, window.train, self.chooser.seed)
            parts.append(examples(first, window, policy.candidates.n).told())
        if not parts:
            raise MissingData(
                f"policy {policy.name}: expected a ranker's examples in time, {self.final.name} "
                f"has no window in which {_LEAST} viewers liked a film after others"
            )
        return together(_alike(parts))


def first_stage(recipe: Any, data: Dataset, seed: int) -> FirstStage:
    """The scorer, predicted ratings where there are any, and the films as of the data's end."""
    stars: RatingPredictor | None = None
    with suppress(MissingData):  # plays alone: the feature is not there
        stars = cast(RatingPredictor, fit(Mf(), data, seed).scorer)
    return FirstStage(fit(recipe, data, seed).scorer, stars, PairFeatures.of(data))


def examples(first: FirstStage, stage: Stage, n: int) -> Examples:
    """The n candidates of each viewer of the stage who liked one, and which were liked then."""
    question = Question.of(stage, None)
    retrieved = first.retrieve(question.histories, n, stage.candidates)
    features = first.describe(question.histories, retrieved)
    numbers = retrieved.ranked.numbers
    rows = np.repeat(np.arange(len(numbers)), numbers.shape[1])
    items = len(stage.candidates)
    truth = question.truth.entry_rows.astype(np.int64) * items + question.truth.numbers
    liked = np.isin(rows * items + numbers.ravel(), truth)
    there = numbers.ravel() >= 0
    kept = Features(features.names, features.values[there])
    return Examples(kept, liked[there], (numbers >= 0).sum(axis=1))


def _windows(tune: Stage) -> Iterator[Stage]:
    """`tune` and those before it that ask for what came after all that was known."""
    for stage in (tune, *earlier_windows(tune, WINDOWS - 1)):
        if not stage.truth.entries or not stage.train.has_times:
            continue
        if stage.truth.time.min() < stage.train.as_of:
            continue
        try:
            question = Question.of(stage, None)
        except MissingData:
            continue
        if question.truth.rows >= _LEAST:
            yield stage


def _alike(parts: list[Examples]) -> list[Examples]:
    """With the features that all have: an early window may lack a genre."""
    names = [n for n in parts[0].features.names if all(n in p.features.names for p in parts)]
    return [part.only(names) for part in parts]
