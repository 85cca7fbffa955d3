"""Folders that are replaced as a whole: a reader sees the old one or the new, never a mix."""

import errno
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_STALE_S = 86_400  # a temporary folder of that age was left by a writer that died


@contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """A temporary folder to write into, which takes the place of `folder` if nothing is raised.

    A writer that dies at any moment leaves the old folder, under `current(folder)`.
    """
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    remove_partial(folder)
    temporary = folder.with_name(f".{folder.name}.{secrets.token_hex(6)}.partial")
    temporary.mkdir()
    try:
        yield temporary
        for path in [*temporary.rglob("*"), temporary]:
            flush(path)
        swap_in(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def current(folder: Path) -> Path:
    """The folder, or where a writer that died between its two renames left the old one."""
    old = previous(folder)
    return old if not folder.exists() and old.exists() else folder


def written_at(folder: Path) -> float:
    """When a folder was last replaced, UTC seconds; 0 where there is none."""
    try:
        return current(folder).stat().st_mtime
    except OSError:
        return 0.0


def previous(folder: Path) -> Path:
    """Where the old folder waits while the new one takes its place."""
    return folder.with_name(f".{folder.name}.previous")


def swap_in(temporary: Path, folder: Path) -> None:
    """Rename `temporary` to `folder`; the old folder waits beside it until that is done."""
    while True:
        try:
            temporary.rename(folder)
            break
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
        shutil.rmtree(previous(folder), ignore_errors=True)
        with suppress(FileNotFoundError):  # another writer was quicker
            folder.rename(previous(folder))
    shutil.rmtree(previous(folder), ignore_errors=True)
    flush(folder.parent)


def flush(path: Path) -> None:
    """Have the disk hold it before the rename that makes it count."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_partial(folder: Path) -> None:
    """Remove the temporary folders that writers of `folder` left when they died long ago."""
    for path in folder.parent.glob(f".{folder.name}.*.partial"):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _STALE_S:
                shutil.rmtree(path, ignore_errors=True)
