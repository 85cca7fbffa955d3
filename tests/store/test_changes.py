"""Folders that change together: killed at any moment, all are old or all are new."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from matinee.errors import ArtefactError
from matinee.store.changes import change
from matinee.store.workspace import Workspace

NAMES = ("a", "deep/b", "c")


def state(home: Path) -> dict[str, str]:
    Workspace(home)  # finishes what was begun
    found = {name: home / name / "text" for name in NAMES}
    return {name: path.read_text() for name, path in found.items() if path.exists()}


def write(folder: Path, text: str) -> None:
    folder.mkdir(parents=True)
    (folder / "text").write_text(text)


def change_all(home: Path) -> None:
    with change(home) as made:
        write(made.folder(home / "a"), "new")
        write(made.folder(home / "deep" / "b"), "new")
        made.remove(home / "c")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    for name in NAMES:
        write(home / name, "old")
    return home


OLD = dict.fromkeys(NAMES, "old")
NEW = {"a": "new", "deep/b": "new"}


def test_folders_change_together_and_nothing_is_left_behind(home: Path) -> None:
    change_all(home)
    assert state(home) == NEW
    assert {path.name for path in home.rglob("*")} == {".lock", "a", "deep", "b", "text"}


def test_a_relative_home_is_the_same(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home.parent)
    change_all(Path("home"))
    assert state(home) == NEW


def test_what_is_raised_leaves_everything_as_it_was(home: Path) -> None:
    def broken() -> None:
        with change(home) as made:
            write(made.folder(home / "a"), "new")
            made.remove(home / "c")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert state(home) == OLD
    assert {path.name for path in home.iterdir()} == {".lock", "a", "deep", "c"}


DIES = """
import os, shutil, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
import matinee.store.changes, matinee.store.folders
steps = int(sys.argv[2])

def dying(act):
    def step(*arguments, **settings):
        global steps
        if not steps:
            os.kill(os.getpid(), signal.SIGKILL)
        steps -= 1
        return act(*arguments, **settings)
    return step

Path.rename, Path.unlink, shutil.rmtree = map(dying, (Path.rename, Path.unlink, shutil.rmtree))
from test_changes import change_all
change_all(Path(sys.argv[1]))
"""


def test_killed_before_any_step_it_leaves_all_old_or_all_new(tmp_path: Path) -> None:
    """Before each rename and removal in turn; the next command finishes what counted."""
    found = []
    script = DIES.format(tests=str(Path(__file__).parent))
    for steps in range(100):
        home = tmp_path / str(steps)
        for name in NAMES:
            write(home / name, "old")
        done = subprocess.run(
            [sys.executable, "-c", script, str(home), str(steps)], check=False, timeout=60
        )
        after = state(home)
        assert after in (OLD, NEW)
        found.append(after == NEW)
        if after == NEW:
            kept = {path.name for path in home.rglob("*")}
            assert kept == {".lock", "a", "deep", "b", "text"}
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
    assert found == sorted(found)
    assert not found[0]
    assert sum(found) > 5


def test_a_damaged_note_of_a_change_is_a_message(home: Path) -> None:
    (home / "pending.json").write_text(json.dumps({"moves": 3}))
    with pytest.raises(ArtefactError, match=r"pending.json: expected what 'matinee forget' wrote"):
        Workspace(home)
    os.unlink(home / "pending.json")
    assert state(home) == OLD
