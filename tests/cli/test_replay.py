"""replay as a person runs it: tables, a document, a report, and errors that teach."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.conftest import tables

from matinee.cli.replay_view import render_replay
from matinee.simulation import starter_events

MODELS = ["-m", "ease:ridge=20"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MATINEE_HOME", str(tmp_path / "home"))
    return tmp_path


@pytest.fixture
def ratings(home: Path) -> Path:
    tables().ratings.sample(fraction=1.0, shuffle=True, seed=1).write_csv(home / "ratings.csv")
    return home / "ratings.csv"


def run(*arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "matinee", "replay", *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def document(*arguments: str | Path) -> dict[str, Any]:
    return json.loads(run(*arguments, "--json").stdout)


def test_a_policy_a_model_a_report_and_the_same_again(ratings: Path) -> None:
    Path("mine.toml").write_text('[candidates]\nmodel = "popularity"\nn = 10\n')
    asked = [ratings, "--policy", "mine.toml", *MODELS, "--ask", "60"]
    found = document(*asked, "--out", "report")
    assert [p["name"] for p in found["policies"]] == [
        "mine",
        "ease:ridge=20",
        "popularity",
        "trending",
    ]
    assert found["asked"] == 60
    assert len(found["refits"]) == 8
    mine, _, popularity, _ = found["policies"]
    assert mine["metrics"] == popularity["metrics"]
    assert any(note.startswith("sorted by time: ") for note in found["notes"])
    html = Path("report/replay.html").read_text()
    assert found["narrowing_sentence"].split(":")[0].replace("'", "&#39;") in html
    assert f"{mine['metrics']['ndcg@10']['value']:.4f}" in html
    assert Path("report/pictures/by-feedback.png").stat().st_size > 5_000
    again = document(*asked)
    for policy in (*found["policies"], *again["policies"]):
        policy.pop("fit_s"), policy.pop("answer_s")
    assert again == found


def test_events_with_impressions_have_the_owners_pages_beside(home: Path) -> None:
    starter_events(30).write_csv("events.csv")
    found = document("events.csv", *MODELS, "--ask", "0")
    shown = found["policies"][-1]
    assert shown["name"] == "shown"
    assert 0 < shown["metrics"]["hit_rate@10"]["value"] < 1
    assert found["asked"] == found["askable"]
    assert found["viewers"] == 30
    assert any("Viewers choose from what they are shown" in note for note in found["notes"])


def test_days_longer_than_the_log_fit_once_and_say_so(ratings: Path) -> None:
    shown = run(ratings, *MODELS, "--every", "5000", "--ask", "20").stdout
    assert "1 fits" not in shown
    assert "fitted once: the latter half of the log lasts" in " ".join(shown.split())


@pytest.mark.parametrize(
    ("rows", "arguments", "message"),
    [
        ("user_id,item_id,rating\nu,a,5\nv,a,3\n", [], "expected a log with times"),
        (
            "user_id,item_id,rating,timestamp\nu,a,5,1\nv,a,3,2\nw,b,5,3\n",
            ["-m", "popularity"],
            "expected viewers who come back",
        ),
        ("user_id,item_id,kind\nu,a,play\n", [], "expected a column timestamp"),
        (
            "user_id,item_id,rating,timestamp\nu,a,5,1\nv,a,3,2\n",
            ["--every", "0"],
            "every: expected days above 0",
        ),
        (
            "user_id,item_id,rating,timestamp\nu,a,5,1\nv,a,3,2\n",
            ["--policy", "none.toml"],
            "policy none.toml: expected a TOML file",
        ),
        ("user_id,item_id,rating,timestamp\n", [], "expected rows, got none below the header"),
        ("user_id,item_id,kind,timestamp\n", [], "expected rows, got none below the header"),
        (
            "user_id,item_id,kind,timestamp\nu,a,complete,90\n",
            [],
            "expected events of several moments, so that some come after others, got 1, all at "
            "1970-01-01 00:01:30 UTC",
        ),
        (
            "user_id,item_id,rating,timestamp\nu,a,5,90\nu,b,5,90\nv,a,4,90\n",
            [],
            "expected events of several moments, so that some come after others, got 3, all at",
        ),
        ("user_id,item_id,kind,timestamp\nu,a,zap,1\nu,b,boo,2\n", [], "got 'boo', 'zap' (2)"),
        (
            "user_id,item_id,kind,timestamp\nu,a,open,1\nu,b,play,2\n",
            [],
            "expected events that say something of a film",
        ),
        (
            "user_id,item_id,rating,timestamp\nu,a,5,1\nv,a,3,2\n",
            ["-m", "magic"],
            "model: expected one of popularity",
        ),
    ],
)
def test_bad_input_is_one_line_that_teaches(home: Path, rows, arguments, message) -> None:
    Path("log.csv").write_text(rows)
    error = run("log.csv", *arguments, code=2).stderr
    assert message in error
    assert error.count("\n") == 1


PLAYS = [(f"u{k % 7}", f"m{k % 11}", "complete", 1_000 + k) for k in range(70)]
COLUMNS = ["user_id", "item_id", "kind", "timestamp"]


def test_what_needs_ratings_is_refused_on_plays_before_anything_is_fitted(home: Path) -> None:
    pl.DataFrame(PLAYS, schema=COLUMNS, orient="row").write_csv("plays.csv")
    Path("plane.toml").write_text('[candidates]\nmodel = "ease"\n[ranker]\nkind = "linear"\n')
    Path("stars.toml").write_text('[candidates]\nmodel = "mf:factors=4"\n')
    asked = ["plays.csv", "--policy", "plane.toml", "--policy", "stars.toml", "-m", "bias"]
    error = run(*asked, "-m", "ease", code=2).stderr
    assert "expected ratings before the first fit for bias, policy plane, policy stars" in error
    assert "the rankers lambdamart and ebm need none" in error
    assert error.count("\n") == 1
    assert document("plays.csv", *MODELS)["asked"] > 0


def test_strange_kinds_and_viewers_who_say_nothing_are_left_out_and_counted(home: Path) -> None:
    more = [("u1", "m1", "zap", 1_001), ("ghost", "m1", "open", 1_002), ("ghost", "m2", "play", 3)]
    pl.DataFrame(PLAYS, schema=COLUMNS, orient="row").write_csv("plays.csv")
    pl.DataFrame(PLAYS + more, schema=COLUMNS, orient="row").write_csv("more.csv")
    plain, found = document("plays.csv", *MODELS), document("more.csv", *MODELS)
    assert "left out: 1 events of kinds 'zap' (1)" in found["notes"]
    assert "left out: viewers without an event that says anything of a film: 1" in found["notes"]
    assert found["viewers"] == plain["viewers"] == 7
    for ours, theirs in zip(found["policies"], plain["policies"], strict=True):
        assert ours["metrics"] == theirs["metrics"]


def test_ratings_beside_events_are_refused(ratings: Path) -> None:
    starter_events(2).write_csv("events.csv")
    error = run("events.csv", ratings, code=2).stderr
    assert "expected films beside events.csv, got" in error


def test_a_narrow_terminal_has_fewer_columns_and_the_sentences(ratings: Path) -> None:
    from io import StringIO

    from rich.console import Console

    found = document(ratings, *MODELS, "--ask", "40")
    for width in (60, 120):
        text = StringIO()
        render_replay(found, Console(file=text, width=width))
        shown = text.getvalue()
        assert ("mrr@100" in shown) == (width == 120)
        assert found["sentence"][:40] in " ".join(shown.split())
        assert max(map(len, shown.splitlines())) <= width


def test_the_starter_data_has_pages_of_its_first_viewers() -> None:
    from matinee.api.replaying import log_of

    log = log_of("starter")
    assert log.shown is not None
    assert log.simulated
    viewers = pl.Series(log.users.take(log.shown.page_key // 2**38)).unique()
    assert len(viewers) == 100
