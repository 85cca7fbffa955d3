"""What a worker serves: the catalogue, the model that was trained last, what makes pages of it."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import numpy as np
import polars as pl

from matinee import training
from matinee.dataset import Dataset, Signals, Vocabulary
from matinee.errors import ArtefactError
from matinee.models.popularity import Popularity
from matinee.models.protocols import Recipe, Scorer
from matinee.models.weighted_rating import WeightedRating
from matinee.models.widening import widened
from matinee.page import PageMaker
from matinee.page.standing import Films, Standing, standing
from matinee.ranking import FittedPolicy
from matinee.service.viewers import Viewers
from matinee.store import artefacts
from matinee.store.catalogue import withdrawn_films
from matinee.store.database import Database
from matinee.store.events import EventLog
from matinee.store.folders import current, written_at
from matinee.store.opening import Store
from matinee.store.served import live_artefact
from matinee.store.workspace import Workspace
from matinee.training.from_everybody import tables_to_serve
from matinee.training.policy_keeping import RANKER, kept_policy, load_policy
from matinee.training.version_folders import first_stage_of, hold_to, load_version, with_new_films

DATABASE = "database"  # the name of the data set, under which `train` keeps models of it
NO_MODEL = "no model"
NO_VERSION = "live version unreadable"
_MOST_KEPT = 500_000  # interactions that a worker holds on to
_WEIGHTS = Signals()
_log = logging.getLogger("matinee.service")
DataOf: TypeAlias = Callable[[Signals], Dataset]  # what the database says with these weights


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """All that requests read; replaced as a whole, never changed."""

    data: Dataset
    maker: PageMaker
    scorer: Scorer  # of lists and explanations: the model, or the first stage of the policy
    name: str  # of what makes the pages
    degraded: tuple[str, ...]
    log: EventLog
    films: Films  # what viewers' events are read with
    read_at: int  # what changed since is not in it
    artefact_id: str | None  # of the index; None for what is not in it
    masks: Mapping[str, Mapping[str, np.ndarray]]  # genre and language -> films that have it
    years: np.ndarray  # (films,) float64, NaN = unknown

    def standing(self, user_id: str, viewers: Viewers, now: int) -> Standing:
        """What the database knows of a viewer now."""
        return standing(user_id, viewers.of(user_id, self.log).doings, self.films, now)

    def number(self, item_id: str) -> int:
        """The film's number, -1 if it is not served."""
        return self.films.number.get(item_id, -1)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A model to serve, before it is known what it makes pages of."""

    maker: PageMaker
    scorer: Scorer
    name: str
    degraded: tuple[str, ...] = ()
    artefact_id: str | None = None
    weights: Signals = _WEIGHTS  # of events


def read_served(store: Store, workspace: Workspace) -> Served:
    """Read the database and its live version, or the newest kept model or policy of it: seconds.

    Where there is none, or none can be read, pages are those of anybody and say so.
    """
    read_at = int(time.time())

    @lru_cache(maxsize=1)  # a model that cannot be read is rarely of other weights than the next
    def data_of(weights: Signals) -> Dataset:
        return Dataset.from_tables(tables_to_serve(store.database, weights, read_at))

    chosen, lost = _live(store, data_of), tuple[str, ...]()
    if chosen is None:
        lost = (NO_VERSION,) if live_artefact(store.database) else ()
        chosen = _newest(data_of, workspace) or _of_anybody(data_of(_WEIGHTS))
    chosen = replace(chosen, degraded=chosen.degraded + lost)
    return served_of(store, data_of(chosen.weights), chosen, read_at)


def served_of(store: Store, data: Dataset, chosen: Chosen, read_at: int) -> Served:
    """What requests read of a model and what makes pages of it."""
    if data.histories.entries > _MOST_KEPT:  # only a demonstration looks at other viewers
        data = replace(
            data, users=Vocabulary.of([]), histories=data.histories.take(np.array([], int))
        )
    return Served(
        data,
        replace(chosen.maker, shown=chosen.maker.shown & ~_withdrawn(store.database, data)),
        chosen.scorer,
        chosen.name,
        chosen.degraded,
        store.log,
        Films.of(data, chosen.weights),
        read_at,
        chosen.artefact_id,
        {"genre": _of_lists(data, "genres"), "language": _of_texts(data, "language")},
        data.movies["year"].cast(pl.Float64).fill_null(float("nan")).to_numpy(),
    )


def _live(store: Store, data_of: DataOf) -> Chosen | None:
    """The version of the index that every server should serve, if it can be read."""
    live = live_artefact(store.database)
    if live is None:
        return None
    try:
        folder = store.versions.fetch(live.artefact_id, live.place)
        data = data_of(weights_of(folder))
        fitted = load_version(folder, data)
        hold_to(data, fitted, live.place)
        fitted = with_new_films(fitted, data)
    except ArtefactError as error:
        _log.error("not served: %s", error)
        return None
    scorer = first_stage_of(fitted)
    if isinstance(fitted, FittedPolicy):
        name, weights = f"policy {fitted.policy.name}", fitted.policy.signals
        maker = PageMaker.of_policy(fitted, data)
    else:
        maker, weights = PageMaker.of(scorer, data), _WEIGHTS
        name = training.describe(fitted.recipe)
    return Chosen(maker, scorer, name, (), live.artefact_id, weights)


def kept_at(workspace: Workspace) -> float:
    """When a model or a policy of the database was kept last, seconds; 0 where none is."""
    return max((written_at(folder) for folder in _folders(workspace)), default=0.0)


def _folders(workspace: Workspace) -> list[Path]:
    return workspace.policy_folders(DATABASE) + workspace.model_folders(DATABASE)


def newest_folder(workspace: Workspace) -> Path | None:
    """Where the model or policy lies that was kept last, readable or not."""
    return max(_folders(workspace), key=written_at, default=None)


def weights_of(folder: Path) -> Signals:
    """What events are worth to the model or policy that lies there."""
    policy = None if artefacts.exists(folder) else kept_policy(folder)
    return _WEIGHTS if policy is None else policy.signals


def _newest(data_of: DataOf, workspace: Workspace) -> Chosen | None:
    policies = set(workspace.policy_folders(DATABASE))
    for folder in sorted(_folders(workspace), key=written_at, reverse=True):
        data = data_of(weights_of(folder))
        try:
            return _of_policy(folder, data) if folder in policies else _of_model(folder, data)
        except ArtefactError as error:
            _log.error("not served: %s", error)
    return None


def _of_policy(folder: Path, data: Dataset) -> Chosen:
    fitted = load_policy(folder, data, of_any=True)
    assert fitted is not None
    _hold_to(data, fitted.first.scorer, folder)
    fitted = replace(fitted, first=replace(fitted.first, scorer=widened(fitted.first.scorer, data)))
    maker = PageMaker.of_policy(fitted, data)
    stale = ("stale model",) if training.stale(current(folder) / RANKER) else ()
    name = f"policy {fitted.policy.name}"
    return Chosen(maker, fitted.first.scorer, name, stale, weights=fitted.policy.signals)


def _of_model(folder: Path, data: Dataset) -> Chosen:
    trained = training.load(folder)
    _hold_to(data, trained.scorer, folder)
    scorer = widened(trained.scorer, data)
    stale = ("stale model",) if training.stale(folder) else ()
    name = training.describe(trained.recipe)
    return Chosen(PageMaker.of(scorer, data), scorer, name, stale)


def _hold_to(data: Dataset, scorer: Scorer, folder: Path) -> None:
    """A model that names films which the database does not know is of another database."""
    lacking = int((data.items.numbers(scorer.items.ids) < 0).sum())
    if lacking:
        raise ArtefactError(
            f"{folder}: expected a model of films of the database, got {lacking} others; "
            "'matinee train --data database' makes it anew"
        )


def _of_anybody(data: Dataset) -> Chosen:
    votes = data.movies["vote_count"].drop_nulls().len() > 0
    recipe: Recipe = WeightedRating() if votes else Popularity()
    scorer = recipe.fit(data, np.random.default_rng(0))
    return Chosen(PageMaker.of(scorer, data), scorer, training.describe(recipe), (NO_MODEL,))


def _withdrawn(database: Database, data: Dataset) -> np.ndarray:
    mask = np.zeros(len(data.items), bool)
    mask[data.items.numbers(sorted(withdrawn_films(database)))] = True
    return mask


def _of_lists(data: Dataset, column: str) -> dict[str, np.ndarray]:
    pairs = data.movies.select(pl.int_range(pl.len()).alias("film"), word=column)
    return _masks(pairs.explode("word").drop_nulls(), len(data.items))


def _of_texts(data: Dataset, column: str) -> dict[str, np.ndarray]:
    pairs = data.movies.select(pl.int_range(pl.len()).alias("film"), word=column)
    return _masks(pairs.drop_nulls(), len(data.items))


def _masks(pairs: pl.DataFrame, films: int) -> dict[str, np.ndarray]:
    found = {}
    for (word,), group in pairs.group_by("word"):
        found[str(word)] = mask = np.zeros(films, bool)
        mask[group["film"].to_numpy()] = True
    return found
