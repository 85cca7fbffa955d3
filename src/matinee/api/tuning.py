"""Settings found by search, and what they are worth on viewers that the search never saw."""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from matinee import training
from matinee.api.comparing import split
from matinee.api.reading import Data, as_dataset
from matinee.api.recommending import default_model
from matinee.dataset import Dataset, Split, Stage
from matinee.evaluation.leaderboard import finite
from matinee.evaluation.significance import Comparison, Sums, compare
from matinee.models import RECIPES
from matinee.settings import Settings, read_settings
from matinee.store.workspace import Workspace
from matinee.training.choosing import BLENDED, Chooser
from matinee.training.objectives import Objective, metric_of, split_of
from matinee.training.own_defaults import keep_own_defaults
from matinee.training.spaces import SLOW, SPACES, TIMED
from matinee.training.studies import Trial
from matinee.training.tuning import Budget, Progress, Search, space_of, tune_recipe

MINUTES = 5.0  # of a search that is given no budget

# better: the interval is above the default. unsure: the figure is, the interval is not.
Verdict = Literal["better", "unsure", "default"]


@dataclass(frozen=True, slots=True, eq=False)
class Tuned:
    """One model's search, and default and best found side by side on the final part."""

    search: Search
    split: str
    users: int  # of the final part, over whom both are measured
    default: float
    tuned: float
    difference: Comparison  # tuned - default, paired by viewer

    @property
    def name(self) -> str:
        """The model's name."""
        return self.search.name

    @property
    def verdict(self) -> Verdict:
        """Whether the settings found are better than the defaults on the final part."""
        sign = -1 if self.search.lower_is_better else 1
        if not sign * self.difference.difference > 0:
            return "default"
        ends = (sign * self.difference.low, sign * self.difference.high)
        return "better" if min(ends) > 0 else "unsure"

    @property
    def recipe(self) -> str:
        """The recipe to use, as text: the one found, or the default if that is no worse."""
        search = self.search
        chosen = search.default if self.verdict == "default" else search.best
        return training.describe(search.recipe(chosen), whole=True)

    def to_json_dict(self) -> dict[str, Any]:
        """Its part of the document that --json prints."""
        search, difference = self.search, self.difference
        return {
            "name": self.name,
            "split": self.split,
            "metric": search.metric,
            "lower_is_better": search.lower_is_better,
            "users": self.users,
            "verdict": self.verdict,
            "recipe": self.recipe,
            "default": self._side(search.default, self.default),
            "tuned": self._side(search.best, self.tuned),
            "difference": difference.difference,
            "low": finite(difference.low),
            "high": finite(difference.high),
            "p": finite(difference.p),
            "stopped": search.stopped,
            "interrupted": search.interrupted,
            "trials": [
                asdict(trial) | {"recipe": training.describe(search.recipe(trial), whole=True)}
                for trial in search.trials
            ],
        }

    def _side(self, trial: Any, final: float) -> dict[str, Any]:
        recipe = training.describe(self.search.recipe(trial), whole=True)
        return {"recipe": recipe, "validation": trial.value, "final": finite(final)}


@dataclass(frozen=True, slots=True, eq=False)
class Tuning:
    """The searches of one data set; `kept` is the file from which `train` and `recommend` know."""

    data: str
    simulated: bool
    seed: int
    models: tuple[Tuned, ...]
    kept: Path

    @property
    def recipes(self) -> list[str]:
        """The recipes to use, as texts that `evaluate` and `fit` take."""
        return [model.recipe for model in self.models]

    def to_json_dict(self) -> dict[str, Any]:
        """The document that --json prints."""
        return {
            "data": self.data,
            "simulated": self.simulated,
            "seed": self.seed,
            "models": [model.to_json_dict() for model in self.models],
            "kept": str(self.kept),
            "notes": [
                "each search is by the validation part alone; default and tuned are then fitted "
                "again and compared on the final part, paired by viewer, 95 % interval by t-test",
                "under the strong split no viewer of the final part was learnt from or searched "
                "with; under time and random splits the final part is other ratings of viewers "
                "who were learnt from",
            ],
        }


