"""The recipes that a search found for a data set: from then on its own defaults."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matinee.dataset import Dataset
from matinee.errors import ArtefactError, InputError
from matinee.models.naming import recipe_from_text
from matinee.store.workspace import Workspace
from matinee.training.fingerprints import fingerprint


def keep_own_defaults(
    workspace: Workspace, data: Dataset, found: Mapping[str, Mapping[str, Any] | None]
) -> Path:
    """Keep name → {"recipe": text, ...} for exactly this data; None forgets a name.

    Names that are not given stay as they were; what was found on other data of that name goes.
    """
    print_ = fingerprint(data)
    with workspace.change():  # of two searches that end at once none must undo the other's
        try:
            known = _read(workspace.tuned_file(data.name))
        except ArtefactError:
            known = None  # damaged: it is made anew
        recipes = dict(known["recipes"]) if known and known["fingerprint"] == print_ else {}
        recipes |= found
        document = {
            "data": data.name,
            "fingerprint": print_,
            "recipes": {name: kept for name, kept in recipes.items() if kept is not None},
        }
        return workspace.keep_tuned(data.name, document)


def own_default(workspace: Workspace, data: Dataset, name: str) -> str | None:
    """The text of the recipe that was found for a model on exactly this data, else None."""
    path = workspace.tuned_file(data.name)
    known = _read(path)
    if known is None or name not in known["recipes"] or known["fingerprint"] != fingerprint(data):
        return None
    text = str(known["recipes"][name]["recipe"])
    try:
        recipe_from_text(text)
    except InputError as error:
        raise _damaged(path, str(error)) from error
    return text


def _read(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    try:
        document = json.loads(path.read_bytes())
        recipes = document["recipes"]
        if not isinstance(document["fingerprint"], str) or not all(
            isinstance(found["recipe"], str) for found in recipes.values()
        ):
            raise ValueError("values of other types")
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise _damaged(path, str(error).splitlines()[0] or type(error).__name__) from error
    return dict(document)


def _damaged(path: Path, reason: str) -> ArtefactError:
    return ArtefactError(
        f"{path}: expected what 'matinee tune' wrote, got {reason}; "
        "'matinee tune' makes it anew, without it the shipped defaults hold"
    )
