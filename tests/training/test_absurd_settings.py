"""Settings that no model can be fitted with are a message, whatever a person types."""

import json

import numpy as np
import pytest

from matinee import training
from matinee.dataset import Dataset
from matinee.errors import ArtefactError, MatineeError, NumericError
from matinee.models import RECIPES
from matinee.store.artefacts import _sealed

VALUES = ["nan", "inf", "-inf", "-1", "0", "1e300", "1e-300", "abc", "", "1.5", "9" * 21, "True"]
SETTINGS = [
    f"{name}:{field}={value}"
    for name, recipe in RECIPES.items()
    for field in training.describe(recipe(), whole=True).partition(":")[2].split(",")
    for field in [field.partition("=")[0]]
    if field
    for value in VALUES
]


@pytest.mark.parametrize("text", SETTINGS)
@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning")
def test_a_setting_gives_finite_scores_that_can_be_kept_or_a_message(text, data: Dataset, tmp_path):
    try:
        trained = training.fit(text, data)
    except MatineeError:
        return
    assert np.isfinite(trained.scorer.score(data.histories)).all()
    training.save(trained, tmp_path / "model", data)
    assert training.load(tmp_path / "model").recipe == trained.recipe


def test_a_fit_without_room_says_so(data: Dataset, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise MemoryError("Unable to allocate 559 GiB")

    monkeypatch.setattr(RECIPES["als"], "fit", full)
    with pytest.raises(NumericError, match=r"model als: expected room in memory, got Unable to"):
        training.fit("als", data)


@pytest.mark.parametrize("seconds", ["soon", None])
def test_a_manifest_without_its_seconds_is_refused(tmp_path, data: Dataset, seconds: object):
    training.save(training.fit("popularity", data), tmp_path / "model", data)
    path = tmp_path / "model" / "manifest.json"
    document = json.loads(path.read_text())
    del document["sha256"]
    document["data"]["seconds"] = seconds
    path.write_bytes(_sealed(document))
    with pytest.raises(ArtefactError, match="expected the arrays and settings of popularity"):
        training.load(tmp_path / "model")
