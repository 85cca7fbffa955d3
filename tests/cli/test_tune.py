"""matinee tune as a person runs it."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

TRAINED = ["-d", "starter", "-m", "bm25"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MATINEE_HOME", str(tmp_path / "home"))
    return tmp_path


def run(*arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "matinee", *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_what_is_better_is_shown_kept_and_used(home: Path) -> None:
    tuned = run("tune", *TRAINED, "--trials", "12", "--out", home / "report")
    assert "better than the default on 196 held-out viewers" in re.sub(r"\s+", " ", tuned.stdout)
    assert "simulated" in tuned.stdout
    assert "12 trials" in tuned.stdout
    assert (home / "report" / "tuning.html").is_file()
    recipe = re.search(r"^bm25:\S+", tuned.stdout, re.MULTILINE)
    assert recipe is not None
    # The same command has nothing left to try, and says the same.
    again = json.loads(run("tune", *TRAINED, "--trials", "12", "--json").stdout)
    (model,) = again["models"]
    assert model["recipe"] == recipe[0]
    assert model["verdict"] == "better"
    assert 0 < model["low"] < model["difference"] < model["high"]
    assert len(model["trials"]) == 12
    assert Path(again["kept"]).is_file()

    trained = run("train", *TRAINED, "--json")
    assert "settings that 'matinee tune' found for starter" in trained.stderr
    assert json.loads(trained.stdout)["models"][0]["recipe"] == recipe[0]
    asked = run("recommend", *TRAINED, "-l", "Alien", "--json")
    assert json.loads(asked.stdout)["model"] == recipe[0]
    assert recipe[0] in asked.stderr
    # Settings that are given count.
    own = json.loads(run("recommend", "-d", "starter", "-m", "bm25:b=0.5", "--json").stdout)
    assert own["model"] != recipe[0]


def test_settings_found_go_before_a_kept_model_of_others(home: Path) -> None:
    run("train", *TRAINED)
    recipe = json.loads(run("tune", *TRAINED, "--trials", "12", "--json").stdout)["models"][0][
        "recipe"
    ]
    found = json.loads(run("recommend", *TRAINED, "-l", "Alien", "--json").stdout)
    assert found["model"] == recipe


def test_defaults_that_are_best_are_said_to_be(home: Path) -> None:
    told = run("tune", "-d", "starter", "-m", "ease", "--trials", "1")
    assert "the default stays" in told.stdout
    assert json.loads((home / "home" / "tuned" / "starter.json").read_bytes())["recipes"] == {}


def test_ctrl_c_keeps_what_was_found_and_the_same_command_goes_on(home: Path) -> None:
    command = ["tune", "-d", "starter", "-m", "als", "--minutes", "20", "--json"]
    running = subprocess.Popen(
        [sys.executable, "-m", "matinee", *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        deadline = time.monotonic() + 300
        while trials_on_file(home) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        printed, complaints = running.communicate(timeout=300)
    finally:
        running.kill()
    assert running.returncode == 0, complaints.decode()
    (model,) = json.loads(printed)["models"]
    assert model["interrupted"] is True
    kept = [trial["value"] for trial in model["trials"]]
    assert len(kept) >= 2
    more = ["tune", "-d", "starter", "-m", "als", "--trials", str(len(kept) + 1), "--json"]
    (model,) = json.loads(run(*more).stdout)["models"]
    assert [trial["value"] for trial in model["trials"]][: len(kept)] == kept
    assert len(model["trials"]) == len(kept) + 1


def trials_on_file(home: Path) -> int:
    return sum(
        line.count(b'"value"') > 0
        for path in (home / "home").glob("tuning/*/*.jsonl")
        for line in path.read_bytes().splitlines()
    )


def test_a_damaged_study_is_one_line_and_fresh_starts_anew(home: Path) -> None:
    command: list[Any] = ["tune", "-d", "starter", "-m", "ease", "--trials", "2"]
    run(*command)
    (study,) = (home / "home").glob("tuning/*/*.jsonl")
    study.write_text("not a study\n")
    failed = run(*command, code=2)
    assert failed.stderr.startswith("matinee: ")
    assert failed.stderr.count("\n") == 1
    assert "--fresh starts anew" in failed.stderr
    assert "2 trials" in run(*command, "--fresh").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-m", "soup"], "tune: expected a model with settings to search"),
        (["-m", "mf", "--split", "strong"], "tune mf: expected a split that hides ratings"),
        (["--minutes", "0"], "budget: expected minutes > 0, got 0"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(home: Path, arguments: list[str], message: str) -> None:
    failed = run("tune", "-d", "starter", *arguments, code=2)
    assert message in failed.stderr
    assert failed.stdout == ""
    assert failed.stderr.startswith("matinee: ")
    assert failed.stderr.count("\n") == 1


def test_a_workspace_or_report_that_cannot_be_written_is_told_before_the_search(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "taken").write_text("a file where the folder should be")
    failed = run("tune", "-d", "starter", "--out", home / "taken", code=2)
    assert "taken" in failed.stderr
    monkeypatch.setenv("MATINEE_HOME", str(home / "taken"))
    failed = run("tune", "-d", "starter", code=2)
    assert "MATINEE_HOME: expected a folder that can be written to" in failed.stderr
    assert failed.stderr.count("\n") == 1


@pytest.mark.slow
@pytest.mark.data
def test_a_minute_on_movielens_is_no_worse_than_the_defaults(home: Path, real_data: Path) -> None:
    data = real_data / "ml-latest-small.zip"
    found = json.loads(
        run("tune", "--data", data, "--minutes", "1", "--trials", "30", "--json").stdout
    )
    for model in found["models"]:
        if model["verdict"] == "default":
            assert model["recipe"] == model["default"]["recipe"]
        else:
            assert model["tuned"]["final"] > model["default"]["final"]
