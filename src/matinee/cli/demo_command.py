"""demo: the whole path on the starter data."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from matinee.cli.options import JsonOption
from matinee.cli.output import note, out, print_json, working


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Do not open the report in a browser afterwards.")
    ] = False,
    folder: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FOLDER", help="Where the HTML reports go."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """The whole path on built-in data, offline: explore, compare, recommend with reasons.

    The films are real, the viewers are simulated.
    """
    import numpy as np

    from matinee.cli.sources import place_compiled_code
    from matinee.settings import read_settings

    settings = read_settings()
    place_compiled_code(settings)
    from matinee import api, training
    from matinee.cli.explore_view import render_terminal
    from matinee.cli.film_view import render_recommendations
    from matinee.cli.leaderboard_view import render_leaderboard
    from matinee.reports import write_exploration, write_leaderboard

    folder = folder or _writable(settings.home / "reports" / "demo")
    with working("reading the starter data") as status:
        tables = api.read("starter")
        status.update("looking at it")
        exploration = api.explore(tables)
    if not json:
        out.print("[b]1. The data[/b] [yellow](real films, simulated viewers)[/yellow]")
        render_terminal(exploration, out, brief=True)
    dataset = api.as_dataset(tables)
    parts = api.split(dataset, "time", settings.seed)
    with working("comparing models") as status:
        board = api.evaluate(dataset, None, parts, settings.seed, status.update)
    document = board.to_json_dict()
    if not json:
        out.print("\n[b]2. The models, asked for what the same viewers liked later[/b]")
        render_leaderboard(document, out)
    best = next(result for result in board.models if result.name != "oracle")
    with working("recommending"):
        trained = training.fit(best.recipe, dataset, settings.seed)
        lengths = np.diff(dataset.histories.indptr)
        viewer = dataset.users.ids[int(np.argsort(lengths, kind="stable")[len(lengths) // 2])]
        found = api.recommend(dataset, user=viewer, model=trained, n=5)
    if not json:
        out.print("\n[b]3. One viewer's recommendations, with true reasons[/b]")
        render_recommendations(found, True, out)
    with working("drawing the reports"):
        paths = [write_exploration(exploration, folder), write_leaderboard(document, folder)]
    if json:
        reports = [str(path) for path in paths]
        print_json(
            {"leaderboard": document, "recommendations": found.to_json_dict(), "reports": reports}
        )
        return
    out.print("\n[b]4. Reports[/b]")
    for path in paths:
        out.print(f"  {escape(str(path))}", soft_wrap=True)
    # As it can be typed here: make runs .venv/bin/matinee, which need not be on the PATH.
    called = sys.argv[0] if Path(sys.argv[0]).name == "matinee" else "python -m matinee"
    command = "matinee" if shutil.which("matinee") else called
    note(f'next: {command} recommend --data starter --like "Toy Story" --why')
    if not once and out.is_terminal:
        typer.launch(paths[1].resolve().as_uri())


def _writable(folder: Path) -> Path:
    """The folder, or a temporary one where the working directory cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        other = Path(tempfile.mkdtemp(prefix="matinee-demo-"))
        note(f"{folder} cannot be written to; the reports go to {other}")
        return other
