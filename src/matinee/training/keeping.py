"""Fitted models to artefact folders and back."""

from collections.abc import Mapping
from dataclasses import asdict
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
    trained: Trained, folder: Path, data: Dataset, metrics: Mapping[str, Any] | None = None
) -> None:
    """Write the model as an artefact, in place of what is in the folder."""
    learnt = {
        "name": data.name,
        "fingerprint": fingerprint(data),
        "users": len(data.users),
        "items": len(data.items),
        "interactions": data.histories.entries,
        "seconds": trained.seconds,
    }
    manifest = artefacts.Manifest(
        trained.name, asdict(trained.recipe), trained.scorer.items.ids, learnt, metrics or {}
    )
    artefacts.write(folder, manifest, trained.scorer.arrays())  # type: ignore[attr-defined]


def load(folder: Path) -> Trained:
    """The model of an artefact folder; ArtefactError if it is damaged, foreign or newer."""
    manifest, arrays = artefacts.read(folder)
    return _model(folder, manifest, arrays)


def load_for(folder: Path, data: Dataset) -> Trained | None:
    """The same if it was learnt from exactly this data, else None."""
    manifest, arrays = artefacts.read(folder)
    if manifest.data.get("fingerprint") != fingerprint(data):
        return None
    return _model(folder, manifest, arrays)


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
