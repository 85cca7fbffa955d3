"""forget, and what train does for viewers who come: models that follow exactly."""

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from matinee.cli.options import DataOption, JsonOption
from matinee.cli.output import note, out, print_json, working
from matinee.cli.sources import place_compiled_code, read_data
from matinee.errors import InputError, NumericError

if TYPE_CHECKING:
    from pathlib import Path

    from matinee.dataset import Dataset
    from matinee.settings import Settings
    from matinee.store.workspace import Workspace
    from matinee.training import Trained
    from matinee.training.updating import Update


def forget(
    user: Annotated[str, typer.Argument(help="The viewer to forget, by id.")],
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Have a viewer of imported data never have been, in the data and in the kept models.

    [bold]matinee import ml-latest-small && matinee train -m ease -m als[/bold]
    [bold]matinee forget 42[/bold]
    [bold]matinee forget 42 --data database > certificate.json[/bold]

    With [b]--data database[/b] the viewer is erased from the live service, and a certificate of it
    is printed, which [b]matinee verify[/b] checks.

    The viewer's row is subtracted from the sums that linear models are solved from, and the result
    is compared with a refit that never saw the viewer. Models that are not linear are marked and
    not used until [b]train[/b] fits them again. A crash leaves all as it was, or all done.
    """
    from matinee.settings import read_settings
    from matinee.store.workspace import Workspace

    settings = read_settings()
    place_compiled_code(settings)
    workspace = Workspace(settings.home)
    if data == ["database"]:
        from matinee.cli.erasure_commands import erase_from_service

        erase_from_service(user, settings)
        return
    name = _imported(data, workspace)
    from matinee.training.updating import forget as forget_viewer

    with working(f"forgetting {user}"):
        update = forget_viewer(workspace, name, user)
    document = {"user": user, **_document(update)}
    if json:
        print_json(document)
        return
    render_update(document)


def add_ratings(
    paths: Sequence[str], data: Sequence[str] | None, settings: "Settings"
) -> dict[str, Any]:
    """What `train --add` changed, as its JSON document."""
    from matinee.store.workspace import Workspace

    workspace = Workspace(settings.home)
    name = _imported(data, workspace)
    if name is None:
        name = workspace.load().name
    tables = read_data(paths, settings)
    from matinee.training.updating import add

    with working("adding viewers"):
        return _document(add(workspace, name, tables))


def keep(
    workspace: "Workspace",
    dataset: "Dataset",
    trained: "Trained",
    version: tuple[int, int] | None,
) -> "Path":
    """Keep the model, and what its linear parts are solved from where viewers can come and go.

    That is in imported data, of which `version` is the one that was read. If another command has
    changed it since, nothing is kept: a viewer forgotten meanwhile would come back. Without room
    for the sums they are gathered when they are needed.
    """
    from matinee.training import save
    from matinee.training.learnt import keep_statistics

    folder = workspace.model_folder(dataset.name, trained.name)
    with workspace.change():
        hold_to_version(workspace, dataset, version, trained.name)
        save(trained, folder, dataset)
        if version is not None:
            try:
                keep_statistics(workspace, dataset, trained.recipe)
            except NumericError as error:
                note(f"sums over viewers are not kept: {error}")
    return folder


def data_version(workspace: "Workspace", name: str) -> tuple[int, int] | None:
    """Another one after each change of imported data, or each erasure of a viewer of the database.

    None for data in which viewers can neither be forgotten nor added.
    """
    if name != "database":
        return workspace.version(name)
    from matinee.settings import read_settings
    from matinee.store.erasures import last_erased
    from matinee.store.opening import open_store

    store = open_store(read_settings())
    try:
        return last_erased(store.database)
    finally:
        store.database.close()


def hold_to_version(
    workspace: "Workspace", dataset: "Dataset", version: tuple[int, int] | None, what: str
) -> None:
    """InputError where imported data is no longer the version that `what` was fitted on."""
    if version is not None and data_version(workspace, dataset.name) != version:
        raise InputError(
            f"train {what}: expected {dataset.name} as it was when training began, got "
            "other data: another command has changed it; train again"
        )


def render_update(document: dict[str, Any]) -> None:
    """Print what became of the data and of each model."""
    who = f"viewer {document['user']}" if "user" in document else "new ratings"
    done = "forgotten" if "user" in document else "added"
    _say(
        f"[b]{escape(who)}[/b] {done}: {_count(document['changed_ratings'], 'rating')} of "
        f"{_count(document['changed_viewers'], 'viewer')}; {escape(document['data'])} has "
        f"{_count(document['viewers'], 'viewer')} and {_count(document['ratings'], 'rating')} now"
    )
    if document["sums_difference"] is not None:
        difference = document["sums_difference"]
        _say(f"sums over viewers: largest difference to those of a refit [b]{difference:g}[/b]")
    for message in document["damaged"]:
        note(message)
    for model in document["models"]:
        name, recipe = escape(model["name"]), escape(model["recipe"])
        if model["removed"]:
            _say(f"[b]{name}[/b] removed: it was damaged, or nothing is left to learn from")
            continue
        parts = "" if recipe in map(escape, model["exact"]) else f" {escape(_list(model['exact']))}"
        if model["exact"]:
            checked = model["weights_difference"]
            against = (
                "" if checked is None else f", weights within {checked:.1g} of a refit (relative)"
            )
            _say(f"[b]{name}[/b]{parts} made anew, exactly{against}")
        if model["stale"]:
            parts = "" if model["stale"] == [model["recipe"]] else f" {_list(model['stale'])}"
            _say(
                f"[b]{name}[/b]{escape(parts)} [b]not reached[/b]: not used until "
                f"'matinee train -m {name}' fits it again"
            )
    for name in document["policies"]:
        _say(
            f"policy [b]{escape(name)}[/b] removed: it had learnt from the data before; "
            "'matinee train --policy FILE' fits it again"
        )
    if document["tuned"]:
        _say("settings that 'matinee tune' found: chosen on the data before, not used any more")


def _document(update: "Update") -> dict[str, Any]:
    """As --json prints it; a difference that is no number is null."""
    from dataclasses import asdict

    found = {**asdict(update), "damaged": list(update.damaged)}
    found["policies"] = list(update.policies)
    for each in (found, *found["models"]):
        for key in ("sums_difference", "weights_difference"):
            if key in each and each[key] is not None and not isfinite(each[key]):
                each[key] = None
    found["models"] = [
        {**model, "exact": list(model["exact"]), "stale": list(model["stale"])}
        for model in found["models"]
    ]
    return found


def _imported(data: Sequence[str] | None, workspace: "Workspace") -> str | None:
    """The name of imported data; None for the last, InputError for what was not imported."""
    if not data:
        return None
    if len(data) == 1 and data[0] in workspace.names():
        return data[0]
    known = ", ".join(workspace.names()) or "none yet"
    raise InputError(
        f"--data: expected the name of imported data ({known}), got {' '.join(data)!r}; what is "
        "read anew from its source each time can neither add nor forget a viewer: "
        f"'matinee import {data[0]}' first"
    )


def _list(texts: Sequence[str]) -> str:
    return ", ".join(texts)


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _say(text: str) -> None:
    out.print(text, soft_wrap=True)
