"""replay: policies proved on a log, test-then-learn."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from matinee.cli.model_commands import ModelOption
from matinee.cli.options import JsonOption, OutOption, SeedOption
from matinee.cli.output import note, out, print_json, working
from matinee.cli.sources import read_data

if TYPE_CHECKING:
    from matinee.dataset import Log
    from matinee.settings import Settings


def replay(
    log: Annotated[
        list[str],
        typer.Argument(
            metavar="LOG...",
            help="Data with times: a file, folder, zip or name as for [b]--data[/b], or a CSV or "
            "Parquet file of events (user_id, item_id, kind, timestamp; value, page_id, row, "
            "slot). Several are joined; beside events a catalogue of films.",
        ),
    ],
    policy: Annotated[
        list[Path] | None,
        typer.Option(
            "--policy",
            metavar="FILE",
            help="A policy (TOML: candidates, ranker); may be repeated.",
            show_default=False,
        ),
    ] = None,
    model: ModelOption = None,
    every: Annotated[
        float | None,
        typer.Option(
            "--every",
            metavar="DAYS",
            help="Fit anew every so many days. Default: 8 fits over the latter half of the log.",
            show_default=False,
        ),
    ] = None,
    ask: Annotated[
        int,
        typer.Option(
            "--ask",
            metavar="N",
            min=0,
            help="Ask for at most N likes, drawn and spread over time; all are learnt from. 0: "
            "ask for every one.",
        ),
    ] = 20_000,
    out_folder: OutOption = None,
    seed: SeedOption = None,
    json: JsonOption = False,
) -> None:
    """Live a log again: each like is asked for before anybody knew of it, then learnt from.

    [bold]matinee replay movietweetings-100k --policy mine.toml --out report[/bold]
    [bold]matinee replay ml-latest-small -m linear -m als --every 30[/bold]
    [bold]matinee replay events.csv films.csv -m blend[/bold]

    Shows whether quality grows with feedback (within the same viewer, not because heavy viewers
    are others), how models age, and whether lists narrow; popularity, trending and, where the log
    has impressions, what viewers were shown stand beside. By default the blend is replayed.
    """
    from matinee import api
    from matinee.settings import read_settings

    settings = read_settings()
    policies = [api.read_policy(path) for path in policy or ()]
    lived, notes = _log(log, settings)
    if out_folder is not None:
        out_folder.mkdir(parents=True, exist_ok=True)  # refused now rather than after the replay
    with working("reading the log") as status:

        def say(text: str) -> None:
            from rich.markup import escape

            status.update(escape(text))
            if text.startswith("left out"):
                note(text)

        found = api.replay(
            lived,
            model,
            policies,
            every=every,
            ask=ask or None,
            seed=settings.seed if seed is None else seed,
            notes=notes,
            say=say,
        )
    document = found.to_json_dict()
    if json:
        print_json(document)
    else:
        from matinee.cli.replay_view import render_replay

        render_replay(document, out)
    if out_folder is not None:
        from matinee.reports import write_replay

        note(f"report: {write_replay(document, out_folder)}")


def _log(sources: list[str], settings: "Settings") -> tuple["Log", tuple[str, ...]]:
    """The log of files of events with their films, or of data as --data takes it."""
    from matinee.api.replaying import event_log, log_of
    from matinee.cli.sources import place_compiled_code
    from matinee.errors import InputError
    from matinee.intake.events import is_event_log

    events = [source for source in sources if is_event_log(Path(source))]
    if not events:
        return log_of(read_data(sources, settings)), ()
    if len(events) > 1:
        raise InputError(f"replay: expected one file of events, got {', '.join(events)}")
    place_compiled_code(settings)
    others = [source for source in sources if source not in events]
    films = read_data(others, settings) if others else None
    if films is not None and films.ratings.height:
        raise InputError(
            f"replay: expected films beside {events[0]}, got {films.ratings.height:,} ratings in "
            f"{films.name} too"
        )
    return event_log(Path(events[0]), films)
