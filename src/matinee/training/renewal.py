"""A kept model after viewers came or went: solved anew, or marked as stale."""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from matinee.dataset import Dataset
from matinee.errors import ArtefactError, MissingData, NumericError
from matinee.models.blend import FittedBlend, blended
from matinee.models.item_item import FittedItemItem
from matinee.models.naming import describe, name_of
from matinee.models.protocols import Scorer
from matinee.models.statistic import LinearRecipe, Weighing
from matinee.store import artefacts
from matinee.store.changes import Change
from matinee.store.workspace import Workspace
from matinee.training.fitting import Trained
from matinee.training.keeping import due, load, mark_stale, save
from matinee.training.learnt import Learnt, learnt_for, statistic_folder

# They draw nothing and are quick to fit: simply fitted again.
FITTED_AGAIN = frozenset(
    (
        *("popularity", "trending", "weighted_rating", "tfidf", "soup", "bias"),
        "content_map",
        *("item_knn", "bm25", "rp3beta", "transitions", "current"),
    )
)


@dataclass(frozen=True, slots=True)
class Renewed:
    """What became of a kept model."""

    name: str
    recipe: str
    exact: tuple[str, ...]  # what is as in a refit: the model, or parts of a blend
    stale: tuple[str, ...]  # what still holds what it had learnt: to be trained again
    weights_difference: float | None  # largest to a refit, over the largest weight; None: not asked
    removed: bool = False  # nothing is left to learn from, or it was damaged


@dataclass(frozen=True, slots=True, eq=False)
class Renewal:
    """Models of a data set, made to fit its new version within a change."""

    workspace: Workspace
    change: Change
    data: Dataset  # the new version
    was: str | None  # the fingerprint of the old one; None: whatever a model learnt from
    reason: str  # why what cannot be solved anew is stale
    statistics: dict[Weighing, Path]  # the new ones; grows
    check: bool  # whether to compare with a refit
    due: int | None = None  # until when what is stale must be trained again

    def of(self, folder: Path) -> Renewed:
        """Renew the model of a folder."""
        try:
            trained = load(folder)
        except ArtefactError:
            self.change.remove(folder)  # it cannot be used, and may hold what is to be forgotten
            return Renewed(folder.name, folder.name, (), (), None, removed=True)
        name, text = trained.name, describe(trained.recipe)
        if not self.data.histories.entries:
            self.change.remove(folder)
            return Renewed(name, text, (), (), None, removed=True)
        known = artefacts.data_of(folder)
        if self.was is not None and (known.get("fingerprint") != self.was or "stale" in known):
            return self._stale(folder, trained)
        started = time.perf_counter()
        if isinstance(trained.scorer, FittedBlend):
            return self._blend(folder, trained, started)
        try:
            scorer = self._scorer(trained.recipe)
        except (MissingData, NumericError):
            scorer = None
        if scorer is None:
            return self._stale(folder, trained)
        target = self.change.folder(folder)
        save(
            replace(trained, scorer=scorer, seconds=time.perf_counter() - started),
            target,
            self.data,
        )
        del scorer  # before the refit needs the memory
        return Renewed(name, text, (text,), (), self._difference(target))

    def _scorer(self, recipe: Any) -> Scorer | None:
        """The model as fitted on the new data, or None where that takes a training."""
        if isinstance(recipe, LinearRecipe):
            statistic = Learnt.load(self._statistic(recipe))[0].statistic
            solved: Scorer = recipe.solve(statistic.sums(recipe, self.data), self.data)
            return solved
        if name_of(recipe) in FITTED_AGAIN:
            fitted: Scorer = recipe.fit(self.data, np.random.default_rng(0))  # draws nothing
            return fitted
        return None

    def _statistic(self, recipe: LinearRecipe) -> Path:
        """Where the new sums are; gathered now if none were kept."""
        weighing = recipe.needs.weighing
        if weighing not in self.statistics:
            target = self.change.folder(statistic_folder(self.workspace, self.data, weighing))
            learnt_for(recipe, self.data).save(target, self.data)
            self.statistics[weighing] = target
        return self.statistics[weighing]

    def _blend(self, folder: Path, trained: Trained, started: float) -> Renewed:
        """Each part anew that can be; the others stay, which makes the blend stale."""
        blend = trained.scorer
        assert isinstance(blend, FittedBlend)
        scorers, exact, stale = list[Scorer](), list[str](), list[str]()
        for part, recipe, before in zip(
            blend.recipe.parts, blend.recipe.recipes(), blend.parts, strict=True
        ):
            try:
                scorer = self._scorer(recipe)
            except (MissingData, NumericError):
                scorer = None
            (stale if scorer is None else exact).append(part)
            scorers.append(before if scorer is None else scorer)
        if any((self.data.items.numbers(s.items.ids) < 0).any() for s in scorers):
            return self._stale(folder, trained)  # a part knows a film that is gone
        renewed = blended(blend.recipe, scorers, self.data)
        target = self.change.folder(folder)
        seconds = time.perf_counter() - started
        reason = f"{', '.join(stale)}: {self.reason}" if stale else None
        renewed_blend = replace(trained, scorer=renewed, seconds=seconds)
        save(renewed_blend, target, self.data, stale=reason, due=self._due(folder))
        del renewed, scorers, scorer
        text = describe(trained.recipe)
        return Renewed(trained.name, text, tuple(exact), tuple(stale), self._difference(target))

    def _stale(self, folder: Path, trained: Trained) -> Renewed:
        known = artefacts.data_of(folder)
        if "stale" not in known or (self.due is not None and "due" not in known):
            mark_stale(folder, self.change.folder(folder), self.reason, self.due)
        text = describe(trained.recipe)
        return Renewed(trained.name, text, (), (text,), None)

    def _due(self, folder: Path) -> int | None:
        """The earlier one stands: what a viewer who was erased before taught is still in it."""
        before = due(folder)
        return self.due if before is None or self.due is None else min(before, self.due)

    def _difference(self, written: Path) -> float | None:
        """The largest difference of linear weights to a refit, over the largest of those."""
        if not self.check:
            return None
        scorer = load(written).scorer
        worst = None
        for part in scorer.parts if isinstance(scorer, FittedBlend) else (scorer,):
            if not isinstance(part, FittedItemItem):
                continue
            try:
                refit = part.recipe.fit(self.data, np.random.default_rng(0))
            except NumericError:  # no room for both; the sums were compared all the same
                continue
            worst = max(worst or 0.0, relative_difference(part, refit))
        return worst


def relative_difference(found: FittedItemItem, expected: FittedItemItem) -> float:
    """max |found - expected| / max |expected| of the weights; inf if they are of other items."""
    if found.items != expected.items:
        return np.inf
    rows = range(len(found.weights))
    largest = max((float(np.abs(expected.weights[row]).max()) for row in rows), default=0.0)
    worst = max(
        (float(np.abs(found.weights[row] - expected.weights[row]).max()) for row in rows),
        default=0.0,
    )
    return worst / largest if largest else worst
