"""A model named without settings takes those that `tune` found for the data."""

from typing import TYPE_CHECKING

from matinee.cli.output import note

if TYPE_CHECKING:
    from matinee.dataset import Dataset
    from matinee.settings import Settings


def with_own_default(text: str, dataset: "Dataset", settings: "Settings") -> str:
    """The recipe that `tune` kept for exactly this data, with a note; else the text itself."""
    from matinee.store.workspace import Workspace
    from matinee.training.own_defaults import own_default

    if ":" in text:
        return text
    found = own_default(Workspace(settings.home), dataset, text)
    if found is None:
        return text
    note(f"settings that 'matinee tune' found for {dataset.name}: {found}")
    return found
