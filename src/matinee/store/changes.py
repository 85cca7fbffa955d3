"""A change of several folders at once: after a crash all are the old ones, or all the new."""

import fcntl
import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from matinee.errors import ArtefactError
from matinee.store.folders import flush, previous, remove_partial, swap_in

_PENDING = "pending.json"  # there from the moment a change counts until all folders are in place
_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class Change:
    """New folders in the making, each to take the place of one in the workspace."""

    home: Path
    staging: Path
    _moves: dict[str, str] = field(default_factory=dict)  # staged name -> target
    _removals: list[str] = field(default_factory=list)

    def folder(self, target: Path) -> Path:
        """Where to write what will take the place of `target`; not there yet."""
        name = str(len(self._moves))
        self._moves[name] = str(target.absolute().relative_to(self.home))
        return self.staging / name

    def remove(self, target: Path) -> None:
        """Have the folder go with the change."""
        self._removals.append(str(target.absolute().relative_to(self.home)))

    def commit(self) -> None:
        """From here on the change counts: whatever happens, `finish` brings it to its end."""
        document = {
            "staging": self.staging.name,
            "moves": self._moves,
            "removals": [name for name in self._removals if name not in self._moves.values()],
        }
        written = self.staging / _PENDING
        written.write_text(json.dumps(document), encoding="utf-8")
        flush(written)
        flush(self.staging)
        written.rename(self.home / _PENDING)
        flush(self.home)


@contextmanager
def change(home: Path) -> Iterator[Change]:
    """A change that happens as a whole at the end, or not at all if anything is raised.

    One at a time: another process waits. Read what the change depends on inside.
    """
    home = home.absolute()
    home.mkdir(parents=True, exist_ok=True)
    with _locked(home):
        _apply(home)
        remove_partial(home / "change")
        staging = home / f".change.{secrets.token_hex(6)}.partial"
        staging.mkdir()
        try:
            made = Change(home, staging)
            yield made
            made.commit()
            _apply(home)
        finally:
            if not (home / _PENDING).exists():
                shutil.rmtree(staging, ignore_errors=True)


def finish(home: Path) -> None:
    """Bring a change to its end that counted when its process died; else nothing is done."""
    if (home / _PENDING).exists():
        with _locked(home):
            _apply(home.absolute())


def _apply(home: Path) -> None:
    pending = home / _PENDING
    try:
        document = json.loads(pending.read_bytes())
        moves, removals = dict(document["moves"]), list(document["removals"])
        staging = home / str(document["staging"])
    except FileNotFoundError:
        return
    except (ValueError, LookupError, TypeError) as error:
        raise ArtefactError(
            f"{pending}: expected what 'matinee forget' wrote, got {error}; forget again after "
            "removing the file"
        ) from error
    for name, target in moves.items():
        if (staging / name).exists():
            (home / target).parent.mkdir(parents=True, exist_ok=True)
            swap_in(staging / name, home / target)
        shutil.rmtree(previous(home / target), ignore_errors=True)
    for target in removals:
        shutil.rmtree(home / target, ignore_errors=True)
        shutil.rmtree(previous(home / target), ignore_errors=True)
    shutil.rmtree(staging, ignore_errors=True)
    flush(home)
    pending.unlink()


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    """Released by the system when the process dies."""
    with (home / _LOCK).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
