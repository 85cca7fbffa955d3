"""`matinee frontier` as a person runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


def run(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "matinee", "frontier", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MATINEE_HOME", str(tmp_path / "home"))
    return tmp_path


def test_the_document_has_both_parts_and_the_page_is_written(home: Path) -> None:
    done = run("-d", "starter", "-m", "ease:ridge=200", "--json", "--out", "report")
    document = json.loads(done.stdout)
    assert document["simulated"] is True
    assert document["validation"][0]["group"] == "as ranked"
    assert document["chosen"] in document["validation"]
    start, chosen = document["validation"][0]["metrics"], document["chosen"]["metrics"]
    assert chosen["ndcg@10"] >= 0.99 * start["ndcg@10"]
    assert chosen["diversity@10"] >= start["diversity@10"]
    assert set(document["test"]) == {"as_ranked", "chosen"}
    assert document["test"]["chosen"]["knobs"] == document["chosen"]["knobs"]
    assert (home / "report" / "frontier.html").exists()
    assert "Simulated data" in (home / "report" / "frontier.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--accuracy", "2"], "accuracy: expected a share from above 0 to 1, got 2.0"),
        (["--coverage", "0"], "coverage: expected how many times as much, from 1, got 0.0"),
        (["-m", "nothing"], "got 'nothing'"),
        (["--split", "nothing"], "split: expected one of"),
    ],
)
def test_what_cannot_be_is_one_line_and_exit_2(home: Path, arguments: list[str], said: str) -> None:
    done = run("-d", "starter", *arguments, code=2)
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
