"""recommend --all: the lists of every viewer in one file."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from matinee.cli.output import err, out, print_json, working
from matinee.cli.policy_option import fitted_policy
from matinee.errors import InputError

if TYPE_CHECKING:
    from matinee.api.batch import Lists
    from matinee.settings import Settings


def recommend_all(
    data: Sequence[str] | None,
    path: Path | None,
    asked: tuple[str | None, str | None],
    n: int,
    settings: "Settings",
    seed: int,
    json: bool,
) -> None:
    """Write them; `asked` are the model and the policy, where they were named."""
    if path is None:
        raise InputError("--all: expected --out FILE, where the lists go, got none")
    if path.suffix != ".parquet":
        raise InputError(f"--out: expected a file named .parquet, got {str(path)!r}")
    from matinee.api.batch import write_lists

    lists, name = _prepared(data, asked, settings, seed)
    started = time.perf_counter()
    with _bar() as progress:
        viewers = write_lists(lists, path, n, progress)
    seconds = time.perf_counter() - started
    if json:
        print_json({"path": str(path), "policy": name, "viewers": viewers, "seconds": seconds})
        return
    out.print(
        f"{escape(str(path))}: {viewers:,} viewers by [b]{escape(name)}[/b] in {seconds:.1f} s, "
        f"{viewers / max(seconds, 1e-9):,.0f} a second",
        soft_wrap=True,
    )


def _prepared(
    data: Sequence[str] | None,
    asked: tuple[str | None, str | None],
    settings: "Settings",
    seed: int,
) -> "tuple[Lists, str]":
    from matinee.training import describe

    if list(data or ()) == ["database"] and asked == (None, None):
        from matinee.api.live_lists import live_lists

        with working("reading the database"):
            return live_lists(settings)
    from matinee import api
    from matinee.api.batch import Lists
    from matinee.cli.film_commands import kept_model
    from matinee.cli.sources import read_data

    model, policy = asked
    dataset = api.as_dataset(read_data(data, settings))
    if policy is not None:
        fitted = fitted_policy(dataset, policy, settings, seed)
        return Lists.of(dataset, fitted), f"policy {fitted.policy.name}"
    with working("fitting"):
        found = kept_model(dataset, model, settings)
        trained = (
            api.fit(dataset, found or api.default_model(dataset), seed)
            if (found is None or isinstance(found, str))
            else found
        )
        return Lists.of(dataset, trained), describe(trained.recipe)


@contextmanager
def _bar() -> Iterator[Any]:
    """A progress callback (done, total) that draws a bar on a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    with Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    ) as progress:
        task = progress.add_task("lists", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
