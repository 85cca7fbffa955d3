"""demo: the whole path on the starter data, from the tables to a page in the browser."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from matinee.cli.options import JsonOption
from matinee.cli.output import note, out, print_json, working

if TYPE_CHECKING:  # heavy imports wait until a command runs
    from matinee.schema import Tables
    from matinee.training import Trained


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="End when the page was answered, open no browser.")
    ] = False,
    folder: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FOLDER", help="Where the HTML reports go."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """The whole path on built-in data, offline: explore, compare, recommend, and a page to use.

    The films are real, the viewers are simulated. It ends with the service on
    http://127.0.0.1:8000; Ctrl-C ends that too.
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
    if not json:
        out.print("\n[b]4. Reports[/b]")
        for path in paths:
            out.print(f"  {escape(str(path))}", soft_wrap=True)
    done = {
        "leaderboard": document,
        "recommendations": found.to_json_dict(),
        "reports": [str(path) for path in paths],
    }
    _page(_writable(settings.home / "demo"), tables, trained, done, once, json)


def _page(
    home: Path, tables: "Tables", trained: "Trained", done: Any, once: bool, json: bool
) -> None:
    """Serve the page, say where, and stay until the service ends, unless `once`."""
    from matinee.cli.demo_service import PORT, fill, free_port, running

    port = free_port()
    with working("filling a database for the service"):
        fill(home, tables, trained, done["leaderboard"])
    with running(home, port) as service:
        if json:
            page = {"url": service.url, "films": service.films, "seconds": service.seconds}
            print_json(done | {"page": page})
        else:
            out.print("\n[b]5. The page[/b] [yellow](simulated viewers)[/yellow]")
            if port != PORT:
                note(f"port {PORT} is taken, so it is on {port}")
            took = f"{service.films} films in {1000 * service.seconds:.0f} ms"
            out.print(f"  {service.url}  ({took})", soft_wrap=True)
            _next()
        if once:
            return
        note("Ctrl-C ends the service")
        if out.is_terminal:
            typer.launch(service.url)
        service.wait()


def _next() -> None:
    # As it can be typed here: make runs .venv/bin/matinee, which need not be on the PATH.
    called = sys.argv[0] if Path(sys.argv[0]).name == "matinee" else "python -m matinee"
    command = "matinee" if shutil.which("matinee") else called
    note(f'next: {command} recommend --data starter --like "Toy Story" --why')


def _writable(folder: Path) -> Path:
    """The folder, or a temporary one where the working directory cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        other = Path(tempfile.mkdtemp(prefix="matinee-demo-"))
        note(f"{folder} cannot be written to; what belongs there goes to {other}")
        return other
