"""make demo: the whole path, also where nothing beside it can be written."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from matinee.models import RECIPES


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("demo")
    (folder / "taken").write_text("no folder can be made here")
    done = subprocess.run(
        [sys.executable, "-m", "matinee", "demo", "--once", "--json"],
        cwd=folder,
        env=os.environ | {"MATINEE_HOME": str(folder / "taken" / "home")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "cannot be written to" in done.stderr
    return json.loads(done.stdout)


def test_the_board_has_every_model_popularity_and_the_oracle(demo: Any) -> None:
    board = demo["leaderboard"]
    names = {model["name"] for model in board["models"]}
    missing = set() if find_spec("torch") else {"autoencoder"}  # an extra
    assert names == {*RECIPES, "oracle"} - missing
    assert board["simulated"] is True
    for model in board["models"]:
        ndcg = model["metrics"]["ndcg@10"]
        assert ndcg["low"] < ndcg["value"] < ndcg["high"]


def test_the_best_model_closes_half_of_the_gap_to_the_oracle(demo: Any) -> None:
    values = {m["name"]: m["metrics"]["ndcg@10"]["value"] for m in demo["leaderboard"]["models"]}
    oracle, popularity = values.pop("oracle"), values["popularity"]
    assert popularity < max(values.values()) < oracle
    assert (max(values.values()) - popularity) / (oracle - popularity) >= 0.5


def test_recommendations_have_reasons_that_add_up(demo: Any) -> None:
    for item in demo["recommendations"]["items"]:
        total = sum(reason["contribution"] for reason in item["reasons"])
        assert total == pytest.approx(item["score"], rel=1e-4)


def test_it_ends_with_a_page_of_films(demo: Any) -> None:
    assert demo["page"]["url"].startswith("http://127.0.0.1:80")
    assert demo["page"]["films"] >= 30


def test_the_reports_are_written_elsewhere(demo: Any) -> None:
    assert len(demo["reports"]) == 2
    for report in demo["reports"]:
        assert Path(report).stat().st_size > 100_000
