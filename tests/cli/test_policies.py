"""train, recommend and page with --policy, and forget, as a person runs them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

POLICY = """
[candidates]
model = "popularity"
[reranking]
exploration = 2
[page]
rows = 2
kinds = ["top_picks", "new"]
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MATINEE_HOME", str(tmp_path / "home"))
    (tmp_path / "mine.toml").write_text(POLICY)
    return tmp_path


def run(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "matinee", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_a_policy_is_trained_used_by_name_and_gone_with_a_forgotten_viewer(home: Path) -> None:
    run("import", "starter")
    trained = json.loads(run("train", "--policy", "mine.toml", "--json").stdout)
    assert [each["name"] for each in trained["policies"]] == ["mine"]
    assert trained["models"] == []
    asked = ("recommend", "--user", "v0007", "-n", "20", "--json", "--policy")
    by_name, by_file = run(*asked, "mine"), run(*asked, "mine.toml")
    assert by_name.stdout == by_file.stdout
    assert by_name.stderr == ""
    found = json.loads(by_name.stdout)
    kinds = [reason["kind"] for item in found["items"] for reason in item["reasons"]]
    assert kinds.count("exploration") == 2
    page = json.loads(run("page", "--user", "v0007", "--policy", "mine", "--json").stdout)
    assert {row["kind"] for row in page["rows"]} == {"top_picks", "new"}
    assert "policy mine" in page["model"]
    assert "policy mine removed" in " ".join(run("forget", "v0007").stdout.split())
    error = run("recommend", "--user", "v0008", "--policy", "mine", code=2).stderr
    assert "--policy: expected a TOML file or one kept for starter" in " ".join(error.split())


def test_another_file_of_the_name_is_fitted_anew_and_says_so(home: Path) -> None:
    run("train", "-d", "starter", "--policy", "mine.toml")
    (home / "mine.toml").write_text(POLICY.replace("= 2\n[page]", "= 3\n[page]"))
    done = run("recommend", "-d", "starter", "--user", "v0007", "--policy", "mine.toml")
    assert "policy mine: the kept one has other settings; fitting anew" in done.stderr


def test_a_wrong_key_is_one_line(home: Path) -> None:
    (home / "mine.toml").write_text("[pages]\nrows = 2")
    error = run("page", "-d", "starter", "-u", "v0007", "--policy", "mine.toml", code=2).stderr
    assert (
        "policy mine: expected name, candidates, ranker, reranking, page, signals, got 'pages'"
        in error
    )


def test_a_model_and_a_policy_are_one_too_many(home: Path) -> None:
    asked = ("--policy", "mine.toml", "-m", "popularity", "--user", "v0007")
    for command in ("recommend", "page"):
        error = run(command, "-d", "starter", *asked, code=2).stderr
        assert f"{command}: expected a model or a policy, got both" in error


def test_the_rules_of_a_policy_hold_for_anybody(home: Path) -> None:
    (home / "mine.toml").write_text(POLICY + '[reranking.rules]\ngenres = ["Western"]\n')
    asked = ("recommend", "-d", "starter", "--policy", "mine.toml", "-n", "50", "--json")
    found, everything = json.loads(run(*asked).stdout), json.loads(run(*asked[:3], "--json").stdout)
    assert 0 < len(found["items"]) < 50
    assert found["items"][0] != everything["items"][0]
