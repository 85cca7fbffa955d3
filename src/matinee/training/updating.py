"""Viewers come and go: the workspace's data and every model of it change together."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from matinee.dataset import Dataset
from matinee.errors import ArtefactError
from matinee.models.statistic import Weighing
from matinee.schema import Tables
from matinee.store.changes import Change
from matinee.store.workspace import Workspace
from matinee.training.fingerprints import fingerprint
from matinee.training.learnt import Learnt
from matinee.training.renewal import Renewal, Renewed
from matinee.training.viewers import with_ratings, without

FORGOTTEN = "a viewer it learnt from has been forgotten since"
ADDED = "viewers were added since it was trained"


@dataclass(frozen=True, slots=True)
class Update:
    """What changed in a workspace."""

    data: str
    viewers: int  # that are left
    ratings: int
    changed_viewers: int
    changed_ratings: int
    sums_difference: float | None  # largest to sums of the new data alone; None: no statistic
    models: tuple[Renewed, ...]
    damaged: tuple[str, ...]  # sums that could not be read, and so were not subtracted from
    policies: tuple[str, ...]  # kept policies, which had learnt from the data before: removed
    tuned: bool  # whether settings were found on the data before; they are not used any more


def forget(workspace: Workspace, name: str | None, user: str) -> Update:
    """Have a viewer never have been: data, ledgers and linear models, checked against a refit.

    A crash leaves everything as it was, or the viewer forgotten everywhere. Models that are not
    linear are marked as stale. UnknownId if nothing is known of the viewer.
    """
    with workspace.change() as change:
        before = workspace.load(name)
        after = without(before, user)
        ratings = before.ratings.height - after.ratings.height
        task = _Task(workspace, change, before, after, (user,), ratings, FORGOTTEN)
        return _updated(task, check=True)


def add(workspace: Workspace, name: str | None, added: Tables) -> Update:
    """The data with more ratings, and every linear model solved anew from its updated sums.

    Only the rows of viewers who have new ratings are read. Other models are marked as stale.
    """
    with workspace.change() as change:
        before = workspace.load(name)
        after = with_ratings(before, added)
        ids = tuple(added.ratings["user_id"].cast(pl.String).unique(maintain_order=True))
        task = _Task(workspace, change, before, after, ids, added.ratings.height, ADDED)
        return _updated(task, check=False)


@dataclass(frozen=True, slots=True, eq=False)
class _Task:
    workspace: Workspace
    change: Change
    before: Tables
    after: Tables
    ids: Sequence[str]
    ratings: int  # that came or went
    reason: str


def _updated(task: _Task, check: bool) -> Update:
    old, new = Dataset.from_tables(task.before), Dataset.from_tables(task.after)
    workspace, change = task.workspace, task.change
    workspace.rewrite(task.after, change.folder(workspace.data_folder(new.name)))
    was = fingerprint(old)
    statistics: dict[Weighing, Path] = {}
    worst, damaged = None, []
    for folder in workspace.statistic_folders(new.name):
        try:
            before, learnt_from = Learnt.load(folder)
        except ArtefactError as error:
            damaged.append(f"{error}; the sums are gathered anew")
            change.remove(folder)
            continue
        if learnt_from.get("fingerprint") != was:
            change.remove(folder)  # of other data: nothing can be subtracted from it
            continue
        learnt = before.changed(task.ids, new)
        del before
        if check:
            refit = Learnt.of(new, learnt.weighing)
            difference = learnt.statistic.difference(refit.statistic)
            worst = max(worst or 0.0, difference)
            learnt = refit if difference else learnt  # never seen; nobody may stay behind for it
        target = change.folder(folder)
        learnt.save(target, new)
        statistics[learnt.weighing] = target
    folders = workspace.model_folders(new.name)
    if fingerprint(new) == was:
        folders = []  # a viewer of tags alone: no model has learnt from those
    policies = workspace.policy_folders(new.name) if fingerprint(new) != was else []
    for folder in policies:
        change.remove(folder)
    renewal = Renewal(workspace, change, new, was, task.reason, statistics, check)
    models = tuple(renewal.of(folder) for folder in folders)
    return Update(
        data=new.name,
        viewers=len(new.users),
        ratings=new.histories.entries,
        changed_viewers=len(task.ids),
        changed_ratings=task.ratings,
        sums_difference=worst,
        models=models,
        damaged=tuple(damaged),
        policies=tuple(folder.name for folder in policies),
        tuned=workspace.tuned_file(new.name).exists(),
    )
