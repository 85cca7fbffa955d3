"""What was measured of the service's database is kept, so that its studio can show it."""

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matinee.cli.output import note

if TYPE_CHECKING:
    from matinee.settings import Settings
    from matinee.store.measured import Kind


def keep_for_studio(
    kind: "Kind", document: Mapping[str, Any], data: Sequence[str] | None, settings: "Settings"
) -> None:
    """Keep the document where the data is the service's database; else nothing."""
    from matinee.store.measured import keep_measured
    from matinee.store.workspace import Workspace

    if list(data or ()) != ["database"]:
        return
    path = keep_measured(Workspace(settings.home), "database", kind, document, int(time.time()))
    note(f"kept for the studio: {path}")
