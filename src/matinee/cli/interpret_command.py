"""interpret: what a policy goes by, for whom it is good, and whether its reasons are true."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from matinee.cli.keeping import keep_for_studio
from matinee.cli.options import DataOption, JsonOption, OutOption, SeedOption
from matinee.cli.output import note, out, print_json, working
from matinee.cli.sources import read_data

if TYPE_CHECKING:
    from rich.table import Table


def interpret(
    data: DataOption = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            "--policy",
            metavar="FILE",
            help="A policy with a ranker (TOML). Default: the blend with LambdaMART.",
            show_default=False,
        ),
    ] = None,
    out_folder: OutOption = None,
    seed: SeedOption = None,
    json: JsonOption = False,
) -> None:
    """Look into a policy: importance, curves, effects, calibration, tested reasons, a model card.

    [bold]matinee interpret -d ml-latest-small -d tmdb-5000 --out report[/bold]
    [bold]matinee interpret -d movietweetings --policy mine.toml --out report --json[/bold]

    The policy is fitted, and looked at on viewers or days from which nothing was learnt; under
    each picture of the report stands what may be concluded from it and what not. Takes minutes.
    """
    from matinee import api
    from matinee.settings import read_settings

    settings = read_settings()
    asked = None if policy is None else api.read_policy(policy)
    tables = read_data(data, settings)
    with working("fitting") as status:
        found = api.interpret(
            tables,
            asked,
            settings.seed if seed is None else seed,
            lambda text: status.update(escape(text)),
        )
    document = found.to_json_dict()
    keep_for_studio("interpretation", document, data, settings)
    if json:
        print_json(document)
    else:
        render_interpretation(document)
    if out_folder is not None:
        from matinee.reports import write_interpretation

        with working("drawing"):
            path = write_interpretation(document, out_folder)
        note(f"report: {path}")


def render_interpretation(document: dict[str, Any]) -> None:
    """The main findings as two tables and a few lines."""
    simulated = " [yellow](simulated data)[/yellow]" if document["simulated"] else ""
    name = escape(document["policy"]["name"])
    out.print(f"\n[b]{name}[/b] · {escape(document['data'])}{simulated}")
    out.print(f"[dim]{escape(document['protocol']['text'])}[/dim]", soft_wrap=True)
    rows = [(one["name"], one) for one in document["quality"]["overall"]]
    out.print(_table("NDCG@10", rows))
    rows = [(one["feature"], one["lost"]) for one in document["importance"][:8]]
    out.print(_table("NDCG@10 lost without", rows))
    if not (reasons := document["reasons"]):
        out.print("too few viewers with long histories to test reasons")
        return
    for one in reasons["curve"]:
        out.print(
            f"without {one['count']} named films a recommendation falls "
            f"[b]{one['named']['value']:.1f}[/b] places, without as many others "
            f"[b]{one['drawn']['value']:.2f}[/b]"
        )
    counts = reasons["counterfactuals"]
    out.print(
        f"counterfactuals: {counts['found']} for {counts['recommendations']} recommendations, "
        f"{counts['verified']} verified"
    )


def _table(title: str, rows: list[tuple[str, dict[str, Any]]]) -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(title)
    table.add_column("value", justify="right")
    table.add_column("95 % interval")
    for name, figure in rows:
        ends = [figure["low"], figure["high"]]
        interval = "" if None in ends else f"{ends[0]:.4f} to {ends[1]:.4f}"
        table.add_row(escape(name), f"{figure['value']:.4f}", interval)
    return table
