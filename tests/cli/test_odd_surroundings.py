"""The commands with odd names, settings, terminals and files around them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

RATINGS = "user_id,item_id,rating\n" + "".join(
    f"u{k % 9},i{k // 9},{1 + k % 5}\n" for k in range(180)
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MATINEE_HOME", raising=False)
    return tmp_path


def run(*arguments: str | Path, code: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "matinee", *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=300,
        env=os.environ | more,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == code, done.stdout + done.stderr
    return done


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"home = ", "matinee.toml: expected TOML in UTF-8, got "),
        (b"\xff\xfe", "matinee.toml: expected TOML in UTF-8, got "),
        (b"home = 3", "settings (MATINEE_* or matinee.toml): home: "),
        (b"seed = -1", "settings (MATINEE_* or matinee.toml): seed: "),
    ],
)
def test_a_broken_matinee_toml_is_a_message(place: Path, content: bytes, message: str) -> None:
    (place / "matinee.toml").write_bytes(content)
    assert run("get", code=2).stderr.startswith(f"matinee: {message}")


def test_an_empty_setting_is_no_setting(place: Path) -> None:
    (place / "r.csv").write_text(RATINGS)
    found = run("import", "r.csv", "--json", MATINEE_HOME="", MATINEE_SEED="")
    assert json.loads(found.stdout)["path"] == ".matinee/data/r"
    assert sorted(path.name for path in place.iterdir()) == [".matinee", "r.csv"]


def test_brackets_in_names_are_brackets(place: Path) -> None:
    folder = place / "films [" / "red]"  # as a path, a closing tag
    folder.mkdir(parents=True)
    (folder / "r.csv").write_text(RATINGS + "u1,,4\n")
    (folder / "other[b].csv").write_text("a,b\n1,2\n")
    name = "[/b] [red]mine"
    imported = run("import", folder, "--name", name)
    assert f"{name}: 0 films, 180 ratings" in imported.stdout
    assert "not read, of no known kind: red]/other[b].csv" in imported.stdout
    assert name in run("recommend").stdout
    assert name in run("explore", "--out", folder / "report").stdout
    assert name in run("evaluate", "--split", "random", "-m", "popularity").stdout
    assert "fitted in" in run("train", "-m", "popularity").stdout


def test_a_name_that_later_commands_would_not_find_is_refused(place: Path) -> None:
    (place / "r.csv").write_text(RATINGS)
    for name, message in (("starter", "expected another name"), ("a\nb", "a text of one line")):
        assert message in run("import", "r.csv", "--name", name, code=2).stderr
    assert not (place / ".matinee").exists()


def test_an_ascii_terminal_gets_an_answer(place: Path) -> None:
    ascii_alone = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    shown = run("recommend", "-d", "starter", "-l", "amelie", **ascii_alone).stdout
    assert "Am\\xe9lie (2001)" in shown
    document = run("recommend", "-d", "starter", "-l", "amelie", "--json", **ascii_alone).stdout
    assert "Amélie (2001)" in json.loads(document)["question"]
    run("explore", "-d", "starter", **ascii_alone)


def test_an_empty_path_is_not_the_working_directory(place: Path) -> None:
    (place / "r.csv").write_text(RATINGS)
    assert "expected a path or a name, got ''" in run("explore", "-d", "", code=2).stderr
    refused = run("recommend", "-d", "r.csv", "--history", "", code=2)
    assert "history: expected a path, got ''" in refused.stderr


def test_a_report_or_a_split_that_cannot_be_written_is_a_message(place: Path) -> None:
    (place / "r.csv").write_text(RATINGS)
    asked = ("evaluate", "-d", "r.csv", "--split", "random", "-m", "popularity", "--save-split")
    assert "expected to write the split there" in run(*asked, place, code=2).stderr
