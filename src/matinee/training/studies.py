"""A search on file, by Optuna: what was tried, and what to try next."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.storages import InMemoryStorage, JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from matinee.errors import ArtefactError
from matinee.training.spaces import Choice, Float, LogFloat, Range, Space

_SECONDS, _ERROR = "seconds", "error"  # what is kept of a trial beside its value
_NAME = "search"

# What reading something else as a journal raises.
_NO_STUDY = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    optuna.exceptions.OptunaError,
)


@dataclass(frozen=True, slots=True)
class Trial:
    """Settings that were tried, with their figure; None if they could not be fitted."""

    number: int  # in the order of trying; 0 is the default
    settings: Mapping[str, Any]
    value: float | None
    seconds: float
    error: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """The trials of one question, on file or in memory.

    What is proposed depends on the seed and on the trials before it alone: a search that was
    broken off goes on as if it had not been.
    """

    space: Space
    seed: int
    _study: optuna.Study

    def tried(self) -> list[Trial]:
        """Every trial, in order."""
        return [_trial(trial) for trial in self._study.get_trials(deepcopy=False)]

    def proposal(self) -> dict[str, Any]:
        """What to try next: at random for the first ten, then by TPE (Bergstra et al. 2011).

        Numbers have three digits, so that the recipe which is printed is the one that was tried.
        """
        trials = self._study.get_trials(deepcopy=False)
        child = np.random.SeedSequence([self.seed, len(trials)]).generate_state(1)[0]
        sampler = optuna.samplers.TPESampler(seed=int(child))
        with _quiet():
            asked = optuna.create_study(direction=self._study.direction, sampler=sampler)
        asked.add_trials(trials)
        found = asked.ask(_distributions(self.space)).params
        return {
            field: float(f"{value:.3g}") if isinstance(value, float) else value
            for field, value in found.items()
        }

    def record(
        self,
        settings: Mapping[str, Any],
        value: float | None,
        seconds: float,
        error: str | None = None,
    ) -> None:
        """Put a trial on file, where it stays whatever happens next."""
        trial = create_trial(
            state=TrialState.FAIL if value is None else TrialState.COMPLETE,
            value=value,
            params=dict(settings),
            distributions=_distributions(self.space),
            user_attrs={_SECONDS: seconds, _ERROR: error},
        )
        self._study.add_trial(trial)


def open_study(space: Space, seed: int, *, lower_is_better: bool, file: Path | None) -> Study:
    """The study of a file, made if there is none; in memory without a file.

    ArtefactError for a file that is no study. A last line that a killed process left half
    written is cut off.
    """
    direction = StudyDirection.MINIMIZE if lower_is_better else StudyDirection.MAXIMIZE
    try:
        with _quiet():
            study = optuna.create_study(
                storage=InMemoryStorage() if file is None else _journal(file),
                study_name=_NAME,
                direction=direction,
                load_if_exists=True,
            )
        opened = Study(space, seed, study)
        for trial in opened.tried():
            if trial.settings.keys() != space.keys():
                raise ValueError(f"settings {sorted(trial.settings)}")
    except _NO_STUDY as e:
        reason = str(e).splitlines()[0] if str(e) else type(e).__name__
        raise ArtefactError(
            f"{file}: expected a search that 'matinee tune' wrote, got {reason}; "
            "--fresh starts anew"
        ) from e
    return opened


def _journal(file: Path) -> JournalStorage:
    file.parent.mkdir(parents=True, exist_ok=True)
    content = file.read_bytes() if file.exists() else b""
    if not content.endswith(b"\n") and content:
        whole = content.rfind(b"\n") + 1
        if not whole:
            raise ValueError("a file without a whole line")
        with file.open("r+b") as opened:
            opened.truncate(whole)
    return JournalStorage(JournalFileBackend(str(file)))


def _trial(trial: FrozenTrial) -> Trial:
    return Trial(
        trial.number,
        trial.params,
        trial.value if trial.state == TrialState.COMPLETE else None,
        float(trial.user_attrs[_SECONDS]),
        trial.user_attrs[_ERROR],
    )


def _distributions(space: Space) -> dict[str, BaseDistribution]:
    return {field: _distribution(bounds) for field, bounds in space.items()}


def _distribution(bounds: Range) -> BaseDistribution:
    if isinstance(bounds, Choice):
        return CategoricalDistribution(bounds.values)
    if isinstance(bounds, LogFloat | Float):
        return FloatDistribution(bounds.low, bounds.high, log=isinstance(bounds, LogFloat))
    return IntDistribution(bounds.low, bounds.high, log=True)


@contextmanager
def _quiet() -> Iterator[None]:
    """Optuna tells of a new study; a person at a progress bar is told otherwise."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)
