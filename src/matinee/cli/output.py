"""What a command prints: one document on standard output, everything else on standard error."""

import io
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

QUIET_S = 30.0  # between two lines of long work in a log


def print_json(document: Any) -> None:
    """One JSON document on standard output; NaN and infinities never get in.

    What the output cannot encode (a file name that is no text, a terminal of ASCII) is escaped.
    """
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(document, allow_nan=False, indent=2)
    typer.echo(text)


def forgive_encoding() -> None:
    """Have both outputs escape what they cannot encode: better `\\xe9` than no answer."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def note(text: str) -> None:
    """One line for the reader, on standard error; brackets in it are brackets."""
    err.print(f"[dim]{escape(text)}[/dim]", soft_wrap=True)


@contextmanager
def working(text: str) -> Iterator[Any]:
    """A spinner with a text that can be changed; in a file or a pipe a line every half a minute."""
    if not err.is_terminal:
        yield _Lines()
        return
    with err.status(escape(text)) as status:
        yield status


class _Lines:
    """What long work is at, for a log: nothing of short work, and not every step of long work."""

    def __init__(self) -> None:
        self._began = self._told = time.monotonic()

    def update(self, text: str) -> None:
        """The next step."""
        now = time.monotonic()
        if now - self._told >= QUIET_S:
            self._told = now
            err.print(f"[dim]{text} ({now - self._began:,.0f} s)[/dim]", soft_wrap=True)


@contextmanager
def download_bar(name: str) -> Iterator[Any]:
    """A progress callback (done, total) that draws a bar on a terminal once bytes arrive."""
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TransferSpeedColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    hidden = not err.is_terminal
    with Progress(
        *columns, TransferSpeedColumn(), console=err, transient=True, disable=hidden
    ) as progress:
        task = progress.add_task(name, total=None, visible=False)
        yield lambda done, total: progress.update(
            task, completed=done, total=total or None, visible=True
        )
