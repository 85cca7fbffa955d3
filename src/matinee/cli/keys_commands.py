"""keys add, list, rotate, revoke: who may use the service."""

import time
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.markup import escape

from matinee.cli.options import JsonOption
from matinee.cli.output import note, out, print_json
from matinee.errors import UnknownId

app = typer.Typer(
    help="API keys of the service: made, listed, replaced, revoked. A key is shown once.",
    epilog="Start here:  matinee keys add shop --scope serve  ·  matinee keys list",
    no_args_is_help=True,
)


class KeyScope(StrEnum):
    """What a key lets its owner do."""

    ingest = "ingest"
    serve = "serve"
    admin = "admin"


NameArgument = Annotated[str, typer.Argument(help="Whose key it is.")]


@app.command()
def add(
    name: NameArgument,
    scope: Annotated[
        KeyScope,
        typer.Option(
            "--scope", help="ingest: send events; serve: ask for pages; admin: both, and films."
        ),
    ],
    json: JsonOption = False,
) -> None:
    """Make a key and show it, this once.

    [bold]matinee keys add shop --scope serve[/bold]
    """
    from matinee.settings import read_settings
    from matinee.store.access import make_api_key
    from matinee.store.opening import open_store

    store = open_store(read_settings())
    key = make_api_key(store.database, name, scope.value, int(time.time()))
    store.database.close()
    if json:
        print_json({"name": name, "scope": scope.value, "key": key})
        return
    out.print(escape(key), soft_wrap=True)
    note(f"{name} ({scope.value}): keep it now, it is not shown again")


@app.command("list")
def list_(json: JsonOption = False) -> None:
    """The keys that were made, without the keys themselves.

    [bold]matinee keys list[/bold]
    """
    from rich.table import Table

    from matinee.settings import read_settings
    from matinee.store.access import read_api_keys
    from matinee.store.opening import open_store

    store = open_store(read_settings())
    keys = read_api_keys(store.database)
    store.database.close()
    if json:
        print_json(
            {
                "keys": [
                    {
                        "name": key.name,
                        "scope": key.scope,
                        "created_at": key.created_at,
                        "revoked_at": key.revoked_at,
                    }
                    for key in keys
                ]
            }
        )
        return
    table = Table("name", "scope", "made", "revoked", box=None)
    for key in keys:
        revoked = "" if key.revoked_at is None else _moment(key.revoked_at)
        table.add_row(escape(key.name), key.scope, _moment(key.created_at), revoked)
    out.print(table)


@app.command()
def rotate(
    name: NameArgument,
    overlap_hours: Annotated[
        float,
        typer.Option("--overlap", min=0, max=8_760, help="Hours for which the old key lets in."),
    ] = 24,
    json: JsonOption = False,
) -> None:
    """Make a new key of the same name and scope; the old one lets in for a while yet.

    [bold]matinee keys rotate shop --overlap 24[/bold]
    """
    from matinee.settings import read_settings
    from matinee.store.access import rotate_api_key
    from matinee.store.opening import open_store

    now, overlap_s = int(time.time()), round(overlap_hours * 3_600)
    store = open_store(read_settings())
    key = rotate_api_key(store.database, name, now, overlap_s)
    store.database.close()
    if json:
        print_json({"name": name, "key": key, "old_until": now + overlap_s})
        return
    out.print(escape(key), soft_wrap=True)
    note(
        f"{name}: keep it now, it is not shown again; the old lets in until "
        f"{_moment(now + overlap_s)}"
    )


@app.command()
def revoke(name: NameArgument, json: JsonOption = False) -> None:
    """Let no key of this name in any more; a running service knows within seconds.

    [bold]matinee keys revoke shop[/bold]
    """
    from matinee.settings import read_settings
    from matinee.store.access import revoke_api_keys
    from matinee.store.opening import open_store

    store = open_store(read_settings())
    count = revoke_api_keys(store.database, name, int(time.time()))
    store.database.close()
    if not count:
        raise UnknownId(f"keys: expected the name of a key that lets in, got {name!r}")
    if json:
        print_json({"name": name, "revoked": count})
    else:
        out.print(f"{escape(name)}: {count} revoked")


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
