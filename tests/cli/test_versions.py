"""train --live and --watch, and models, as people run them."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from pydantic import SecretStr
from tests.conftest import tables

from matinee.settings import Settings
from matinee.store.catalogue import import_tables
from matinee.store.database import sqlite_url
from matinee.store.opening import open_store
from matinee.store.served import read_artefacts


def matinee(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "matinee", *arguments],
        cwd=home,
        env=os.environ | {"MATINEE_HOME": str(home), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A workspace whose database has 900 viewers."""
    store = open_store(Settings(home=tmp_path, database_url=SecretStr(sqlite_url(tmp_path))))
    import_tables(store.database, store.key, tables(users=900), int(time.time()) - 60)
    store.database.close()
    return tmp_path


def test_versions_are_made_listed_shown_and_rolled_back(home: Path) -> None:
    train = ("train", "--data", "database", "--live", "--hold-out", "0.5")
    first = matinee(home, *train, "-m", "popularity")
    assert first.returncode == 0, first.stderr
    assert "live; nothing ran that it could be compared with" in first.stdout
    second = json.loads(matinee(home, *train, "-m", "ease", "--json").stdout)
    assert second["live"]
    assert re.search(r"held-out viewers, difference \+0\.\d{4}", second["reason"])
    batch = matinee(home, "recommend", "-d", "database", "--all", "-n", "3", "--out", "x.parquet")
    assert batch.returncode == 0, batch.stderr
    assert re.match(r"x.parquet: 900 viewers by ease in", batch.stdout)
    lists = pl.read_parquet(home / "x.parquet")
    assert (lists.height, lists["user_id"].n_unique()) == (2_700, 900)
    worse = matinee(home, *train, "-m", "popularity")
    assert worse.returncode == 0
    assert ": refused; ndcg@10 0." in worse.stdout
    listed = matinee(home, "models", "list").stdout
    assert [line.split()[1] for line in listed.splitlines()[1:]] == ["refused", "live", "retired"]
    found = json.loads(matinee(home, "models", "list", "--json").stdout)["models"]
    assert [each["state"] for each in found] == ["refused", "live", "retired"]
    shown = matinee(home, "models", "show", second["artefact_id"]).stdout
    assert "held_out: 0.5" in shown
    assert f"check: {second['reason']}" in shown
    back = json.loads(matinee(home, "models", "rollback", "--json").stdout)
    assert back == {"from": second["artefact_id"], "to": found[2]["artefact_id"]}
    again = matinee(home, "models", "rollback")
    assert again.returncode == 2
    assert again.stderr.startswith("matinee: rollback: expected a version that was live before")
    refused = matinee(home, "models", "live", found[0]["artefact_id"])
    assert refused.returncode == 2
    assert "which was refused: ndcg@10" in refused.stderr
    assert matinee(home, "models", "live", found[0]["artefact_id"], "--force").returncode == 0


def test_a_file_of_all_lists_is_asked_for_as_it_should_be(home: Path) -> None:
    for arguments, said in (
        (("--all",), "--all: expected --out FILE, where the lists go, got none"),
        (("--all", "--out", "x.csv"), "--out: expected a file named .parquet, got 'x.csv'"),
        (("--out", "x.parquet"), "--out: expected --all, of which it is the file, got none"),
        (("--all", "--out", "x.parquet", "-u", "u5"), "--all: expected no --user"),
        (("--all", "--out", "x.parquet"), "expected a live version of the database, got none"),
    ):
        done = matinee(home, "recommend", "--data", "database", *arguments)
        assert done.returncode == 2
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_what_cannot_be_a_version_is_told(home: Path) -> None:
    for arguments, said in (
        (("--data", "starter", "--live"), "--live: expected --data database, got starter"),
        (("--data", "database", "--live", "-m", "ease", "-m", "als"), "expected one model or one"),
        (("--data", "database", "--live", "--hold-out", "2"), "hold out: expected a share above"),
        (("--data", "database", "--watch", "--every", "soon"), "duration: expected such as 30m"),
    ):
        done = matinee(home, "train", *arguments)
        assert done.returncode == 2
        assert done.stderr.startswith("matinee: ")
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_watch_trains_again_when_events_came(home: Path) -> None:
    """The first version at once, the next after enough events."""
    command = ("train", "--data", "database", "--watch", "--after", "3", "-m", "popularity")
    store = open_store(Settings(home=home, database_url=SecretStr(sqlite_url(home))))
    with (home / "errors.txt").open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "matinee", *command, "--hold-out", "0.5", "--json"],
            cwd=home,
            env=os.environ | {"MATINEE_HOME": str(home)},
            stdout=subprocess.PIPE,
            stderr=errors,
        )

    def wait(count: int) -> None:
        until = time.monotonic() + 60
        while len(read_artefacts(store.database)) < count:
            assert process.poll() is None, (home / "errors.txt").read_text()
            assert time.monotonic() < until
            time.sleep(0.1)

    try:
        wait(1)
        now = int(time.time())
        event = {"user_id": "a", "item_id": "m10", "kind": "like", "timestamp": now}
        store.log.append([event | {"event_id": f"{k:032x}"} for k in range(2)], now)
        time.sleep(6)
        assert len(read_artefacts(store.database)) == 1
        store.log.append([event | {"event_id": f"{9:032x}"}], now)
        wait(2)
    finally:
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=30)
        store.database.close()
    assert process.returncode == 130
    assert said.count(b'"artefact_id"') >= 1
    assert "watching: a new version after 3 events" in (home / "errors.txt").read_text()


def test_what_was_measured_of_the_database_is_kept_for_the_studio(home: Path) -> None:
    from matinee.store.measured import read_measured
    from matinee.store.workspace import Workspace

    done = matinee(home, "evaluate", "-d", "database", "-m", "ease", "--split", "random", "--json")
    assert done.returncode == 0, done.stderr
    kept = read_measured(Workspace(home), "database", "leaderboard")
    assert kept is not None
    assert kept.document == json.loads(done.stdout)
    assert abs(kept.at - time.time()) < 600
    assert read_measured(Workspace(home), "database", "frontier") is None
    matinee(home, "evaluate", "--data", "starter", "-m", "soup", "--json")
    assert read_measured(Workspace(home), "database", "leaderboard") == kept
