"""models list, show, live, rollback: the versions that serve, served or were refused."""

import time
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.markup import escape

from matinee.cli.options import JsonOption
from matinee.cli.output import note, out, print_json

app = typer.Typer(
    help="Versions of what the service serves: listed, looked into, swapped, rolled back.",
    epilog="Start here:  matinee train --data database --live  ·  matinee models list",
    no_args_is_help=True,
)
_ACTOR = "terminal"
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="As models list shows it.")]


@app.command("list")
def list_(json: JsonOption = False) -> None:
    """All versions, the newest first: what they are, their state and their comparison.

    [bold]matinee models list[/bold]
    """
    from rich.table import Table

    from matinee.settings import read_settings
    from matinee.store.index import told
    from matinee.store.opening import open_store
    from matinee.store.served import read_artefacts

    store = open_store(read_settings())
    found = [told(each) for each in read_artefacts(store.database)]
    store.database.close()
    if json:
        print_json({"models": found})
        return
    if not found:
        note("no version yet: 'matinee train --data database --live' makes one")
        return
    table = Table("version", "state", "made", "what", "viewers", "difference (95 %)", box=None)
    for each in found:
        table.add_row(
            each["artefact_id"],
            each["state"],
            datetime.fromtimestamp(each["made_at"], UTC).strftime("%Y-%m-%d %H:%M UTC"),
            escape(str(each["name"] or "")),
            f"{each['check']['viewers']:,}" if each["check"] else "",
            _difference(each["check"]),
        )
    out.print(table)


@app.command()
def show(artefact_id: IdArgument, json: JsonOption = False) -> None:
    """All that is known of one version.

    [bold]matinee models show 20261126-181503-3f2a[/bold]
    """
    from matinee.settings import read_settings
    from matinee.store.index import version
    from matinee.store.opening import open_store

    store = open_store(read_settings())
    try:
        found = version(store.database, artefact_id)
    finally:
        store.database.close()
    document = {
        "artefact_id": found.artefact_id,
        "state": found.state,
        "made_at": found.made_at,
        "place": found.place,
        **found.metrics,
    }
    if json:
        print_json(document)
        return
    for name, value in document.items():
        shown = value.get("reason", value) if isinstance(value, dict) else value
        out.print(f"{name}: {escape(str(shown))}", soft_wrap=True)


@app.command()
def live(
    artefact_id: IdArgument,
    force: Annotated[
        bool, typer.Option("--force", help="Also one that the comparison refused; audited.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Have every server follow this version, within seconds.

    [bold]matinee models live 20261126-181503-3f2a[/bold]
    """
    from matinee.settings import read_settings
    from matinee.store.index import make_live
    from matinee.store.opening import open_store

    store = open_store(read_settings())
    try:
        make_live(store.database, artefact_id, _ACTOR, int(time.time()), force=force)
    finally:
        store.database.close()
    if json:
        print_json({"artefact_id": artefact_id, "state": "live"})
    else:
        out.print(f"{escape(artefact_id)}: live", soft_wrap=True)


@app.command()
def rollback(json: JsonOption = False) -> None:
    """Go back to the version that was live before this one.

    [bold]matinee models rollback[/bold]
    """
    from matinee.settings import read_settings
    from matinee.store.index import roll_back
    from matinee.store.opening import open_store

    store = open_store(read_settings())
    try:
        before, now = roll_back(store.database, _ACTOR, int(time.time()))
    finally:
        store.database.close()
    if json:
        print_json({"from": before, "to": now})
    else:
        out.print(f"{before} -> {now}: live", soft_wrap=True)


def _difference(check: dict[str, Any] | None) -> str:
    if check is None or check["difference"] is None:
        return ""
    return f"{check['difference']:+.4f} ({check['low']:+.4f} to {check['high']:+.4f})"
