"""A film that nobody has seen appears among the others, with a reason in its content."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from matinee.cli.app import app

CRIME, COMEDY = "Michael Mann", "Nora Ephron"


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two tastes of forty viewers and thirty films each; "Night Heist" has just been added."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MATINEE_HOME", str(tmp_path / "home"))
    rng = np.random.default_rng(0)
    films = [
        (f"{kind}{k}", f"{kind.title()} Number {k}", 1990 + k % 9, kind, who)
        for kind, who in (("crime", CRIME), ("comedy", COMEDY))
        for k in range(30)
    ]
    films.append(("new", "Night Heist", 1999, "crime", CRIME))
    ratings = [
        (f"{taste}{viewer}", f"{taste}{k}", float(rng.choice([4, 5])))
        for taste in ("crime", "comedy")
        for viewer in range(40)
        for k in rng.choice(30, 12, replace=False)
    ]
    folder = tmp_path / "library"
    folder.mkdir()
    columns = ["item_id", "title", "year", "genres", "directors"]
    pl.DataFrame(films, schema=columns, orient="row").write_csv(folder / "movies.csv")
    columns = ["user_id", "item_id", "rating"]
    pl.DataFrame(ratings, schema=columns, orient="row").write_csv(folder / "ratings.csv")
    return folder


def found(*arguments: str | Path) -> dict[str, Any]:
    done = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    assert done.exit_code == 0, done.output
    items = json.loads(done.stdout)["items"]
    return {item["item_id"]: item for item in items}


@pytest.mark.parametrize("model", [[], ["-m", "content_map"]])
def test_recommend_has_the_new_film_for_those_who_like_its_kind(
    catalogue: Path, model: list[str]
) -> None:
    items = found("recommend", "-d", catalogue, "-u", "crime7", *model, "-n", "19")
    assert "new" in items
    reasons = items["new"]["reasons"]
    total = sum(reason["contribution"] for reason in reasons)
    assert total == pytest.approx(items["new"]["score"], rel=1e-4)
    named = [reason for reason in reasons if reason["item_id"]]
    assert {reason["kind"] for reason in named} == {"content"}
    assert all("which shares" in reason["text"] for reason in named)
    assert f"director: {CRIME}" in "; ".join(reason["text"] for reason in named)
    others = found("recommend", "-d", catalogue, "-u", "comedy7", *model, "-n", "18")
    assert "new" not in others


@pytest.mark.parametrize("model", [[], ["-m", "content_map"], ["-m", "blend"]])
def test_similar_answers_for_the_new_film_and_with_it(catalogue: Path, model: list[str]) -> None:
    like_new = found("similar", "Night Heist", "-d", catalogue, *model, "-n", "5")
    assert all("Crime" in item["title"] for item in like_new.values())
    assert len(like_new) == 5
    with_new = found("similar", "Crime Number 3", "-d", catalogue, *model, "-n", "30")
    assert "new" in with_new
    assert {reason["kind"] for reason in with_new["new"]["reasons"]} == {"content"}
