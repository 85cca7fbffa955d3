"""forget and train --add as a person runs them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matinee import training
from matinee.cli.viewer_commands import keep
from matinee.dataset import Dataset
from matinee.errors import InputError
from matinee.store.workspace import Workspace

KEPT = ["-m", "ease:ridge=5", "-m", "als:factors=3,epochs=2", "-m", "popularity"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MATINEE_HOME", str(tmp_path / "home"))
    rng = np.random.default_rng(5)
    lines = ["user_id,item_id,rating,timestamp"]
    for user in range(14):
        for item in np.flatnonzero(rng.random(9) < 0.6):
            stars = rng.choice([0.5, 2, 3.5, 4, 5])
            lines.append(f"v{user},film {item},{stars},{10**6 + 60 * len(lines)}")
    Path("own.csv").write_text("\n".join(lines))
    run("import", "own.csv")
    return tmp_path


def run(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "matinee", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def document(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


def test_a_viewer_is_forgotten_and_what_was_not_reached_is_named(home: Path) -> None:
    run("train", *KEPT)
    shown = run("forget", "v3").stdout
    assert shown.startswith("viewer v3 forgotten: ")
    assert "own has 13 viewers" in shown
    assert "sums over viewers: largest difference to those of a refit 0\n" in shown
    assert "ease made anew, exactly, weights within" in shown
    assert "als not reached: not used until 'matinee train -m als' fits it again" in shown
    assert "popularity made anew, exactly\n" in shown

    asked = ["recommend", "--user", "v4", "-m"]
    assert "fitting anew" not in run(*asked, "ease").stderr
    later = run(*asked, "als").stderr
    assert "a viewer it learnt from has been forgotten since; fitting anew" in later
    run("train", "-m", "als")
    assert "fitting anew" not in run(*asked, "als").stderr
    gone = run("recommend", "--user", "v3", code=2).stderr
    assert "user: expected one of 13 viewers" in gone
    assert "expected one of 13 viewers of own" in run("forget", "v3", code=2).stderr


def test_the_document_of_forget(home: Path) -> None:
    run("train", *KEPT)
    found = document("forget", "v3", "--data", "own")
    models = {model["name"]: model for model in found["models"]}
    assert found.keys() == {
        "user", "data", "viewers", "ratings", "changed_viewers", "changed_ratings",
        "sums_difference", "models", "damaged", "policies", "tuned",
    }  # fmt: skip
    assert (found["user"], found["data"], found["viewers"]) == ("v3", "own", 13)
    assert found["sums_difference"] == 0
    assert models["ease"]["weights_difference"] <= 1e-5
    assert models["als"]["exact"] == []
    assert models["als"]["stale"] == [models["als"]["recipe"]]
    assert set(models["als"]) == {
        "name", "recipe", "exact", "stale", "weights_difference", "removed",
    }  # fmt: skip


def test_new_ratings_bring_viewers_and_films(home: Path) -> None:
    run("train", "-m", "ease:ridge=5")
    before = document("recommend", "--user", "v3", "-m", "ease")
    Path("new.csv").write_text(
        "user_id,item_id,rating,timestamp\n"
        "v3,film 99,5,2000000\nnew,film 99,4,2000000\nnew,film 1,4.5,2000000\n"
    )
    found = document("train", "--add", "new.csv")
    assert found["models"] == []
    assert found["added"]["viewers"] == 15
    assert found["added"]["changed_viewers"] == 2
    (model,) = found["added"]["models"]
    assert model["exact"] == [model["recipe"]]
    kept = document("recommend", "--user", "v3", "-m", "ease")
    assert kept["items"] != before["items"]
    anew = document("recommend", "--user", "v3", "-m", "ease:ridge=5,dtype=float64")
    assert kept["items"] == anew["items"]
    assert "new ratings added: 1 rating of 1 viewer" in added_again(home)


def added_again(home: Path) -> str:
    (home / "more.csv").write_text("user_id,item_id,rating\nlast,film 2,4\n")
    return run("train", "--add", "more.csv").stdout


def test_without_a_model_only_the_data_changes(home: Path) -> None:
    found = document("forget", "v3")
    assert found["models"] == []
    assert found["sums_difference"] is None
    assert document("train", "-m", "ease")["data"] == "own"


def test_a_model_in_training_does_not_bring_back_who_was_forgotten_meanwhile(home: Path) -> None:
    """Its data was read before; what it has learnt must not be kept, nor the ledger."""
    workspace = Workspace(home / "home")
    dataset = Dataset.from_tables(workspace.load("own"))
    version = workspace.version("own")
    trained = training.fit("ease:ridge=5", dataset)
    run("forget", "v3")
    with pytest.raises(InputError, match="train ease: expected own as it was when training began"):
        keep(workspace, dataset, trained, version)
    assert not list((home / "home").rglob("models/own/*"))
    assert not list((home / "home").rglob("statistics/own/*"))
    keep(workspace, dataset, trained, workspace.version("own"))  # nothing has changed since
    assert list((home / "home").rglob("statistics/own/*/users.npy"))


def test_nothing_is_kept_of_a_source_beside_imported_data_of_its_name(home: Path) -> None:
    """own.csv still has the viewer: its sums are not those of what was imported."""
    run("forget", "v3")
    run("train", "--data", "own.csv", "-m", "ease:ridge=5")
    assert not list((home / "home").rglob("statistics/own/*"))
    run("train", "-m", "ease:ridge=5")
    (ledger,) = (home / "home").rglob("statistics/own/*/users.npy")
    assert b'"v3"' not in ledger.read_bytes()


def test_mistakes_are_one_line(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    not_imported = run("forget", "v3", "--data", "own.csv", code=2).stderr
    assert "--data: expected the name of imported data (own), got 'own.csv'" in not_imported
    Path("off.csv").write_text("user_id,item_id,rating\nv3,film 1,9\nv4,film 1,1\n")
    assert "expected ratings from" in run("train", "--add", "off.csv", code=2).stderr
    monkeypatch.setenv("MATINEE_HOME", str(home / "empty"))
    assert "expected imported data, got none" in run("forget", "v3", code=2).stderr


def test_a_damaged_ledger_does_not_stop_a_viewer_from_leaving(home: Path) -> None:
    run("train", "-m", "ease:ridge=5")
    (ledger,) = (home / "home" / "statistics").rglob("users.npy")
    ledger.write_bytes(ledger.read_bytes()[:-1])
    found = document("forget", "v3")
    assert found["models"][0]["weights_difference"] <= 1e-5
    assert found["models"][0]["stale"] == []
    (message,) = found["damaged"]
    assert "users.npy: expected" in message
    assert message.endswith("; the sums are gathered anew")
