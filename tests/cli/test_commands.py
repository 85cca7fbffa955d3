"""The commands as a person runs them: what is printed, where, and with which exit status."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

MODELS = ["-m", "ease:ridge=50", "-m", "popularity", "-m", "bias"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MATINEE_HOME", str(tmp_path / "home"))
    return tmp_path


def run(*arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "matinee", *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def document(*arguments: str | Path) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


def adds_up(items: list[dict[str, Any]]) -> None:
    for item in items:
        total = sum(reason["contribution"] for reason in item["reasons"])
        assert total == pytest.approx(item["score"], rel=1e-4, abs=1e-6)
        what_if = {"counterfactual", "raised_by", "what_if"}
        assert set(item) == {"item_id", "title", "year", "score", "reasons"} | what_if


def test_the_terminal_shows_films_and_reasons(home: Path) -> None:
    shown = run("recommend", "--data", "starter", "--like", "Alien", "--why")
    assert "liked Alien (1979)" in shown.stdout
    assert "simulated" in shown.stdout


def test_films_of_a_history_that_were_not_found_are_named(home: Path) -> None:
    rows = "title,year,rating\nAlien,1979,5\nNo Such Film,1999,4\nAnother One,2001,3\n"
    Path("mine.csv").write_text(rows)
    found = document("recommend", "-d", "starter", "--history", "mine.csv")
    assert "found in starter: 1 of your films" in found["notes"]
    assert "not found: 'Another One', 'No Such Film' (2)" in found["notes"]


def test_recommend_for_titles_a_viewer_and_anybody(home: Path) -> None:
    liked = document("recommend", "-d", "starter", "-l", "Alien", "-l", "blade runer (1982)")
    assert len(liked["items"]) == 10
    assert liked["simulated"] is True
    adds_up(liked["items"])
    assert not {"alien-1979", "blade-runner-1982"} & {i["item_id"] for i in liked["items"]}
    viewer = document("recommend", "-d", "starter", "--user", "v0001", "-n", "3")
    adds_up(viewer["items"])
    anybody = document("recommend", "-d", "starter")
    adds_up(anybody["items"])
    scores = [item["score"] for item in anybody["items"]]
    assert scores == sorted(scores, reverse=True)


def test_a_person_s_own_export_is_a_history(home: Path) -> None:
    export = home / "letterboxd.zip"
    with zipfile.ZipFile(export, "w") as archive:
        archive.writestr(
            "ratings.csv",
            "Date,Name,Year,Letterboxd URI,Rating\n"
            "2024-01-02,Alien,1979,https://boxd.it/1,4.5\n"
            "2024-01-03,Amelie,2001,https://boxd.it/2,1\n"
            "2024-01-04,No Such Film At All,1999,https://boxd.it/3,5\n",
        )
    found = document("recommend", "-d", "starter", "--history", export)
    adds_up(found["items"])
    assert "not found: 'No Such Film At All' (1)" in found["notes"]


def test_train_keeps_a_model_that_recommend_takes(home: Path) -> None:
    kept = document("train", "-d", "starter", "-m", "ease:ridge=77")
    assert Path(kept["models"][0]["path"]).is_dir()
    found = document("recommend", "-d", "starter", "-l", "Alien", "-m", "ease")
    assert found["model"] == "ease:ridge=77.0"


def test_similar_by_viewers_and_by_what_is_known(home: Path) -> None:
    for model in ([], ["-m", "soup"]):
        found = document("similar", "The Godfather", "-d", "starter", *model)
        adds_up(found["items"])
    assert found["items"][0]["item_id"] == "the-godfather-part-ii-1974"


def test_evaluate_has_popularity_trending_and_the_oracle(home: Path) -> None:
    board = document("evaluate", "-d", "starter", *MODELS, "--save-split", home / "s.parquet")
    names = {model["name"] for model in board["models"]}
    assert names == {"ease", "popularity", "bias", "trending", "oracle"}
    for model in board["models"]:
        figure = model["metrics"]["ndcg@10"]
        assert figure["low"] <= figure["value"] <= figure["high"]
        assert (model["metrics"]["rmse"]["value"] is not None) == (model["name"] == "bias")
    again = document("evaluate", "-d", "starter", *MODELS, "--split", home / "s.parquet")
    values = [
        {m["name"]: m["metrics"]["ndcg@10"]["value"] for m in b["models"]} for b in (board, again)
    ]
    assert values[0] == pytest.approx(values[1], abs=1e-6)


def test_import_is_the_default_of_later_commands(home: Path) -> None:
    table = home / "mine.csv"
    rows = [f"u{k % 40},f{k * 7 % 23},{1 + k % 5},{1_500_000_000 + k}" for k in range(400)]
    table.write_text("who,film,stars,when\n" + "\n".join(rows) + "\n")
    names = ["user_id=who", "item_id=film", "rating=stars", "timestamp=when"]
    mapping = [text for name in names for text in ("--map", name)]
    kept = document("import", table, *mapping, "--name", "mine")
    assert kept["name"] == "mine"
    looked = document("explore")
    assert looked["cleaned"]["ratings"]["rows"] == kept["ratings"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["recommend", "-d", "nowhere.zip"], "nowhere.zip: expected a file, a folder or one of"),
        (["recommend", "-d", "starter", "-u", "nobody"], "user: expected one of 2,000 viewers"),
        (["recommend", "-d", "starter", "-l", "zzzzqqq"], "zzzzqqq"),
        (["recommend", "-d", "starter", "-l", "Alien", "-m", "eese"], "eese"),
        (["recommend", "-d", "starter", "-l", "Alien", "-m", "ease:rigde=3"], "rigde"),
        (["evaluate", "-d", "starter", "--split", "tmie"], "split: expected one of time"),
        (["evaluate", "-d", "starter", "-m", "all", "-m", "esae"], "model: expected one of pop"),
        (["recommend"], "matinee import"),
        (["import", "x.csv", "--map", "user_id"], "--map: expected OURS=THEIRS"),
        (["get", "ml-1000m"], "ml-1000m"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(home: Path, arguments: list[str], message: str) -> None:
    failed = run(*arguments, code=2)
    assert message in failed.stderr
    assert failed.stdout == ""
    assert failed.stderr.startswith("matinee: ")
    assert failed.stderr.count("\n") == 1


def test_a_report_that_cannot_be_written_is_a_message(home: Path) -> None:
    (home / "taken").write_text("a file where the folder should be")
    failed = run("explore", "-d", "starter", "--out", home / "taken" / "report", code=2)
    assert failed.stderr.startswith("matinee: ")
    assert "taken" in failed.stderr


def test_films_alone_can_be_likened_but_not_evaluated(home: Path) -> None:
    table = home / "films.csv"
    table.write_text(
        "item_id,title,year,genres\n1,Alpha,1990,Drama\n2,Beta,1991,Drama\n3,Gamma,1992,Comedy\n"
    )
    failed = run("evaluate", "-d", table, code=2)
    assert "expected ratings" in failed.stderr


def test_help_needs_no_heavy_library() -> None:
    code = (
        "import sys, matinee.cli; "
        "print([m for m in ('numpy', 'polars', 'numba', 'altair', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.data
def test_toy_story_and_nemo_on_movielens(home: Path, real_data: Path) -> None:
    found = document(
        *("recommend", "--like", "Toy Story", "--like", "Finding Nemo"),
        *("--data", real_data / "ml-latest-small.zip", "--why"),
    )
    assert len(found["items"]) == 10
    adds_up(found["items"])
    assert {"history"} <= {r["kind"] for i in found["items"] for r in i["reasons"]}


@pytest.mark.data
def test_tmdb_alone_and_joined(home: Path, real_data: Path) -> None:
    tmdb, movielens = real_data / "tmdb-5000.zip", real_data / "ml-latest-small.zip"
    found = document("similar", "The Dark Knight", "--data", tmdb)
    adds_up(found["items"])
    adds_up(document("recommend", "--data", tmdb)["items"])
    assert "expected ratings" in run("evaluate", "--data", tmdb, code=2).stderr
    joined = document("import", tmdb, movielens)
    assert (joined["movies"], joined["ratings"]) == (3536, 70194)


def test_evaluate_predicts_ratings_when_that_is_the_task(home: Path) -> None:
    arguments = ("evaluate", "-d", "starter", "--task", "rating", "-m", "bias")
    found = document(*arguments, "--split", "kfold", "--folds", "3")
    assert (found["task"], found["folds"], found["simulated"]) == ("rating", 3, True)
    assert found["models"][0]["metrics"]["rmse"]["value"] > 0
    shown = run(*arguments, "--split", "time", "--out", "report").stdout
    assert "in 95 %" in shown
    assert Path("report/ratings.html").exists()
    refused = run("evaluate", "-d", "starter", "--split", "kfold", code=2)
    assert "--task rating" in refused.stderr
