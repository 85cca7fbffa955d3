"""Splits and leaderboards: every model on the same question, with popularity beside it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import polars as pl

from matinee import evaluation, training
from matinee.api.reading import Data, as_dataset
from matinee.dataset import (
    Dataset,
    Split,
    cold_split,
    leave_last_split,
    random_split,
    rolling_time_splits,
    strong_split,
    time_split,
    user_fold_splits,
)
from matinee.errors import InputError, MissingData
from matinee.evaluation import split_files
from matinee.features import content_vectors
from matinee.models import RECIPES
from matinee.ranking import Policy
from matinee.simulation import WORLD, oracle
from matinee.training import Trained
from matinee.training.choosing import Chooser
from matinee.training.policies import PolicyFitter

ALWAYS = ("popularity", "trending")

SPLITS: dict[str, Callable[[Dataset, np.random.Generator], Split]] = {
    "time": lambda data, _: time_split(data),
    "strong": strong_split,
    "random": random_split,
    "leave-last": lambda data, _: leave_last_split(data),
    "cold-items": cold_split,
    "cold-items-full": lambda data, rng: cold_split(data, rng, among_all=True),
}

# The splits that can have several rounds, whose viewers are pooled.
ROUNDS: dict[str, Callable[[Dataset, np.random.Generator, int], list[Split]]] = {
    "strong": user_fold_splits,
    "time": lambda data, _, folds: rolling_time_splits(data, folds),
}


def split(data: Data, how: str | Path = "time", seed: int = 0) -> Split:
    """A split by name (a key of `SPLITS`) or of a Parquet or CSV file.

    A file has the columns user_id, item_id, part; ratings that are not in it are not seen.
    """
    dataset = as_dataset(data)
    if not isinstance(seed, int) or seed < 0:
        raise InputError(f"seed: expected a whole number from 0, got {seed!r}")
    if not isinstance(how, str | Path):
        raise InputError(f"split: expected a name or a file, got {how!r}")
    if not dataset.histories.entries:
        raise MissingData(
            f"split: expected ratings, {dataset.name} has films alone; give a rating data set "
            "too, such as --data ml-latest-small"
        )
    if str(how) in SPLITS:
        return SPLITS[str(how)](dataset, np.random.default_rng(seed))
    if str(how) == "kfold":
        raise InputError("split kfold: expected --task rating (evaluate_ratings), got ranking")
    path = Path(how)
    if not path.is_file():
        raise InputError(f"split: expected one of {', '.join(SPLITS)} or a file, got {str(how)!r}")
    return split_files.from_frame(dataset, _split_table(path))


def splits(data: Dataset, how: str | Path, seed: int, folds: int) -> list[Split]:
    """One split, or `folds` rounds of it: folds of viewers (strong), origins in time (time)."""
    if not isinstance(folds, int) or folds < 1:
        raise InputError(f"folds: expected a whole number from 1, got {folds!r}")
    if folds == 1:
        return [split(data, how, seed)]
    if str(how) not in ROUNDS:
        raise InputError(
            f"folds: expected 1 with the split {str(how)!r}; {', '.join(ROUNDS)} can have several"
        )
    split(data, how, seed)  # the same complaints
    return ROUNDS[str(how)](data, np.random.default_rng(seed), folds)


def evaluate(
    data: Data,
    models: Sequence[str | Trained] | None = None,
    split_by: str | Path | Split = "time",
    seed: int = 0,
    say: Callable[[str], None] = lambda _: None,
    folds: int = 1,
    *,
    policies: Sequence[Policy] = (),
) -> evaluation.Leaderboard:
    """Every model fitted, asked and measured; popularity and trending are always among them.

    A model named without settings is chosen from its small grid (`training.choosing.GRIDS`) on the
    validation part; one with settings ("ease:ridge=100") is taken as it is. Without models, or
    with "all" among them, every recipe that the data can feed joins. On simulated data the world's
    true enjoyment joins as "oracle". With `folds` > 1 the rounds' viewers are pooled: under
    "strong" each viewer is held out once and settings are chosen on the next fold; under "time"
    there are several origins. `policies` are measured end to end beside the models; with policies
    and no models, the models of their first stages join.
    """
    dataset = as_dataset(data)
    if isinstance(split_by, Split):
        parts, name = [split_by], split_by.name
    else:
        parts = splits(dataset, split_by, seed, folds)
        name = parts[0].name if len(parts) == 1 else f"{split_by}, {len(parts)} rounds"
    models = [models] if isinstance(models, str) else models
    everything = (models is None and not policies) or "all" in (models or ())
    named = [model for model in models or () if model != "all"]
    if models is None:
        named += dict.fromkeys(policy.candidates.model for policy in policies)
    try:
        features = content_vectors(dataset.movies).matrix
    except MissingData as error:
        say(f"left out diversity and serendipity: {error}")
        features = None
    rounds = []
    for number, each in enumerate(parts, 1):
        where = f"round {number} of {len(parts)}, " if len(parts) > 1 else ""

        def tell(text: str, where: str = where, first: bool = number == 1) -> None:
            if first or not text.startswith("left out"):
                say(text if text.startswith("left out") else where + text)

        entries = _entries(named, everything, policies, each, seed, tell)
        tell("measuring")
        rounds.append(evaluation.look(entries, each.final, features))
    return evaluation.leaderboard(rounds, np.random.default_rng(seed), split=name)


def _entries(
    models: Sequence[str | Trained],
    everything: bool,
    policies: Sequence[Policy],
    parts: Split,
    seed: int,
    say: Callable[[str], None],
) -> list[evaluation.Entry]:
    asked: list[str | Trained] = [*models]
    named = {text if isinstance(text, str) else text.name for text in asked}
    if everything:
        asked += [name for name in RECIPES if name not in named]
    else:
        asked += [name for name in ALWAYS if not any(n.split(":")[0] == name for n in named)]
    entries, recipes = list[evaluation.Entry](), list[Any]()
    chooser = Chooser(parts.tune, seed)
    for model in asked:
        label = model if isinstance(model, str) else model.name
        say(f"{label}: choosing settings, fitting")
        try:
            trained = model if isinstance(model, Trained) else _trained(model, parts, chooser)
        except MissingData as error:
            if model in models:  # not one that joins unasked
                raise
            say(f"left out {label}: {error}")
            continue
        recipe = training.describe(trained.recipe)
        if trained.recipe in recipes:
            continue  # named twice, or chosen as it was named
        recipes.append(trained.recipe)
        taken = any(entry.name == trained.name for entry in entries)
        name = recipe if taken else trained.name
        entries.append(evaluation.Entry(name, recipe, trained.seconds, trained.scorer))
    fitter = PolicyFitter(chooser, parts.final.train, say)
    for policy in policies:
        started = perf_counter()
        fitted = fitter.fit(policy)
        text = f"{policy.candidates.model}, {policy.ranker or 'no ranker'}"
        if any(entry.name == policy.name for entry in entries):
            raise InputError(f"policy: expected a name of its own, got {policy.name!r} again")
        entries.append(evaluation.Entry(policy.name, text, perf_counter() - started, fitted))
    if parts.final.train.simulated:
        truth = evaluation.Entry("oracle", "the world's true enjoyment", 0.0, oracle(WORLD))
        entries.append(truth)
    return entries


def _trained(text: str, parts: Split, chooser: Chooser) -> Trained:
    name, recipe = training.recipe_from_text(text)
    train = parts.final.train
    if ":" not in text:
        if parts.tune.train is train:
            return chooser.best(name)  # viewers were held out: it has learnt from no other
        recipe = chooser.recipe(name)
    else:
        # A first fit compiles the kernels, which is not what `fit_s` is to tell.
        busiest = np.argsort(-train.histories.lengths, kind="stable")[:50]
        training.fit(recipe, train.take_users(busiest), chooser.seed)
    return training.fit(recipe, train, chooser.seed)


def _split_table(path: Path) -> pl.DataFrame:
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        return pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{path.name}: expected a Parquet or CSV table, got {reason}") from None


def split_file(split_: Split, path: Path) -> Any:
    """Write the split as Parquet: user_id, item_id, part."""
    table = split_files.to_frame(split_)
    try:
        table.write_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(f"{path}: expected to write the split there, got {error}") from None
    return table
