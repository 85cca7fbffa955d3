"""matinee page as a person runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MATINEE_HOME", str(tmp_path / "home"))
    return tmp_path


def run(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "matinee", "page", "-d", "starter", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_the_page_of_a_viewer_is_the_same_twice_and_has_no_film_twice(home: Path) -> None:
    first, second = (run("-u", "v0001", "-m", "ease:ridge=50", "--json").stdout for _ in "12")
    assert first == second
    page = json.loads(first)
    assert page["simulated"] is True
    kinds = [row["kind"] for row in page["rows"]]
    assert kinds[0] in {"continue_watching", "top_picks"}
    tasks = {"continue_watching", "watch_again", "my_list"}
    shown = [c["item_id"] for row in page["rows"] if row["kind"] not in tasks for c in row["cards"]]
    assert len(shown) == len(set(shown)) > 50
    assert all(card["reasons"] for row in page["rows"] for card in row["cards"])


def test_the_terminal_shows_rows_films_and_reasons(home: Path) -> None:
    text = run("--like", "Alien", "-m", "ease:ridge=50", "--rows", "5", "--cards", "5").stdout
    assert "for one who likes Alien (1979)" in text
    assert "Top picks for you" in text
    assert "liked Alien (1979)" in text
    assert "simulated data" in text


def test_what_cannot_be_answered_is_one_line(home: Path) -> None:
    assert "user: expected one of 2,000 viewers" in run("-u", "nobody", code=2).stderr
    assert "day: expected a day such as" in run("--day", "soon", code=2).stderr
