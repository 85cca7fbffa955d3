"""Ratings that say little or are broken: every sort of model answers, within reason."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from matinee.cli.app import app

MODELS = (
    "fm:epochs=12,draws=4",
    "mf:factors=2",
    "bias",
    "content_map",
    "blend:linear@1+content_map@0.3+mf@0.2",
)


def library(folder: Path, kind: str) -> str:
    """Thirty viewers, one of whom has rated one film; half of the films have no genre."""
    rng = np.random.default_rng(0)
    given = {
        "equal": lambda: "4",
        "broken": lambda: str(rng.choice(["NaN", "inf", "", "1", "2.5", "5"])),
    }[kind]
    rows = [
        (f"u{u}", f"i{i}", given()) for u in range(29) for i in rng.choice(19, 7, replace=False)
    ]
    rows.append(("solo", "i3", "4"))
    folder.mkdir(exist_ok=True)
    columns = ["user_id", "item_id", "rating"]
    pl.DataFrame(rows, schema=columns, orient="row").write_csv(folder / "ratings.csv")
    films = [(f"i{k}", f"Film {k}", "Drama" if k % 2 else None) for k in range(20)]
    columns = ["item_id", "title", "genres"]
    pl.DataFrame(films, schema=columns, orient="row").write_csv(folder / "movies.csv")
    return str(folder)


@pytest.mark.parametrize("kind", ["equal", "broken"])
def test_every_sort_of_model_answers_a_viewer_with_one_rating(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATINEE_HOME", str(tmp_path / "home"))
    data = library(tmp_path / kind, kind)
    for model in MODELS:
        done = CliRunner().invoke(
            app, ["recommend", "-d", data, "-m", model, "--user", "solo", "-n", "5", "--json"]
        )
        assert done.exit_code == 0, (model, done.output)
        found = json.loads(done.stdout)["items"]
        assert len(found) == 5, model
        assert "i3" not in {item["item_id"] for item in found}


def test_where_all_ratings_are_equal_they_are_predicted_with_intervals_that_hold_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATINEE_HOME", str(tmp_path / "home"))
    asked = ["evaluate", "-d", library(tmp_path / "equal", "equal"), "--task", "rating", "--json"]
    done = CliRunner().invoke(app, [*asked, "--split", "kfold", "-m", "mf:factors=2", "-m", "bias"])
    assert done.exit_code == 0, done.output
    for model in json.loads(done.stdout)["models"]:
        assert model["metrics"]["rmse"]["value"] < 0.01, model["name"]
        assert all(share["value"] == 1 for share in model["coverage"]), model["name"]
