"""frontier: what re-ranking gives and takes, and the knobs to use."""

from typing import Annotated

import typer
from rich.markup import escape

from matinee.cli.keeping import keep_for_studio
from matinee.cli.options import DataOption, JsonOption, OutOption, SeedOption
from matinee.cli.output import note, out, print_json, working
from matinee.cli.sources import read_data


def frontier(
    data: DataOption = None,
    model: Annotated[
        str,
        typer.Option(
            "--model",
            "-m",
            metavar="NAME[:SETTINGS]",
            help="Whose candidates are re-ranked; without settings they are chosen on the "
            "validation part.",
        ),
    ] = "blend",
    split: Annotated[
        str, typer.Option("--split", metavar="NAME", help="A split that [b]evaluate[/b] knows.")
    ] = "time",
    folds: Annotated[
        int,
        typer.Option("--folds", metavar="N", help="Rounds that are pooled, as in [b]evaluate[/b]."),
    ] = 1,
    accuracy: Annotated[
        float,
        typer.Option("--accuracy", metavar="SHARE", help="Share of NDCG@10 that must be kept."),
    ] = 0.99,
    coverage: Annotated[
        float, typer.Option("--coverage", metavar="TIMES", help="Coverage@20 to reach at least.")
    ] = 2.0,
    out_folder: OutOption = None,
    seed: SeedOption = None,
    json: JsonOption = False,
) -> None:
    """Turn the knobs of re-ranking, and see accuracy against diversity, novelty and coverage.

    [bold]matinee frontier --data movietweetings-100k --folds 5 --out report[/bold]
    [bold]matinee frontier -d ml-latest-small -m ease:ridge=200 --accuracy 0.97[/bold]

    Settings are measured on the validation part. The one with the most diverse lists that keeps
    the accuracy and reaches the coverage is measured on the test part, beside the lists as they
    were ranked.
    """
    from matinee import api
    from matinee.evaluation.trade_offs import Goal
    from matinee.settings import read_settings

    settings = read_settings()
    goal = Goal(accuracy, coverage)
    tables = read_data(data, settings)
    if out_folder is not None:
        out_folder.mkdir(parents=True, exist_ok=True)  # refused now rather than after the work
    with working("splitting") as status:
        found = api.frontier(
            tables,
            model,
            split,
            goal=goal,
            seed=settings.seed if seed is None else seed,
            say=lambda text: status.update(escape(text)),
            folds=folds,
        )
    document = found.to_json_dict()
    keep_for_studio("frontier", document, data, settings)
    if json:
        print_json(document)
    else:
        from matinee.cli.frontier_view import render_frontier

        render_frontier(document, out)
    if out_folder is not None:
        from matinee.reports import write_frontier

        note(f"report: {write_frontier(document, out_folder)}")
