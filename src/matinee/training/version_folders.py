"""Versions as folders: a model or a whole policy, each read back as what it is."""

from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from matinee.dataset import Dataset
from matinee.errors import ArtefactError
from matinee.models.protocols import Scorer
from matinee.models.widening import widened
from matinee.ranking import FittedPolicy, Recommender
from matinee.store import artefacts
from matinee.training.fitting import Trained
from matinee.training.keeping import load, save
from matinee.training.policy_keeping import load_policy, save_policy

Fitted: TypeAlias = Trained | FittedPolicy


def save_version(fitted: Fitted, folder: Path, data: Dataset) -> None:
    """Write what was learnt from the data."""
    if isinstance(fitted, FittedPolicy):
        save_policy(fitted, folder, data)
    else:
        save(fitted, folder, data)


def load_version(folder: Path, data: Dataset) -> Fitted:
    """What the folder holds, with features of films made of `data`; ArtefactError if damaged."""
    if artefacts.exists(folder):
        return load(folder)
    fitted = load_policy(folder, data, of_any=True)
    assert fitted is not None
    return fitted


def first_stage_of(fitted: Fitted) -> Scorer:
    """The model itself, or what gives a policy its candidates."""
    return fitted.first.scorer if isinstance(fitted, FittedPolicy) else fitted.scorer


def what_ranks(fitted: Fitted) -> Scorer | Recommender:
    """What lists are asked of."""
    return fitted if isinstance(fitted, FittedPolicy) else fitted.scorer


def with_new_films(fitted: Fitted, data: Dataset) -> Fitted:
    """The same with the films that came after it, by what is known of them: see `widened`."""
    scorer = widened(first_stage_of(fitted), data)
    if isinstance(fitted, FittedPolicy):
        return replace(fitted, first=replace(fitted.first, scorer=scorer))
    return replace(fitted, scorer=scorer)


def hold_to(data: Dataset, fitted: Fitted, place: str) -> None:
    """ArtefactError where it names films that the data does not know: it is of other data."""
    lacking = int((data.items.numbers(first_stage_of(fitted).items.ids) < 0).sum())
    if lacking:
        raise ArtefactError(
            f"{place}: expected a model of films of the database, got {lacking} others"
        )
