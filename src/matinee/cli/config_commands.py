"""config check: what is set, by whom, and whether what it points at is there."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from matinee.cli.options import JsonOption
from matinee.cli.output import err, out, print_json, working
from matinee.cli.sources import place_compiled_code

if TYPE_CHECKING:
    from matinee.service.settings_check import Finding

app = typer.Typer(
    help="The settings: MATINEE_* of the environment, and matinee.toml of the working directory.",
    epilog=(
        "Start here:  matinee config check. A setting is MATINEE_HOME=/var/lib/matinee in the "
        'environment, or home = "/var/lib/matinee" in matinee.toml; the environment counts'
    ),
    no_args_is_help=True,
)
_COLOURS = {"ok": "green", "warning": "yellow", "wrong": "red"}


@app.callback()
def _group() -> None:
    """Keep `check` a command of its own, while it is the only one."""


@app.command()
def check(json: JsonOption = False) -> None:
    """Tell every setting, where it comes from, and whether what it points at is fit for use.

    [bold]matinee config check[/bold]
    [bold]matinee config check --json | jq '.findings[] | select(.state != "ok")'[/bold]

    Workspace and room on its disk, key, database and its tables, bucket, live version, origins,
    names that are no setting. Secrets are hidden. Nothing is made or changed. Exit status 1 where
    something is [b]wrong[/b] (no service would begin, or it is not safe), 0 with [b]warning[/b]s
    (it works, and is worth a look).
    """
    from matinee.settings import read_settings, settings_of, stated

    place_compiled_code(settings_of(stated()))
    from matinee.service.settings_check import check_settings

    with working("looking"):
        findings = check_settings()
    counts = {state: sum(each.state == state for each in findings) for state in _COLOURS}
    if json:
        print_json({**counts, "findings": [asdict(each) for each in findings]})
    else:
        _print(findings)
        told = f"{counts['wrong']} wrong, {counts['warning']} to look at, {counts['ok']} ok"
        err.print(told)
    if counts["wrong"]:
        raise typer.Exit(1)
    read_settings()  # what begins here begins everywhere


def _print(findings: "list[Finding]") -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading, least in (("", 7), ("what", 18), ("value", 10), ("from", 12), ("found", 24)):
        table.add_column(heading, overflow="fold", min_width=least)
    for each in findings:
        colour = _COLOURS[each.state]
        todo = f"[b]{escape(each.todo)}[/b]" if each.todo else ""
        table.add_row(
            f"[{colour}]{each.state}[/{colour}]",
            escape(each.name),
            "" if each.source is None else escape(each.value or "-"),
            each.source or "",
            "\n".join(text for text in (escape(each.found), todo) if text),
        )
    out.print(table)
