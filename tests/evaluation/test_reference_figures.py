"""The published figures of EASE, reached by the command on splits that others made."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

pytestmark = [
    pytest.mark.data,
    pytest.mark.slow,
    # The protocols leave ratings.dat for the garbage collector to close.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SCRIPT = Path(__file__).parents[2] / "scripts" / "export_split.py"
# Data set, recipe, NDCG@100 and recall@20 that a peer measured with it.
PUBLISHED = [
    ("ml-latest-small", "ease:ridge=100", (0.3107, 0.3137)),
    ("movietweetings", "ease:ridge=400", (0.2040, 0.3059)),
]


@pytest.fixture(scope="module")
def export() -> ModuleType:
    """scripts/export_split.py as a module."""
    spec = importlib.util.spec_from_file_location("export_split", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def plain_ease(train: Any, ridge: float) -> np.ndarray:
    """Steck 2019, equation 8, by the inverse of one dense matrix."""
    P = np.linalg.inv(
        (train.T @ train).toarray().astype(np.float64) + ridge * np.eye(train.shape[1])
    )
    B = -P / np.diag(P)
    np.fill_diagonal(B, 0)
    return B


@pytest.mark.parametrize("case", PUBLISHED, ids=lambda case: case[0])
def test_ease_has_the_published_figures_on_an_exported_split(
    protocols: Any,
    export: Any,
    real_data: Path,
    tmp_path: Path,
    case: tuple[str, str, tuple[float, float]],
) -> None:
    name, recipe, published = case
    ratings = export.ratings_of(protocols, real_data, name)
    table, ranking = export.split_of(protocols, ratings, name)
    table.write_parquet(tmp_path / "split.parquet")
    command = ["evaluate", "--data", name, "--split", "split.parquet", "-m", recipe, "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "matinee", *command],
        cwd=tmp_path,
        env={**os.environ, "MATINEE_DATA": str(real_data)},
        capture_output=True,
        text=True,
        check=True,
    )
    board = json.loads(done.stdout)
    ours = {model["name"]: model["metrics"] for model in board["models"]}
    figures = [ours["ease"][metric]["value"] for metric in ("ndcg@100", "recall@20")]
    assert figures == pytest.approx(published, abs=0.0005)
    # And figure by figure what the protocols say of the formula and of popularity.
    shown, truth = ranking.test
    scores = {
        "ease": shown @ plain_ease(ranking.train, float(recipe.partition("=")[2])),
        "popularity": np.tile(ranking.train.getnnz(0), (shown.shape[0], 1)),
    }
    for model, scored in scores.items():
        top = protocols.top_k(scored, shown, 100)
        theirs, _ = protocols.ranking_metrics(top, truth, ranking.train)
        # The protocol leaves ties to the sort, which for popularity moves a film or two.
        tolerance = 1e-4 if model == "ease" else 0.002
        for metric in ("ndcg@100", "recall@20", "recall@50"):
            expected = theirs[metric].mean()
            assert ours[model][metric]["value"] == pytest.approx(expected, abs=tolerance)
