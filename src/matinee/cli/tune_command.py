"""tune: better settings by search, and what they are worth on held-out viewers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from matinee.cli.options import DataOption, JsonOption, OutOption, SeedOption
from matinee.cli.output import err, note, out, print_json
from matinee.cli.sources import read_data

if TYPE_CHECKING:
    from matinee.training.tuning import Progress


def tune(
    data: DataOption = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            "-m",
            metavar="NAME",
            help="A model without settings, such as [b]als[/b]; may be repeated. Default: the one "
            "that [b]recommend[/b] uses.",
            show_default=False,
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            "--split",
            metavar="NAME",
            help="[b]strong[/b] (default: viewers that the model never saw), [b]time[/b] (default "
            "for bias, mf, fm and trending) or another that [b]evaluate[/b] knows.",
            show_default=False,
        ),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            "--minutes",
            metavar="M",
            help="Time to search, over all models. Default: 5, or no limit with --trials.",
        ),
    ] = None,
    trials: Annotated[
        int | None,
        typer.Option(
            "--trials", metavar="N", help="Trials of each model, with those of earlier runs."
        ),
    ] = None,
    patience: Annotated[
        int,
        typer.Option(
            "--patience", metavar="N", help="Stop after N trials that improve less than 0.1 %."
        ),
    ] = 25,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Forget earlier trials of this search.")
    ] = False,
    out_folder: OutOption = None,
    seed: SeedOption = None,
    json: JsonOption = False,
) -> None:
    """Search better settings, and compare them with the defaults on held-out viewers.

    [bold]matinee tune --data ml-latest-small --minutes 5[/bold]
    [bold]matinee tune -d ml-latest-small -m als -m bm25 --trials 60 --out report[/bold]

    What is better is kept: [b]train[/b] and [b]recommend[/b] use it for the same data from then
    on. Ctrl-C keeps what was found, and the same command goes on from there.
    """
    from matinee import api
    from matinee.api.tuning import budget_of
    from matinee.settings import read_settings

    settings = read_settings()
    budget_of(minutes, trials, patience)  # a mistake is told before anything is read
    tables = read_data(data, settings)
    if out_folder is not None:
        out_folder.mkdir(parents=True, exist_ok=True)  # refused now rather than after the search
    with _bar() as (progress, say):
        found = api.tune(
            tables,
            model,
            split,
            minutes=minutes,
            trials=trials,
            patience=patience,
            seed=settings.seed if seed is None else seed,
            fresh=fresh,
            settings=settings,
            progress=progress,
            say=say,
        )
    document = found.to_json_dict()
    if json:
        print_json(document)
    else:
        from matinee.cli.tuning_view import render_tuning

        render_tuning(document, out)
    if out_folder is not None:
        from matinee.reports import write_tuning

        note(f"report: {write_tuning(document, out_folder)}")


@contextmanager
def _bar() -> Iterator[tuple[Callable[["Progress"], None], Callable[[str], None]]]:
    """Callbacks that draw one bar a model on a terminal, and a text; nothing elsewhere."""
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn())
    with Bar(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("splitting", total=1.0)

        def progress(at: "Progress") -> None:
            best = f"best {at.metric} {at.best:.4f} (default {at.default:.4f})"
            text = f"{at.name}: {at.tried} tried, {best}"
            bar.update(task, completed=at.share, description=text)

        yield progress, lambda text: bar.update(task, completed=0, description=text)
