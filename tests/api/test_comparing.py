"""Who is on a board: each model once, however it was asked for."""

import numpy as np
import pytest

from matinee import evaluate
from matinee.api import as_dataset
from matinee.dataset import Dataset


@pytest.fixture(scope="module")
def few() -> Dataset:
    return as_dataset("starter").take_users(np.arange(0, 2000, 10))


def test_every_model_is_on_the_whole_board_once(few):
    board = evaluate(few, ["all"])
    recipes = [model.recipe for model in board.models]
    names = [model.name for model in board.models]
    assert len(set(recipes)) == len(recipes)
    assert len(set(names)) == len(names)
    assert not any(":" in name for name in names)


def test_a_model_named_as_it_would_be_chosen_is_shown_once(few):
    chosen = next(m.recipe for m in evaluate(few, ["trending"]).models if m.name == "trending")
    board = evaluate(few, ["trending", chosen, "popularity", "popularity"])
    assert sorted(m.recipe for m in board.models if m.name != "oracle") == ["popularity", chosen]
