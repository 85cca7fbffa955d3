"""Fitted policies to folders and back: three artefacts that are replaced together."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import polars as pl

from matinee.dataset import Dataset
from matinee.errors import ArtefactError, InputError
from matinee.features.pairs import PairFeatures
from matinee.models.naming import name_of
from matinee.models.protocols import RatingPredictor
from matinee.ranking import FittedPolicy, Policy, policy_from_toml, policy_to_toml
from matinee.ranking.fitted_policy import FirstStage, FittedRanker
from matinee.ranking.glass_box import FittedGlassBox
from matinee.ranking.lambdamart import FittedLambdaMart
from matinee.ranking.linear_ranker import FittedLinearRanker
from matinee.store import artefacts
from matinee.store.folders import current, replaced
from matinee.training.fingerprints import fingerprint
from matinee.training.fitting import Trained
from matinee.training.keeping import load, save

_KIND = "policy"
RANKER, MODEL, _STARS = "ranker", "model", "stars"  # the folders of the three
_RANKERS: Mapping[str, Any] = {
    each.kind: each for each in (FittedLinearRanker, FittedLambdaMart, FittedGlassBox)
}


def save_policy(fitted: FittedPolicy, folder: Path, data: Dataset) -> None:
    """Write the policy, in place of what is in the folder: all of it or nothing.

    Features of films and re-ranking are not in it: they are made of the data when it is read.
    """
    with replaced(folder) as temporary:
        save(_trained(fitted.first.scorer), temporary / MODEL, data)
        if fitted.first.stars is not None:
            save(_trained(fitted.first.stars), temporary / _STARS, data)
        ranker = fitted.ranker
        arrays = {} if ranker is None else ranker.arrays()
        manifest = artefacts.Manifest(
            _KIND,
            {"seed": fitted.seed},
            pl.Series("item_id", [], pl.String),
            {
                "name": data.name,
                "fingerprint": fingerprint(data),
                "policy": policy_to_toml(fitted.policy),
            },
        )
        artefacts.write(temporary / RANKER, manifest, arrays)


def copy_with(folder: Path, target: Path, policy: Policy) -> None:
    """What was learnt in `folder`, a policy or a model alone, as it is under another policy.

    The policy must ask for the same candidates and ranker: nothing is learnt here.
    """
    place = current(folder)
    with replaced(target) as temporary:
        if artefacts.exists(folder):
            shutil.copytree(place, temporary / MODEL)
            about = artefacts.manifest_of(folder)
            learnt = {name: about.data[name] for name in ("name", "fingerprint")}
            manifest = artefacts.Manifest(_KIND, {"seed": 0}, about.item_ids, learnt)
            arrays: Mapping[str, np.ndarray] = {}
        else:
            for part in (MODEL, _STARS):
                if (place / part).is_dir():
                    shutil.copytree(place / part, temporary / part)
            manifest, arrays = artefacts.read(place / RANKER)
        told = {**manifest.data, "policy": policy_to_toml(policy)}
        artefacts.write(temporary / RANKER, replace(manifest, data=told), arrays)


def load_policy(folder: Path, data: Dataset, *, of_any: bool = False) -> FittedPolicy | None:
    """The policy if it was learnt from exactly this data, else None; ArtefactError if damaged.

    With `of_any` also one that was learnt from other data, such as yesterday's: its numbers are
    those of its own films, and features are made of `data`.
    """
    place = current(folder)
    manifest, arrays = artefacts.read(place / RANKER)
    if manifest.kind != _KIND:
        raise ArtefactError(f"{folder}: expected a policy, got {manifest.kind!r}")
    if not of_any and manifest.data.get("fingerprint") != fingerprint(data):
        return None
    try:
        policy = policy_from_toml(str(manifest.data["policy"]), folder.name)
        ranker = None if policy.ranker is None else _ranker(policy, arrays)
        seed = int(manifest.recipe["seed"])
    except (InputError, KeyError, TypeError, ValueError) as error:
        raise ArtefactError(f"{folder}: expected a policy's arrays, got {error}") from error
    stars: RatingPredictor | None = None
    if (place / _STARS).is_dir():
        stars = cast(RatingPredictor, load(place / _STARS).scorer)
    first = FirstStage(load(place / MODEL).scorer, stars, PairFeatures.of(data))
    reranking = None if policy.reranking is None else policy.reranking.fit(data)
    return FittedPolicy(policy, first, ranker, reranking, seed)


def kept_policy(folder: Path) -> Policy | None:
    """The policy that is kept there, without its arrays; None where there is none."""
    try:
        about = artefacts.data_of(current(folder) / RANKER)
        return policy_from_toml(str(about["policy"]), folder.name)
    except (InputError, KeyError):
        return None


def _ranker(policy: Policy, arrays: Mapping[str, np.ndarray]) -> FittedRanker:
    assert policy.ranker is not None
    found = _RANKERS[policy.ranker.kind].from_arrays(policy.ranker, arrays)
    return cast(FittedRanker, found)


def _trained(scorer: Any) -> Trained:
    return Trained(name_of(scorer.recipe), scorer.recipe, scorer, 0.0)
