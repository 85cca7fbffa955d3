"""recommend and similar: ranked films with their reasons."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from matinee.cli.batch_command import recommend_all
from matinee.cli.options import DataOption, JsonOption, SeedOption
from matinee.cli.output import err, note, out, print_json, working
from matinee.cli.own_defaults import with_own_default
from matinee.cli.policy_option import PolicyOption, fitted_policy
from matinee.cli.sources import read_data
from matinee.errors import AmbiguousTitle, ArtefactError, InputError

if TYPE_CHECKING:
    from matinee.api import Recommendations
    from matinee.dataset import Dataset
    from matinee.settings import Settings
    from matinee.training import Trained

CountOption = Annotated[int, typer.Option("-n", min=1, max=1000, help="How many films.")]
WhyOption = Annotated[bool, typer.Option("--why", help="Show what each score is made of.")]
OneModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        metavar="NAME[:SETTINGS]",
        help="Which model; fitted now unless [b]train[/b] has kept it for this data.",
        show_default=False,
    ),
]


def recommend(
    data: DataOption = None,
    user: Annotated[
        str | None, typer.Option("--user", "-u", help="A viewer of the data, by id.")
    ] = None,
    like: Annotated[
        list[str] | None,
        typer.Option("--like", "-l", metavar="TITLE", help="A film you like; may be repeated."),
    ] = None,
    history: Annotated[
        str | None,
        typer.Option(
            "--history", metavar="PATH", help="Your Letterboxd export (zip) or IMDb ratings (CSV)."
        ),
    ] = None,
    model: OneModelOption = None,
    policy: PolicyOption = None,
    n: CountOption = 10,
    all_: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Of every viewer, into the file [b]--out[/b]; with --data database by the version "
            "that is live.",
        ),
    ] = False,
    out_file: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="With --all: where, a .parquet file."),
    ] = None,
    why: WhyOption = False,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify",
            help="Without which films of the history each would not be here, and what would raise "
            "it; the model is asked again for every answer.",
        ),
    ] = False,
    seed: SeedOption = None,
    json: JsonOption = False,
) -> None:
    """Films for a viewer, for titles you like, for your own history, or for anybody.

    [bold]matinee recommend -d ml-latest-small --like "Toy Story" --why[/bold]
    [bold]matinee recommend -d ml-latest-small --user 42 --why --verify[/bold]
    [bold]matinee recommend -d ml-latest-small --history letterboxd.zip[/bold]
    [bold]matinee recommend -d ml-latest-small --user 42 --policy mine.toml --why[/bold]
    [bold]matinee recommend -d database --all --out lists.parquet[/bold]

    Titles may have typing errors; "Sabrina (1995)" or "id:7" settles which one is meant.
    """
    from matinee.settings import read_settings

    settings = read_settings()
    seed = settings.seed if seed is None else seed
    if all_ or out_file is not None:
        _hold_to_all(all_, user, like, history)
        recommend_all(data, out_file, (model, policy), n, settings, seed, json)
        return
    from matinee import api

    dataset = api.as_dataset(read_data(data, settings))
    titles = [settled(dataset, title) for title in like or ()]
    chosen = fitted_policy(dataset, policy, settings, seed) if policy else None
    with working("recommending"):
        fitted = kept_model(dataset, model, settings) if chosen is None else model
        found = api.recommend(
            dataset,
            user=user,
            like=titles,
            history=history,
            model=fitted,
            policy=chosen,
            n=n,
            seed=seed,
            verify=verify,
        )
    _show(found, why, json)


def _hold_to_all(
    all_: bool, user: str | None, like: Sequence[str] | None, history: str | None
) -> None:
    """InputError where a file is wanted of one viewer, or one viewer of all."""
    if not all_:
        raise InputError("--out: expected --all, of which it is the file, got none")
    if user is not None or like or history is not None:
        raise InputError("--all: expected no --user, --like or --history, got one")


def similar(
    title: Annotated[str, typer.Argument(help="A film; typing errors are forgiven.")],
    data: DataOption = None,
    model: OneModelOption = None,
    n: CountOption = 10,
    why: WhyOption = False,
    seed: SeedOption = None,
    json: JsonOption = False,
) -> None:
    """Films like this one: by who liked both, or by people, genres and keywords.

    [bold]matinee similar "The Godfather" --data tmdb-5000.zip --why[/bold]
    [bold]matinee similar heat --data ml-latest-small --model soup[/bold]
    """
    from matinee import api
    from matinee.settings import read_settings

    settings = read_settings()
    seed = settings.seed if seed is None else seed
    dataset = api.as_dataset(read_data(data, settings))
    film = settled(dataset, title)
    with working("looking for films like it"):
        fitted = kept_model(dataset, model, settings) if model else None
        found = api.similar(dataset, film, model=fitted, n=n, seed=seed)
    _show(found, why, json)


def settled(
    dataset: "Dataset", title: str, ask: Callable[[Sequence[tuple[str, str]]], str] | None = None
) -> str:
    """The title as id:..., after asking a person at a terminal which of several is meant."""
    from matinee.intake.titles import find

    try:
        return f"id:{find(dataset.movies, title)}"
    except AmbiguousTitle as error:
        if ask is None and not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise
        return f"id:{(ask or _asked)(error.choices)}"


def _asked(choices: Sequence[tuple[str, str]]) -> str:
    from rich.markup import escape
    from rich.prompt import IntPrompt

    for place, (_, label) in enumerate(choices, 1):
        err.print(f"  {place}  {escape(label)}")
    places = [str(place) for place in range(1, len(choices) + 1)]
    return choices[IntPrompt.ask("which one", console=err, choices=places) - 1][0]


def kept_model(
    dataset: "Dataset", model: str | None, settings: "Settings"
) -> "Trained | str | None":
    """The model that `train` kept for exactly this data and these settings, else what was asked.

    Without settings those count that `tune` found for the data.
    """
    from matinee import training
    from matinee.api.recommending import default_model
    from matinee.store.workspace import Workspace

    text = with_own_default(model or default_model(dataset), dataset, settings)
    name, recipe = training.recipe_from_text(text)
    plain = text if ":" in text else model
    folder = Workspace(settings.home).model_folder(dataset.name, name)
    if not folder.is_dir():
        return plain
    try:
        kept = training.load_for(folder, dataset)
    except ArtefactError as error:
        raise ArtefactError(f"{error}; 'matinee train' makes it anew") from error
    if kept is None:
        reason = training.stale(folder) or "it was trained on other data"
        note(f"{name}: the kept model is not used, {reason}; fitting anew")
        return plain
    if ":" in text and kept.recipe != recipe:
        return plain
    return kept


def _show(found: "Recommendations", why: bool, json: bool) -> None:
    if json:
        print_json(found.to_json_dict())
        return
    from matinee.cli.film_view import render_recommendations

    render_recommendations(found, why, out)
