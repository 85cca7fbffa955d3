"""The lake has every event once, whenever a step is killed."""

import json
import signal
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest

from matinee.errors import StoreError
from matinee.schema import EVENTS
from matinee.store.events import EventLog
from matinee.store.key import Key
from matinee.store.lake import forget, read_lake, snapshot

NOW = 1_750_000_000


def append(log: EventLog, start: int, count: int) -> None:
    batch: list[dict[str, Any]] = [
        {
            "event_id": str(uuid.UUID(int=number)),
            "user_id": f"viewer {number % 3}",
            "item_id": "heat",
            "kind": "play",
            "timestamp": NOW - number,
            "session_id": f"viewer {number % 3}'s",
        }
        for number in range(start, start + count)
    ]
    assert {answer.state for answer in log.append(batch, NOW)} == {"accepted"}


def numbers(folder: Path) -> list[int]:
    ids = read_lake(folder).collect()["event_id"]
    return [uuid.UUID(event_id).int for event_id in ids]


def test_each_step_adds_what_is_new(log: EventLog, tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    assert snapshot(log, folder) == 0
    assert read_lake(folder).collect().is_empty()
    append(log, 0, 10)
    assert snapshot(log, folder, rows_a_file=4) == 10
    append(log, 10, 3)
    assert snapshot(log, folder) == 3
    assert snapshot(log, folder) == 0
    assert numbers(folder) == list(range(13))
    assert len(list(folder.glob("*.parquet"))) == 4
    table = read_lake(folder).collect()
    assert table.columns == [name for name in EVENTS if name != "session_id"]
    assert table["timestamp"].to_list() == [NOW - k for k in range(13)]


def test_viewers_stand_in_it_under_pseudonyms(log: EventLog, tmp_path: Path) -> None:
    append(log, 0, 9)
    snapshot(log, tmp_path / "lake")
    ids = read_lake(tmp_path / "lake").collect()["user_id"]
    assert ids.n_unique() == 3
    assert ids[0] == log.key.pseudonym("viewer 0")
    assert ids[0] != Key(b"another key of a test").pseudonym("viewer 0")
    assert all(b"viewer" not in path.read_bytes() for path in (tmp_path / "lake").iterdir())


def test_a_viewer_is_taken_out_of_its_files(log: EventLog, tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    append(log, 0, 9)
    snapshot(log, folder, rows_a_file=6)
    append(log, 9, 1)
    snapshot(log, folder)
    assert forget(log, folder, "viewer 1") == 3
    assert numbers(folder) == [0, 2, 3, 5, 6, 8, 9]
    assert forget(log, folder, "viewer 1") == 0
    assert forget(log, folder, "viewer 0") == 4
    assert len(list(folder.glob("*.parquet"))) == 2
    append(log, 10, 2)
    assert snapshot(log, folder) == 2


KILLED = """
import os, signal, sys
from pathlib import Path
from matinee.schema import RatingScale
from matinee.store import lake
from matinee.store.database import connect
from matinee.store.events import EventLog
from matinee.store.key import Key

url, folder, moment = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
calls = 0

def counted(call):
    def counting(*arguments):
        global calls
        calls += 1
        if calls == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments)
    return counting

os.replace, lake.flush = counted(os.replace), counted(lake.flush)
log = EventLog(connect(url), Key(b"a key of these tests"), RatingScale(0.5, 5, 0.5))
lake.snapshot(log, folder, rows_a_file=3)
"""


def test_a_step_killed_at_any_moment_is_whole_or_not_there(
    log: EventLog, url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "lake"
    append(log, 0, 5)
    codes = []
    for moment in (1, 2, 3, 4, 5, 6, 8, 11, 1000):  # 3 calls a file, and 3 its manifest
        run = [sys.executable, "-c", KILLED, url, str(folder), str(moment)]
        codes.append(subprocess.run(run, check=False).returncode)
        found = numbers(folder)
        assert found == list(range(len(found)))
    assert codes[0] == -signal.SIGKILL
    assert codes[-1] == 0
    assert numbers(folder) == list(range(5))
    append(log, 5, 1)
    snapshot(log, folder)
    assert numbers(folder) == list(range(6))
    assert len(list(folder.glob("*.parquet"))) == len(json.loads(manifest(folder))["parts"])
    assert not list(folder.glob(".*.partial"))


def manifest(folder: Path) -> str:
    return (folder / "manifest.json").read_text()


@pytest.mark.parametrize("damage", ["", "[]", '{"format": "matinee lake", "version": 2}'])
def test_a_manifest_that_is_none_is_told(tmp_path: Path, damage: str) -> None:
    (tmp_path / "manifest.json").write_text(damage)
    with pytest.raises(StoreError, match=r"manifest.json: expected the manifest of a lake, got"):
        read_lake(tmp_path)
