"""A model whose package is not installed is left out of what was not asked for by name."""

import sys

import numpy as np
import pytest

from matinee.api import evaluate
from matinee.dataset import Dataset, strong_split
from matinee.errors import MissingPackage
from matinee.training import choosing
from matinee.training.choosing import BLENDED, Chooser

LEFT_OUT = (
    "left out autoencoder: autoencoder: expected PyTorch, which is not installed; "
    'pip install "matinee[neural]"'
)


@pytest.fixture
def without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)


@pytest.mark.usefixtures("without_torch")
def test_all_models_are_all_that_are_there(data: Dataset) -> None:
    said: list[str] = []
    board = evaluate(data, "all", "random", say=said.append)
    assert LEFT_OUT in said
    names = {model.name for model in board.models}
    assert "autoencoder" not in names
    assert {"blend", "als", "linear"} <= names


@pytest.mark.usefixtures("without_torch")
def test_asked_for_by_name_it_is_refused(data: Dataset) -> None:
    with pytest.raises(MissingPackage, match="autoencoder: expected PyTorch"):
        evaluate(data, ["autoencoder"], "random")


@pytest.mark.usefixtures("without_torch")
def test_the_chooser_blends_what_is_there(data: Dataset) -> None:
    blend = Chooser(strong_split(data, np.random.default_rng(0)).tune).recipe("blend")
    assert blend.parts
    assert not any("autoencoder" in part for part in blend.parts)


def test_with_pytorch_the_chooser_tries_it(data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch", reason="needs the extra `neural`")
    assert "autoencoder" in BLENDED
    monkeypatch.setattr(choosing, "BLENDED", ("autoencoder", "popularity"))
    chooser = Chooser(strong_split(data, np.random.default_rng(0)).tune)
    assert chooser.best("blend").seconds > chooser.best("popularity").seconds
    assert chooser.best("autoencoder").seconds > 0
