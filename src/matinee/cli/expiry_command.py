"""database expire: delete what is older than it may be."""

import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from matinee.cli.options import JsonOption
from matinee.cli.output import note, out, print_json, working
from matinee.cli.sources import place_compiled_code


def expire(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go, and delete nothing.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Delete events and pages shown that are older than MATINEE_RETAIN_*_DAYS allow.

    [bold]matinee database expire --dry-run[/bold]
    [bold]MATINEE_RETAIN_EVENTS_DAYS=730 matinee database expire[/bold]

    The lake and the sums over viewers in this workspace follow at once, other workspaces and what
    services remember within a minute. [b]serve[/b] and [b]train --watch[/b] do the same once a day.
    """
    from matinee.settings import read_settings
    from matinee.store.opening import open_store
    from matinee.store.retention import Retention, expirable
    from matinee.store.workspace import Workspace
    from matinee.training.expiring import Keeper

    settings = read_settings()
    place_compiled_code(settings)
    retention, now = Retention.of(settings), int(time.time())
    store = open_store(settings)
    try:
        with working("deleting"):
            if dry_run:
                found = expirable(store.database, retention, now)
            else:
                keeper = Keeper(store, Workspace(settings.home), retention)
                found = keeper.expire("terminal", now)
    finally:
        store.database.close()
    if json:
        print_json({"dry_run": dry_run, **asdict(found)})
        return
    told = (
        ("events", found.events, found.events_before),
        ("pages", found.pages, found.pages_before),
    )
    for what, count, before in told:
        if before:
            day = datetime.fromtimestamp(before, UTC).strftime("%Y-%m-%d")
            out.print(f"{what} before {day}: {count:,} {'to delete' if dry_run else 'deleted'}")
        else:
            variable = f"MATINEE_RETAIN_{what.upper()}_DAYS"
            note(f"{what} are kept whatever their age: {variable} is 0")