def tune(
    data: Data,
    models: Sequence[str] | None = None,
    split_by: str | Path | Split | None = None,
    *,
    minutes: float | None = None,
    trials: int | None = None,
    patience: int = 25,
    seed: int = 0,
    fresh: bool = False,
    settings: Settings | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
    say: Callable[[str], None] = lambda _: None,
) -> Tuning:
    """Better settings for each model, searched by TPE from its defaults on; kept for this data.

    `minutes` (5 without any budget) is the time of this search over all models, `trials` the
    number for each model with those of earlier runs; it also ends after `patience` trials without
    an improvement. The same call goes on with a search that was broken off; `fresh` starts anew.
    Models: `default_model` if none is named; of a blend the parts that can be searched, and then
    its weights. Split: strong, or time for `RATED` and `TIMED`.
    """
    budget = budget_of(minutes, trials, patience)
    for name in models or ():
        if name != "blend":
            space_of(name)
    settings = settings or read_settings()
    dataset, workspace = as_dataset(data), Workspace(settings.home)
    names = _with_parts(models or [default_model(dataset)])
    plans = [(name, _split_of(name, dataset, split_by, seed)) for name in names]
    metrics = [metric_of(name, parts.name) for name, parts in plans]
    ends = time.monotonic() + (budget.seconds or 0)
    found: list[Tuned] = []
    for place, ((name, parts), metric) in enumerate(zip(plans, metrics, strict=True)):
        if name == "blend":
            say("blend: learning the weights of its parts")
            found.append(_blended(parts, metric, {one.name: one for one in found}, seed))
            continue
        share = budget
        if budget.seconds is not None:
            searches = sum(other != "blend" for other, _ in plans[place:])
            left = max(ends - time.monotonic(), 1.0) / searches
            share = Budget(left, trials, patience)
        file = _file(workspace, dataset, name, parts, seed)
        if fresh:
            file.unlink(missing_ok=True)
        say(f"{name}: trying the default")
        objective = Objective.of(metric, [parts.tune])
        search = tune_recipe(name, objective, share, seed=seed, file=file, progress=progress)
        say(f"{name}: measuring on the final part")
        found.append(_measured(search, parts, seed))
        if search.interrupted:
            break
    kept = keep_own_defaults(workspace, dataset, {model.name: _kept(model) for model in found})
    return Tuning(dataset.name, dataset.simulated, seed, tuple(found), kept)


def _with_parts(names: Sequence[str]) -> list[str]:
    """The names, each once; before a blend its parts that have settings to search."""
    parts = [part for part in BLENDED if part in SPACES and part not in TIMED | SLOW]
    wanted = [part for name in names for part in ((*parts, name) if name == "blend" else (name,))]
    return [name for name in dict.fromkeys(wanted) if name != "blend"] + ["blend"] * (
        "blend" in wanted
    )


def _blended(parts: Split, metric: str, found: Mapping[str, Tuned], seed: int) -> Tuned:
    """The default blend against the one whose weights are learnt over the parts just tuned."""
    own = {name: training.recipe_from_text(one.recipe)[1] for name, one in found.items()}
    given = {name: own.get(name, RECIPES[name]()) for name in BLENDED if name not in TIMED}
    started = time.monotonic()
    learnt = Chooser(parts.tune, seed, given).recipe("blend")
    seconds = time.monotonic() - started
    objective = Objective.of(metric, [parts.tune])
    trials = [
        Trial(number, {"parts": blend.parts, "weights": blend.weights}, value, seconds * number)
        for number, blend in enumerate((RECIPES["blend"](), learnt))
        for value in [objective.value(blend, seed)]
    ]
    search = Search(
        "blend", metric, objective.lower_is_better, tuple(trials), "its weights were learnt", False
    )
    return _measured(search, parts, seed)


def budget_of(minutes: float | None, trials: int | None, patience: int) -> Budget:
    """The budget of a call; InputError for one that allows nothing."""
    minutes = MINUTES if minutes is None and trials is None else minutes
    return Budget(None if minutes is None else 60 * minutes, trials, patience)


def _split_of(name: str, data: Dataset, split_by: str | Path | Split | None, seed: int) -> Split:
    how = split_by or split_of(name)
    parts = how if isinstance(how, Split) else split(data, how, seed)
    if name != "blend":
        space_of(name)  # after the split: data without ratings is the plainer mistake
    return parts


def _measured(search: Search, parts: Split, seed: int) -> Tuned:
    """Default and best on the final part, each fitted once more on its training data."""
    objective = Objective.of(search.metric, [parts.final])
    default = objective.sums(search.recipe(search.default), seed)[0]
    users = int((default.denominators > 0).sum())
    if search.best is search.default:
        nothing = Comparison(0.0, float("nan"), float("nan"), float("nan"))
        return Tuned(search, parts.name, users, default.value, default.value, nothing)
    tuned: Sums = objective.sums(search.recipe(search.best), seed)[0]
    difference = compare(tuned, default)
    return Tuned(search, parts.name, users, default.value, tuned.value, difference)


def _kept(model: Tuned) -> dict[str, Any] | None:
    """What is kept of a model; None if its defaults are best."""
    if model.verdict == "default":
        return None
    document = model.to_json_dict()
    figures = ("recipe", "split", "metric", "verdict", "difference", "low", "high")
    return {figure: document[figure] for figure in figures}


def _file(workspace: Workspace, data: Dataset, name: str, parts: Split, seed: int) -> Path:
    """The file of a search: another for any other data, split, seed, space or default."""
    digest = hashlib.sha256(training.fingerprint(parts.tune.train).encode())
    digest.update(_bytes(parts.tune))
    default = training.describe(training.recipe_from_text(name)[1], whole=True)
    digest.update(f"{default} {space_of(name)} {parts.name} {seed}".encode())
    return workspace.study_file(data.name, f"{name}-{parts.name}-{digest.hexdigest()[:12]}")


def _bytes(stage: Stage) -> bytes:
    arrays = (
        array
        for histories in (stage.histories, stage.truth)
        for array in (histories.indptr, histories.numbers, histories.strength)
    )
    return b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)
