"""What commands measured of models and policies, kept so that the studio can show it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from matinee.store.workspace import Workspace

Kind: TypeAlias = Literal[
    "leaderboard", "frontier", "interpretation", "served", "data", "catalogue", "drift"
]


@dataclass(frozen=True, slots=True)
class Measured:
    """A document as the command's `--json` prints it, and when it was made."""

    at: int  # UTC seconds
    document: Mapping[str, Any]


def keep_measured(
    workspace: Workspace, data_name: str, kind: Kind, document: Mapping[str, Any], now: int
) -> Path:
    """Keep the document for the data set of this name, in place of the last of its kind."""
    return workspace.keep_measured(data_name, kind, {"at": now, "document": dict(document)})


def read_measured(workspace: Workspace, data_name: str, kind: Kind) -> Measured | None:
    """What was kept last; None where nothing was, or it cannot be read: it can be made anew."""
    try:
        found = json.loads(workspace.measured_file(data_name, kind).read_bytes())
        return Measured(int(found["at"]), dict(found["document"]))
    except (OSError, ValueError, LookupError, TypeError):
        return None
