"""database upgrade, import, snapshot: the live service's database from a terminal."""

import time
from typing import Annotated

import typer
from rich.markup import escape

from matinee.cli.erasure_commands import erasures, export, replay_tombstones
from matinee.cli.expiry_command import expire
from matinee.cli.options import DataOption, JsonOption, MapOption, StrictOption
from matinee.cli.output import note, out, print_json, working
from matinee.cli.sources import place_compiled_code, read_data

app = typer.Typer(
    help="The live service's database: bring it up to date, fill it, copy its events for training.",
    epilog=(
        "Start here:  matinee database upgrade  ·  matinee database import --data ml-latest-small  "
        "·  matinee database snapshot. MATINEE_DATABASE_URL says which database; by default it is "
        "matinee.db in the workspace"
    ),
    no_args_is_help=True,
)

app.command()(erasures)
app.command()(export)
app.command()(expire)
app.command("replay-tombstones")(replay_tombstones)


@app.command()
def upgrade(json: JsonOption = False) -> None:
    """Make the tables, or bring them to this version. Opening the database does the same.

    [bold]matinee database upgrade[/bold]
    [bold]MATINEE_DATABASE_URL=postgresql://me@host/matinee matinee database upgrade[/bold]
    """
    from matinee.settings import read_settings
    from matinee.store.opening import open_store
    from matinee.store.upgrading import HEAD

    store = open_store(read_settings())
    if json:
        print_json({"database": store.database.name, "revision": HEAD})
    else:
        out.print(f"{escape(store.database.name)}: revision {HEAD}", soft_wrap=True)
    store.database.close()


@app.command("import")
def import_(
    data: DataOption = None,
    mapping: MapOption = None,
    strict: StrictOption = False,
    json: JsonOption = False,
) -> None:
    """Put films and ratings into the database; what is there already is not added again.

    [bold]matinee database import --data ml-latest-small --data tmdb-5000[/bold]

    Ratings become events of the kind rate.
    """
    from matinee.settings import read_settings
    from matinee.store.catalogue import import_tables
    from matinee.store.opening import open_store

    settings = read_settings()
    tables = read_data(data, settings, strict, mapping)
    store = open_store(settings)
    with working("writing"):
        films, ratings = import_tables(store.database, store.key, tables, int(time.time()))
    store.database.close()
    if json:
        print_json({"database": store.database.name, "films": films, "new_ratings": ratings})
    else:
        what = f"{films:,} films, {ratings:,} new ratings"
        out.print(f"{escape(store.database.name)}: {what}", soft_wrap=True)


@app.command()
def snapshot(
    rows: Annotated[
        int, typer.Option("--rows", min=1, help="At most so many events a file.")
    ] = 200_000,
    json: JsonOption = False,
) -> None:
    """Copy the events that are new into the lake, the Parquet files that training reads.

    [bold]matinee database snapshot[/bold]

    May be interrupted at any moment and run again: each event is there once.
    """
    from matinee.settings import read_settings
    from matinee.store.lake import snapshot as take
    from matinee.store.opening import open_store
    from matinee.store.workspace import Workspace
    from matinee.training.erasing import follow_erasures

    settings = read_settings()
    place_compiled_code(settings)
    store = open_store(settings)
    with working("copying"):
        follow_erasures(store, Workspace(settings.home), int(time.time()))  # it is on record now
        added = take(store.log, store.lake, rows)
    store.database.close()
    if json:
        print_json({"lake": str(store.lake), "added": added})
        return
    out.print(f"{escape(str(store.lake))}: {added:,} events added", soft_wrap=True)
    if not added:
        note("no event is new, or a writer has not ended; run it again later")
