"""From --data to checked tables, with what a person should know about them."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from matinee.cli.output import download_bar, note, working
from matinee.errors import InputError

if TYPE_CHECKING:
    from matinee.schema import Tables
    from matinee.settings import Settings
    from matinee.store.workspace import Workspace


def read_data(
    sources: Sequence[str] | None,
    settings: "Settings",
    strict: bool = False,
    mapping: Sequence[str] | None = None,
) -> "Tables":
    """The tables of --data; says what was set aside or left unmatched."""
    place_compiled_code(settings)
    from matinee.api import read

    with download_bar("downloading") as progress, working("reading"):
        tables = read(
            *(sources or ()),
            strict=strict,
            mapping=pairs(mapping or ()),
            progress=progress,
            settings=settings,
        )
    report(tables)
    return tables


def imported_name(sources: Sequence[str] | None, workspace: "Workspace") -> str | None:
    """The name under which the data was imported that `read_data` takes; None for any other."""
    from matinee.intake.files import is_there

    if not sources:
        return workspace.last()
    if len(sources) > 1 or is_there(Path(sources[0])):
        return None
    return sources[0] if sources[0] in workspace.names() else None


def report(tables: "Tables") -> None:
    """Counts of broken rows by reason, and of doubtful title matches."""
    if tables.quarantine.height:
        counts = tables.quarantine["reason"].value_counts(sort=True)
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in counts.iter_rows())
        note(
            f"set aside: {tables.quarantine.height:,} broken rows ({reasons}); "
            "'matinee import' writes them to quarantine.csv, --strict stops at the first"
        )
    if tables.doubtful.height:
        note(
            f"not joined: {tables.doubtful.height:,} doubtful title matches (see 'matinee import')"
        )


def pairs(texts: Sequence[str]) -> dict[str, str]:
    """The mapping of --map options: {"user_id": "customer"}."""
    mapping = {}
    for text in texts:
        ours, equals, theirs = text.partition("=")
        if not (ours and equals and theirs):
            raise InputError(f"--map: expected OURS=THEIRS such as user_id=customer, got {text!r}")
        mapping[ours] = theirs
    return mapping


def place_compiled_code(settings: "Settings") -> None:
    """Numba keeps compiled kernels beside the code, or in the workspace where it may not.

    Must run before numba is imported. Where the workspace cannot be written to either, numba and
    `matinee.kernels` look for another place.
    """
    if not os.access(Path(__file__).parents[1] / "kernels", os.W_OK):
        os.environ.setdefault("NUMBA_CACHE_DIR", str((settings.home / "numba").absolute()))
