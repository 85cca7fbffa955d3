"""A board with an oracle: it is shown, but nobody is measured against it."""

import io
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from matinee.cli.leaderboard_view import render_leaderboard
from matinee.dataset import Dataset, Histories, Stage, Vocabulary, time_split
from matinee.evaluation import Entry, Leaderboard, evaluate
from matinee.models import RECIPES
from matinee.reports.leaderboard_pictures import interval_picture, trade_picture


class Knowing:
    """Scores what the viewers of the stage will like."""

    def __init__(self, stage: Stage) -> None:
        self.items: Vocabulary = stage.train.items
        self.stage = stage

    def score(self, histories: Histories) -> np.ndarray:
        """1 for what any of the same viewers has in the truth."""
        rows = self.stage.histories.user_ids
        assert rows is not None
        assert histories.user_ids is not None
        scores = self.stage.truth.matrix(self.stage.truth.strength).toarray()
        place = {user: row for row, user in enumerate(rows)}
        return np.asarray(scores[[place[user] for user in histories.user_ids]], np.float32)


@pytest.fixture(scope="module")
def board(data: Dataset) -> Leaderboard:
    stage = time_split(data).final
    rng = np.random.default_rng(0)
    entries = [
        Entry("popularity", "popularity", 0.1, RECIPES["popularity"]().fit(stage.train, rng)),
        Entry("ease", "ease:ridge=500.0", 0.2, RECIPES["ease"]().fit(stage.train, rng)),
        Entry("oracle", "the truth", 0.0, Knowing(stage)),
    ]
    return evaluate(entries, stage, rng, split="time", draws=50)


def test_the_oracle_is_first_and_not_the_best(board: Leaderboard) -> None:
    assert board.models[0].name == "oracle"
    assert board.best.name == board.models[1].name
    rivals = {d.against for d in board.differences if d.metric == "ndcg@10"}
    assert rivals == {"popularity", board.best.name}
    assert any(d.model == "oracle" for d in board.differences)


def test_captions_are_about_models_that_compete(board: Leaderboard) -> None:
    results = board.intervals()
    for picture in (interval_picture(results, board.by), trade_picture(results, board.by)):
        assert picture is not None
        assert "oracle" not in picture.sentence
        assert board.best.name in picture.sentence


def test_the_terminal_names_settings_and_who_is_not_told_apart(board: Leaderboard) -> None:
    document: dict[str, Any] = board.to_json_dict()
    screen = io.StringIO()
    render_leaderboard(document, Console(file=screen, width=200))
    text = screen.getvalue()
    assert "settings: ease:ridge=500.0\n" in text
    tied = {
        d.model
        for d in board.differences
        if d.metric == "ndcg@10" and d.against == board.best.name and (d.p_holm or 0) > 0.05
    }
    line = next((one for one in text.splitlines() if one.startswith("not told apart")), "")
    assert set(line.rpartition(": ")[2].split(", ")) - {""} == tied


def test_a_notebook_shows_a_table(board: Leaderboard) -> None:
    html = board._repr_html_()
    assert html.count("<tr>") == 1 + len(board.models)
    for model in board.models:
        assert f"{model.metrics['ndcg@10'].value:.3f}" in html
        assert model.recipe in html
    assert len(repr(board)) < 200


def test_strong_generalisation_is_ordered_by_its_own_metric(data: Dataset) -> None:
    stage, rng = time_split(data).final, np.random.default_rng(0)
    fitted = {name: RECIPES[name]().fit(stage.train, rng) for name in ("popularity", "ease")}
    entries = [Entry(name, name, 0.1, scorer) for name, scorer in fitted.items()]
    board = evaluate(entries, stage, rng, split="strong", draws=50)
    values = [model.metrics["ndcg@100"].value or 0.0 for model in board.models]
    assert board.by == "ndcg@100"
    assert values == sorted(values, reverse=True)
