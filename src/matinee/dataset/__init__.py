"""Vocabulary, data set, histories and splits: arrays only, no I/O."""

from matinee.dataset.conclusions import Conclusions, conclusions
from matinee.dataset.data import Dataset
from matinee.dataset.doings import Doings
from matinee.dataset.histories import NO_TIME, Histories
from matinee.dataset.log import Log, Past
from matinee.dataset.pages import Shown
from matinee.dataset.signals import Signals, interactions, statements
from matinee.dataset.splits import (
    Split,
    Stage,
    cold_split,
    earlier_windows,
    entry_stage,
    leave_last_split,
    random_split,
    rating_fold_stages,
    rolling_time_splits,
    strong_split,
    time_split,
    user_fold_splits,
    viewer_stages,
    warm,
)
from matinee.dataset.strength import strength_of_ratings
from matinee.dataset.vocabulary import Vocabulary, translation

__all__ = [
    "NO_TIME",
    "Conclusions",
    "Dataset",
    "Doings",
    "Histories",
    "Log",
    "Past",
    "Shown",
    "Signals",
    "Split",
    "Stage",
    "Vocabulary",
    "cold_split",
    "conclusions",
    "earlier_windows",
    "entry_stage",
    "interactions",
    "leave_last_split",
    "random_split",
    "rating_fold_stages",
    "rolling_time_splits",
    "statements",
    "strength_of_ratings",
    "strong_split",
    "time_split",
    "translation",
    "user_fold_splits",
    "viewer_stages",
    "warm",
]
