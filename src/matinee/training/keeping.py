"""Fitted models to artefact folders and back."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from matinee.dataset import Dataset, Vocabulary
from matinee.errors import ArtefactError, InputError
from matinee.models import FROM_ARRAYS, RECIPES
from matinee.store import artefacts
from matinee.training.fingerprints import fingerprint
from matinee.training.fitting import Trained


def save(
    trained: Trained,
    folder: Path,
    data: Dataset,
    metrics: Mapping[str, Any] | None = None,
    stale: str | None = None,
    due: int | None = None,
) -> None:
    """Write the model as an artefact, in place of what is in the folder.

    `stale` says why it should be trained again, `due` until when at the latest (UTC seconds).
    """
    learnt = {
        "name": data.name,
        "fingerprint": fingerprint(data),
        "users": len(data.users),
        "items": len(data.items),
        "interactions": data.histories.entries,
        "seconds": trained.seconds,
    }
    if stale:
        learnt["stale"] = stale
        if due is not None:
            learnt["due"] = due
    manifest = artefacts.Manifest(
        trained.name, asdict(trained.recipe), trained.scorer.items.ids, learnt, metrics or {}
    )
    artefacts.write(folder, manifest, trained.scorer.arrays())  # type: ignore[attr-defined]


def load(folder: Path) -> Trained:
    """The model of an artefact folder; ArtefactError if it is damaged, foreign or newer."""
    manifest, arrays = artefacts.read(folder)
    return _model(folder, manifest, arrays)


def load_for(folder: Path, data: Dataset) -> Trained | None:
    """The same if it was learnt from exactly this data and is not stale, else None."""
    manifest, arrays = artefacts.read(folder)
    if manifest.data.get("stale") or manifest.data.get("fingerprint") != fingerprint(data):
        return None
    return _model(folder, manifest, arrays)


def stale(folder: Path) -> str | None:
    """Why the model of the folder should be trained again, if it should."""
    reason = artefacts.data_of(folder).get("stale")
    return None if reason is None else str(reason)


def due(folder: Path) -> int | None:
    """Until when the model of the folder must be trained again or go, if it must."""
    moment = artefacts.data_of(folder).get("due")
    return None if moment is None else int(moment)


def mark_stale(folder: Path, marked: Path, reason: str, due: int | None = None) -> None:
    """Write the artefact of `folder` to `marked`, with why it should be trained again, and when."""
    manifest, arrays = artefacts.read(folder)
    learnt = {**manifest.data, "stale": reason}
    if due is not None:
        learnt["due"] = due
    artefacts.write(marked, replace(manifest, data=learnt), arrays)


def _model(folder: Path, manifest: artefacts.Manifest, arrays: Mapping[str, np.ndarray]) -> Trained:
    if manifest.kind not in RECIPES:
        raise ArtefactError(
            f"{folder}: expected a model of {', '.join(RECIPES)}, got {manifest.kind!r}"
        )
    try:
        recipe = RECIPES[manifest.kind](**manifest.recipe)
        items = Vocabulary(manifest.item_ids)
        scorer = FROM_ARRAYS[manifest.kind](recipe, items, arrays)
        seconds = float(manifest.data.get("seconds", 0.0))
    except (InputError, KeyError, TypeError, ValueError) as error:
        raise ArtefactError(
            f"{folder}: expected the arrays and settings of {manifest.kind}, got {error}"
        ) from error
    return Trained(manifest.kind, recipe, scorer, seconds)
