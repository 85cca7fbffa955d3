"""train and evaluate: fitted models, and how good they are."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from matinee.cli.keeping import keep_for_studio
from matinee.cli.options import DataOption, JsonOption, OutOption, SeedOption
from matinee.cli.output import note, out, print_json, working
from matinee.cli.own_defaults import with_own_default
from matinee.cli.policy_option import train_policy
from matinee.cli.sources import imported_name, read_data
from matinee.cli.version_options import (
    AfterOption,
    EveryOption,
    ForceOption,
    HoldOutOption,
    KeepOption,
    LiveOption,
    ThresholdOption,
    WatchOption,
)
from matinee.cli.version_training import hold_to_database, one_asked, train_live
from matinee.cli.viewer_commands import add_ratings, data_version, keep, render_update

ModelOption = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        "--models",
        "-m",
        metavar="NAME[:SETTINGS]",
        help="A model, such as [b]ease[/b] or [b]als:factors=64,ridge=0.3[/b]; may be repeated.",
        show_default=False,
    ),
]

_STRONG_FOLDS = 10


class Task(StrEnum):
    """What models are asked for."""

    ranking = "ranking"
    rating = "rating"


def train(
    data: DataOption = None,
    model: ModelOption = None,
    policy: Annotated[
        list[Path] | None,
        typer.Option(
            "--policy",
            metavar="FILE",
            help="A policy (TOML), fitted and kept whole: first stage, ranker, re-ranking, page; "
            "may be repeated.",
            show_default=False,
        ),
    ] = None,
    add: Annotated[
        list[str] | None,
        typer.Option(
            "--add",
            metavar="PATH",
            help="New ratings for imported data: viewers who come or return are added to the kept "
            "linear models exactly. May be repeated.",
            show_default=False,
        ),
    ] = None,
    live: LiveOption = False,
    watch: WatchOption = False,
    after: AfterOption = 10_000,
    every: EveryOption = None,
    hold_out: HoldOutOption = 0.1,
    threshold: ThresholdOption = 0.01,
    keep_versions: KeepOption = 5,
    force: ForceOption = False,
    seed: SeedOption = None,
    json: JsonOption = False,
) -> None:
    """Fit models on everything and keep them in the workspace for recommend and similar.

    [bold]matinee train --data ml-latest-small -m ease:ridge=200 -m als[/bold]
    [bold]matinee train --data ml-latest-small --policy mine.toml[/bold]
    [bold]matinee train --data ml-latest-small --add new_ratings.csv[/bold]
    [bold]matinee train --data database --policy mine.toml --watch --every 6h[/bold]

    A model without settings takes those that [b]tune[/b] found for the data, else its defaults.
    With [b]--add[/b] the ratings are kept with what was imported, and the kept models are renewed.
    With [b]--live[/b] or [b]--watch[/b] a version for the live service is made instead.
    """
    from matinee.settings import read_settings

    settings = read_settings()
    if live or watch:
        from matinee.training.versions import Terms
        from matinee.training.watching import Rhythm, seconds

        hold_to_database(data)
        own_seed = settings.seed if seed is None else seed
        asked = one_asked(model, policy)
        terms = Terms(asked, hold_out, threshold, force, keep_versions, own_seed)
        rhythm = Rhythm(after, None if every is None else seconds(every)) if watch else None
        train_live(settings, terms, rhythm, json)
        return
    from matinee import api, training
    from matinee.api.recommending import default_model
    from matinee.store.workspace import Workspace

    workspace = Workspace(settings.home)
    added: dict[str, Any] | None = None
    if add:
        added = add_ratings(add, data, settings)
        data = [added["data"]]
        if not json:
            render_update(added)
    changing = "database" if data == ["database"] else imported_name(data, workspace)
    version = data_version(workspace, changing) if changing else None
    dataset = api.as_dataset(read_data(data, settings))
    documents = []
    enough = bool(policy or (added and added["models"]))
    asked_for = model or ([] if enough else [default_model(dataset)])
    policies = [
        train_policy(each, dataset, workspace, version, settings.seed if seed is None else seed)
        for each in policy or ()
    ]
    for each in () if json else policies:
        out.print(
            f"policy [b]{escape(each['name'])}[/b] fitted in {each['fit_s']:.1f} s on "
            f"{dataset.histories.entries:,} interactions: {escape(each['path'])}",
            soft_wrap=True,
        )
    for asked in asked_for:
        text = with_own_default(asked, dataset, settings)
        with working(f"fitting {text}"):
            trained = api.fit(dataset, text, settings.seed if seed is None else seed)
            folder = keep(workspace, dataset, trained, version)
        documents.append(
            {
                "name": trained.name,
                "recipe": training.describe(trained.recipe),
                "fit_s": trained.seconds,
                "path": str(folder),
            }
        )
        if not json:
            out.print(
                f"[b]{training.describe(trained.recipe)}[/b] fitted in {trained.seconds:.1f} s "
                f"on {dataset.histories.entries:,} interactions: {escape(str(folder))}",
                soft_wrap=True,
            )
    if json:
        found = {"data": dataset.name, "models": documents, "policies": policies, "added": added}
        print_json(found)


def evaluate(
    data: DataOption = None,
    model: ModelOption = None,
    task: Annotated[
        Task,
        typer.Option("--task", help="ranking: lists; rating: predicted stars and their intervals."),
    ] = Task.ranking,
    split: Annotated[
        str,
        typer.Option(
            "--split",
            metavar="NAME|FILE",
            help="time (default), strong, random, leave-last, cold-items, cold-items-full; or a "
            "Parquet/CSV file with user_id, item_id, part. For --task rating also kfold.",
        ),
    ] = "time",
    policy: Annotated[
        list[Path] | None,
        typer.Option(
            "--policy",
            metavar="FILE",
            help="A policy (TOML: candidates, ranker, reranking), measured end to end; may "
            "be repeated.",
            show_default=False,
        ),
    ] = None,
    save_split: Annotated[
        Path | None,
        typer.Option("--save-split", metavar="FILE", help="Write the split as Parquet."),
    ] = None,
    out_folder: OutOption = None,
    folds: Annotated[
        int | None,
        typer.Option(
            "--folds",
            min=1,
            help="Rounds whose viewers are pooled: under strong every viewer is held out once "
            f"(default {_STRONG_FOLDS}), under time there are several origins (default 1), under "
            "kfold every rating is held out once (default 5).",
            show_default=False,
        ),
    ] = None,
    seed: SeedOption = None,
    json: JsonOption = False,
) -> None:
    """Measure models side by side, with intervals, popularity and trending always among them.

    [bold]matinee evaluate --data ml-latest-small[/bold]
    [bold]matinee evaluate -d ml-latest-small --split strong -m ease -m als:factors=64[/bold]
    [bold]matinee evaluate -d ml-latest-small --task rating --split kfold[/bold]

    A model without settings is chosen from a small grid on the validation part. Without models,
    or with [bold]--models all[/bold], every one that the data can feed.
    """
    from matinee import api
    from matinee.api.comparing import split_file
    from matinee.errors import InputError
    from matinee.settings import read_settings

    settings = read_settings()
    seed = settings.seed if seed is None else seed
    tables = read_data(data, settings)
    with working("splitting") as status:
        dataset = api.as_dataset(tables)

        def say(text: str) -> None:
            status.update(escape(text))
            if text.startswith("left out"):
                note(text)

        if task == Task.rating:
            if save_split is not None:
                raise InputError("--save-split: expected --task ranking, got rating")
            rated = api.evaluate_ratings(dataset, model, split, seed, say, folds)
            _show_ratings(rated.to_json_dict(), json, out_folder)
            return
        if save_split is not None:
            if folds not in (None, 1):
                raise InputError(
                    f"--save-split: expected --folds 1 (a file holds one split), got {folds}"
                )
            folds = 1
            split_file(api.split(dataset, split, seed), save_split)
            note(f"split: {save_split}")
        rounds = folds or (_STRONG_FOLDS if split == "strong" else 1)
        policies = [api.read_policy(path) for path in policy or ()]
        board = api.evaluate(dataset, model, split, seed, say, rounds, policies=policies)
    document = board.to_json_dict()
    keep_for_studio("leaderboard", document, data, settings)
    if json:
        print_json(document)
    else:
        from matinee.cli.leaderboard_view import render_leaderboard

        render_leaderboard(document, out)
    if out_folder is not None:
        from matinee.reports import write_leaderboard

        note(f"report: {write_leaderboard(document, out_folder)}")


def _show_ratings(document: dict[str, Any], json: bool, out_folder: Path | None) -> None:
    if json:
        print_json(document)
    else:
        from matinee.cli.leaderboard_view import render_ratings

        render_ratings(document, out)
    if out_folder is not None:
        from matinee.reports import write_ratings

        note(f"report: {write_ratings(document, out_folder)}")
