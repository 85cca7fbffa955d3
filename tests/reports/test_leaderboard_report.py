"""The leaderboard page says what the document says, and draws it."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matinee.dataset import Dataset, time_split
from matinee.evaluation import Entry, evaluate
from matinee.features import content_vectors
from matinee.models import RECIPES
from matinee.reports import write_leaderboard


@pytest.fixture(scope="module")
def document(data: Dataset) -> dict[str, Any]:
    split = time_split(data)
    rng = np.random.default_rng(0)
    entries = [
        Entry(name, f"{name}:x=1", 0.5, RECIPES[name]().fit(split.final.train, rng))
        for name in ("popularity", "ease", "bias")
    ]
    features = content_vectors(data.movies).matrix
    board = evaluate(entries, split.final, rng, split="time", features=features, draws=50)
    return board.to_json_dict()


@pytest.fixture(scope="module")
def page(document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_leaderboard(document, tmp_path_factory.mktemp("board"))


def test_every_model_and_figure_is_there(page: Path, document: dict[str, Any]) -> None:
    html = page.read_text()
    for model in document["models"]:
        assert model["name"] in html
        assert f"{model['metrics']['ndcg@10']['value']:.4f}" in html
    assert "Simulated data" not in html


def test_metrics_are_defined_on_the_page(page: Path, document: dict[str, Any]) -> None:
    text = re.sub(r"<[^>]+>", " ", page.read_text()).lower()
    for metric in document["models"][0]["metrics"]:
        assert metric.partition("@")[0].replace("_", " ") in text.replace("_", " "), metric


def test_names_that_look_like_markup_stay_text(document: dict[str, Any], tmp_path: Path) -> None:
    odd = copy.deepcopy(document) | {"data": "<script>alert(1)</script>", "simulated": True}
    odd["models"][0]["name"] = "</script><b>bold"
    html = write_leaderboard(odd, tmp_path).read_text()
    assert "<script>alert(1)" not in html
    assert "</script><b>" not in html
    assert "<strong>Simulated data.</strong>" in html


def test_the_page_loads_nothing_from_anywhere(page: Path) -> None:
    loaded = re.findall(r'(?:src|href)="((?:https?:)?//[^"]+)"', page.read_text())
    assert loaded == []


def test_the_intervals_are_drawn_in_a_browser(page: Path, dom: Any) -> None:
    drawn = dom(page).split('<figure id="intervals">')[1].split("</figure>")[0]
    assert drawn.count("<path") >= 3
    assert "ease" in drawn


def test_the_document_is_plain_json(document: dict[str, Any]) -> None:
    assert json.loads(json.dumps(document, allow_nan=False)) == document
