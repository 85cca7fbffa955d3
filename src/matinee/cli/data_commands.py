"""get, import, explore: from the outside world to tables, and a first look."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from matinee.cli.options import DataOption, JsonOption, MapOption, OutOption, StrictOption
from matinee.cli.output import download_bar, note, out, print_json, working
from matinee.cli.sources import pairs, read_data, report
from matinee.errors import InputError


def get(
    name: Annotated[str | None, typer.Argument(help="Which data set; none lists them.")] = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="Folder to put it in. Default: the workspace.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Download a public data set (resumed where it broke off, checksum verified).

    [bold]matinee get[/bold]                  what there is, with licences
    [bold]matinee get ml-latest-small[/bold]  100,836 ratings; then --data ml-latest-small works

    MATINEE_DATA is looked in first.
    """
    from matinee.intake import download
    from matinee.settings import read_settings

    settings = read_settings()
    if name is None:
        _list_public(json)
        return
    with download_bar(name) as progress:
        folder = to or settings.home / "downloads"
        path = download.get(name, folder, settings.data, progress, say=note)
    if json:
        print_json({"name": name, "path": str(path), "bytes": path.stat().st_size})
        return
    out.print(f"{escape(str(path))}  ({path.stat().st_size:,} bytes)", soft_wrap=True)
    note(f"next: matinee explore --data {name}")


def _list_public(json: bool) -> None:
    from rich.table import Table

    from matinee.intake.download import PUBLIC

    if json:
        print_json(
            {
                "data_sets": [
                    {"name": name, "about": public.about, "licence": public.licence}
                    for name, public in PUBLIC.items()
                ]
            }
        )
        return
    table = Table("name", "what", "licence", box=None)
    for name, public in PUBLIC.items():
        table.add_row(name, public.about, public.licence)
    out.print(table)


def import_(
    paths: Annotated[list[str], typer.Argument(help="Files, folders, zips or names; joined.")],
    name: Annotated[
        str | None, typer.Option("--name", help="What to call it. Default: from the paths.")
    ] = None,
    mapping: MapOption = None,
    strict: StrictOption = False,
    json: JsonOption = False,
) -> None:
    """Read, check and keep data in the workspace; later commands use it without --data.

    [bold]matinee import tmdb-5000.zip ml-latest-small.zip[/bold]
    [bold]matinee import mine.csv --map user_id=customer --map item_id=film[/bold]

    Broken rows are set aside in a quarantine file, with their reasons.
    """
    from dataclasses import replace

    from matinee.api import read
    from matinee.settings import read_settings
    from matinee.store.workspace import Workspace

    settings = read_settings()
    with download_bar("downloading") as progress, working("reading"):
        tables = read(
            *paths,
            strict=strict,
            mapping=pairs(mapping or ()),
            progress=progress,
            settings=settings,
        )
    tables = replace(tables, name=_name(name or tables.name, tables.simulated))
    folder = Workspace(settings.home).save(tables)
    if json:
        print_json(
            {
                "name": tables.name,
                "path": str(folder),
                "movies": tables.movies.height,
                "ratings": tables.ratings.height,
                "quarantine": tables.quarantine.height,
                "doubtful": tables.doubtful.height,
                "changes": tables.changes.to_dicts(),
            }
        )
        return
    report(tables)
    out.print(
        f"[b]{escape(tables.name)}[/b]: {tables.movies.height:,} films, "
        f"{tables.ratings.height:,} ratings in {escape(str(folder))}",
        soft_wrap=True,
    )
    for change in tables.changes.iter_rows(named=True):
        rows = "" if change["rows"] is None else f"{change['rows']:,}"
        what = f"{change['table']}.{change['column']}: {change['change']}"
        out.print(escape(f"  {rows:>8}  {what}"), soft_wrap=True)
    note("next: matinee explore, matinee evaluate, matinee recommend")


def _name(name: str, simulated: bool) -> str:
    """The name, if later commands can find the data by it."""
    if not name.isprintable():
        raise InputError(f"--name: expected a text of one line, got {name!r}")
    if name == "database" or (name == "starter" and not simulated):
        raise InputError(
            f"--name: expected another name than {name!r}, which stands for other data; "
            "give one, such as --name mine"
        )
    return name


def explore(
    data: DataOption = None,
    out_folder: OutOption = None,
    mapping: MapOption = None,
    strict: StrictOption = False,
    json: JsonOption = False,
) -> None:
    """Look at a data set: tables as published and cleaned, gaps, tails, outliers.

    [bold]matinee explore --data tmdb-5000.zip[/bold]
    [bold]matinee explore --data tmdb-5000.zip --data ml-latest-small.zip --out report[/bold]
    """
    from matinee.api import explore as explore_tables
    from matinee.settings import read_settings

    settings = read_settings()
    tables = read_data(data, settings, strict, mapping)
    with working("looking"):
        exploration = explore_tables(tables)
    if json:
        print_json(exploration.to_json_dict())
    else:
        from matinee.cli.explore_view import render_terminal

        render_terminal(exploration, out)
    if out_folder is not None:
        from matinee.reports import write_exploration

        with working("drawing the report"):
            path = write_exploration(exploration, out_folder)
        note(f"report: {path}")
