"""Which large files were checked before: hidden notes beside them, of use to nobody else.

A note holds the file's identity (inode, size, moments of the last write and change, which no
program can set back) and the digest that was found. Whoever writes to the file, or puts another in
its place, makes the note worthless; one that cannot be written or read is as none.
"""

import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

_LARGE = 1_000_000  # bytes: smaller ones are checked sooner than a note is read
_SETTLED_NS = 2_000_000_000  # a file that changed a moment ago may change within the same tick


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it was when it was opened."""

    inode: int
    size: int
    written_ns: int
    changed_ns: int

    @classmethod
    def of(cls, file: IO[Any]) -> "Seen":
        """Of an open file."""
        found = os.fstat(file.fileno())
        return cls(found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    def before(self, path: Path, digest: str) -> bool:
        """Whether exactly this file was checked, and had this digest."""
        if self.size < _LARGE:
            return False
        with suppress(OSError, ValueError):
            return bool(json.loads(_note(path).read_bytes()) == asdict(self) | {"sha256": digest})
        return False

    def keep(self, path: Path, digest: str) -> None:
        """Note that it has this digest."""
        if self.size < _LARGE or time.time_ns() - self.changed_ns < _SETTLED_NS:
            return
        partial = _note(path).with_name(f"{_note(path).name}.{os.getpid()}")
        with suppress(OSError):
            partial.write_text(json.dumps(asdict(self) | {"sha256": digest}), encoding="utf-8")
            partial.replace(_note(path))


def _note(path: Path) -> Path:
    return path.with_name(f".{path.name}.checked")
