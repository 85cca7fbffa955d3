"""--policy of recommend, page and train: a file, or what `train --policy` kept."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from matinee.cli.output import note, working
from matinee.cli.viewer_commands import hold_to_version
from matinee.errors import ArtefactError, InputError

if TYPE_CHECKING:
    from matinee.dataset import Dataset
    from matinee.ranking import FittedPolicy, Policy
    from matinee.settings import Settings
    from matinee.store.workspace import Workspace

PolicyOption = Annotated[
    str | None,
    typer.Option(
        "--policy",
        metavar="FILE|NAME",
        help="A policy (TOML: candidates, ranker, reranking, page) instead of a model; fitted now "
        "unless [b]train --policy[/b] has kept it for this data.",
        show_default=False,
    ),
]


def fitted_policy(
    dataset: "Dataset", asked: str, settings: "Settings", seed: int
) -> "FittedPolicy":
    """The kept policy, where it is of exactly this file and this data; else fitted now."""
    from matinee.api import fit_policy
    from matinee.store.workspace import Workspace
    from matinee.training.policy_keeping import kept_policy, load_policy

    workspace = Workspace(settings.home)
    policy = named_policy(dataset, asked, workspace.policy_folders(dataset.name))
    folder = workspace.policy_folder(dataset.name, policy.name)
    found = None
    if kept_policy(folder) == policy:
        try:
            found = load_policy(folder, dataset)
        except ArtefactError as error:
            raise ArtefactError(f"{error}; 'matinee train --policy' makes it anew") from error
        if found is None:
            note(f"policy {policy.name}: the kept one was trained on other data; fitting anew")
    elif folder.is_dir():
        note(f"policy {policy.name}: the kept one has other settings; fitting anew")
    if found is None:
        with working(f"fitting policy {policy.name}") as status:
            found = fit_policy(dataset, policy, seed=seed, say=status.update)
    return found


def train_policy(
    path: Path,
    dataset: "Dataset",
    workspace: "Workspace",
    version: tuple[int, int] | None,
    seed: int,
) -> dict[str, Any]:
    """Fit a policy and keep it in the workspace; as `train --json` prints it."""
    from matinee.api import fit_policy, read_policy
    from matinee.training.policy_keeping import save_policy

    policy = read_policy(path)
    started = time.perf_counter()
    with working(f"fitting policy {policy.name}") as status:
        fitted = fit_policy(dataset, policy, seed=seed, say=status.update)
    seconds = time.perf_counter() - started
    folder = workspace.policy_folder(dataset.name, policy.name)
    with workspace.change():
        hold_to_version(workspace, dataset, version, f"--policy {path}")
        save_policy(fitted, folder, dataset)
    return {"name": policy.name, "fit_s": seconds, "path": str(folder)}


def named_policy(dataset: "Dataset", asked: str, kept: list[Path]) -> "Policy":
    """The policy of a file, or a kept one by its name."""
    from matinee.api import read_policy
    from matinee.training.policy_keeping import kept_policy

    if Path(asked).exists():
        return read_policy(asked)
    known = {policy.name: policy for folder in kept if (policy := kept_policy(folder)) is not None}
    if asked not in known:
        names = ", ".join(known) or "none yet: 'matinee train --policy FILE' keeps one"
        raise InputError(
            f"--policy: expected a TOML file or one kept for {dataset.name} ({names}), "
            f"got {asked!r}"
        )
    return known[asked]
