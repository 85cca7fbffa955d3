"""A search for better settings of one recipe, within a budget."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from matinee.errors import InputError, NumericError
from matinee.models import RECIPES
from matinee.training.objectives import Objective
from matinee.training.spaces import SPACES, Space
from matinee.training.studies import Study, Trial, open_study


@dataclass(frozen=True, slots=True)
class Budget:
    """When a search ends: at the first of these. A trial that has begun is always awaited."""

    seconds: float | None = None  # of this sitting
    trials: int | None = None  # in all, with those of earlier sittings
    patience: int = 25  # trials of this sitting without an improvement
    improvement: float = 1e-3  # what counts as one, as a share of the best figure

    def __post_init__(self) -> None:
        if self.seconds is not None and not (self.seconds > 0 and isfinite(self.seconds)):
            raise InputError(f"budget: expected minutes > 0, got {self.seconds / 60:g}")
        if self.trials is not None and self.trials < 1:
            raise InputError(f"budget: expected trials >= 1, got {self.trials}")
        if self.patience < 1:
            raise InputError(f"budget: expected patience >= 1, got {self.patience}")
        if self.seconds is None and self.trials is None:
            raise InputError("budget: expected minutes or trials, got neither")


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a search stands, after a trial."""

    name: str
    tried: int
    new: int  # of them in this sitting
    share: float  # of the budget, 0 to 1
    default: float
    best: float
    metric: str


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What was tried; the first trial is the recipe's default."""

    name: str
    metric: str
    lower_is_better: bool
    trials: tuple[Trial, ...]
    stopped: str  # why it ended, in words
    interrupted: bool

    @property
    def default(self) -> Trial:
        """The trial of the settings that matinee ships."""
        return self.trials[0]

    @property
    def best(self) -> Trial:
        """The trial with the best figure; of equals the first, and so the default."""
        sign = -1 if self.lower_is_better else 1
        valued = [trial for trial in self.trials if trial.value is not None]
        return max(valued, key=lambda trial: sign * (trial.value or 0.0))

    def recipe(self, trial: Trial) -> Any:
        """The recipe that a trial tried."""
        return RECIPES[self.name](**trial.settings)


def space_of(name: str) -> Space:
    """What of a recipe is searched; InputError for one without settings to search."""
    if ":" in name:
        raise InputError(f"tune: expected a model's name without settings, got {name!r}")
    if name not in RECIPES:
        raise InputError(f"model: expected one of {', '.join(RECIPES)}, got {name!r}")
    if name not in SPACES:
        raise InputError(
            f"tune: expected a model with settings to search ({', '.join(SPACES)}), got {name!r}"
        )
    return SPACES[name]


def tune_recipe(
    name: str,
    objective: Objective,
    budget: Budget,
    *,
    seed: int = 0,
    file: Path | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Search:
    """The search of a recipe's space (`SPACES`) by the objective, from its default on.

    With a file, trials that are in it count and new ones are put there. The caller names one file
    for one question: recipe, data, split and seed. Ctrl-C ends the search and keeps what was
    found; before the default has its figure there is nothing to keep, and it is raised.
    """
    space = space_of(name)
    study = open_study(space, seed, lower_is_better=objective.lower_is_better, file=file)
    begun, started = len(study.tried()), time.monotonic()
    stopped, interrupted = "", False
    try:
        while not stopped:
            tried, elapsed = study.tried(), time.monotonic() - started
            if tried:
                stopped = _over(tried, begun, elapsed, budget, objective)
                progress(_progress(name, tried, begun, elapsed, budget, objective))
            if not stopped:
                _try_next(name, study, objective, seed)
    except KeyboardInterrupt:
        if not study.tried():
            raise
        stopped, interrupted = "it was interrupted", True
    trials = tuple(study.tried())
    return Search(name, objective.metric, objective.lower_is_better, trials, stopped, interrupted)


def _try_next(name: str, study: Study, objective: Objective, seed: int) -> None:
    """Try the default if nothing was tried yet, else what the study proposes."""
    tried = study.tried()
    default = RECIPES[name]()
    settings = study.proposal() if tried else {f: getattr(default, f) for f in study.space}
    same = next((trial for trial in tried if trial.settings == settings), None)
    if same is not None:  # a small space runs out: known is known
        study.record(settings, same.value, 0.0, same.error)
        return
    started = time.monotonic()
    try:
        value = objective.value(RECIPES[name](**settings), seed)
    except (InputError, NumericError) as error:
        if not tried:
            raise
        study.record(settings, None, time.monotonic() - started, str(error))
    else:
        study.record(settings, value, time.monotonic() - started)


def _over(
    tried: Sequence[Trial], begun: int, elapsed: float, budget: Budget, objective: Objective
) -> str:
    """Why the search ends here, in words; empty if it goes on."""
    if budget.trials is not None and len(tried) >= budget.trials:
        return f"all {budget.trials} trials were done"
    if budget.seconds is not None and elapsed >= budget.seconds:
        late = elapsed - budget.seconds
        awaited = f", {late:.0f} s of them over: a trial that has begun is awaited" * (late >= 1)
        return f"its time was over ({elapsed:.0f} s{awaited})"
    if len(tried) - max(begun, _last_improvement(tried, budget, objective) + 1) >= budget.patience:
        return f"the last {budget.patience} trials brought no improvement"
    return ""


def _last_improvement(tried: Sequence[Trial], budget: Budget, objective: Objective) -> int:
    """The number of the last trial that was better than all before it by more than a trifle."""
    best, last = tried[0].value or 0.0, 0
    trifle = budget.improvement * (-1 if objective.lower_is_better else 1)
    for trial in tried[1:]:
        if trial.value is not None and objective.better(trial.value, best * (1 + trifle)):
            best, last = trial.value, trial.number
    return last


def _progress(
    name: str,
    tried: Sequence[Trial],
    begun: int,
    elapsed: float,
    budget: Budget,
    objective: Objective,
) -> Progress:
    values = [trial.value for trial in tried if trial.value is not None]
    shares = [0.0]
    if budget.trials is not None:
        shares.append(len(tried) / budget.trials)
    if budget.seconds is not None:
        shares.append(elapsed / budget.seconds)
    best = min(values) if objective.lower_is_better else max(values)
    share = min(max(shares), 1.0)
    return Progress(name, len(tried), len(tried) - begun, share, values[0], best, objective.metric)
