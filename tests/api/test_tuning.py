"""matinee.tune: found on one part, measured on another, kept where it is better."""

import json
from pathlib import Path

import numpy as np
import pytest

import matinee
from matinee import training
from matinee.api import as_dataset
from matinee.api.tuning import Tuning
from matinee.dataset import Dataset, Split
from matinee.errors import InputError, MissingData
from matinee.evaluation import Entry, evaluate
from matinee.settings import Settings
from matinee.store.workspace import Workspace
from matinee.training.own_defaults import own_default


@pytest.fixture(scope="module")
def viewers() -> Dataset:
    """Enough of the starter data for a difference to be seen."""
    return as_dataset("starter").take_users(np.arange(0, 2000, 5))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", data=None, seed=0)


def test_it_is_measured_as_evaluate_measures_on_the_final_part(
    viewers: Dataset, settings: Settings
) -> None:
    for name, split, metric in (("bm25", "strong", "ndcg@100"), ("bias", "time", "rmse")):
        found = matinee.tune(viewers, [name], split, trials=12, seed=2, settings=settings)
        (model,) = found.models
        assert model.search.best is not model.search.default
        parts: Split = matinee.split(viewers, split, 2)
        entries = [
            Entry(label, "", 0.0, training.fit(recipe, parts.final.train, 2).scorer)
            for label, recipe in (
                ("popularity", model.search.recipe(model.search.default)),  # the one compared with
                ("tuned", model.search.recipe(model.search.best)),
            )
        ]
        board = evaluate(entries, parts.final, np.random.default_rng(0), split=split, draws=10)
        figures = {one.name: one.metrics[metric].value for one in board.models}
        assert model.default == pytest.approx(figures["popularity"], rel=1e-6)
        assert model.tuned == pytest.approx(figures["tuned"], rel=1e-6)
        (difference,) = [
            one
            for one in board.differences
            if (one.metric, one.model, one.against) == (metric, "tuned", "popularity")
        ]
        expected = (difference.difference, difference.low, difference.high)
        got = model.difference
        assert (got.difference, got.low, got.high) == pytest.approx(expected, rel=1e-5, abs=1e-9)


def test_the_verdict_follows_the_difference_and_what_is_kept_the_verdict(
    viewers: Dataset, settings: Settings
) -> None:
    verdicts = set()
    for seed in range(2):
        found = matinee.tune(
            viewers, ["bm25", "ease", "trending"], trials=5, seed=seed, settings=settings
        )
        for model in found.models:
            verdicts.add(model.verdict)
            default = training.describe(model.search.recipe(model.search.default), whole=True)
            kept = own_default(Workspace(settings.home), viewers, model.name)
            if model.difference.difference > 0:
                assert model.verdict == ("better" if model.difference.low > 0 else "unsure")
                assert kept == model.recipe != default
            else:
                assert model.verdict == "default"
                assert kept is None
                assert model.recipe == default
    assert len(verdicts) > 1


def test_the_same_call_goes_on_and_fresh_starts_anew(data: Dataset, settings: Settings) -> None:
    def tried(**more: object) -> list[float | None]:
        found = matinee.tune(data, ["ease"], settings=settings, **more)  # type: ignore[arg-type]
        return [trial.value for trial in found.models[0].search.trials]

    assert len(tried(trials=4)) == 4
    assert len(tried(trials=3)) == 4  # what is known stays known
    assert len(tried(trials=6)) == 6
    assert len(tried(trials=2, seed=1)) == 2  # another seed is another search
    assert len(tried(trials=2, split_by="time")) == 2
    assert len(tried(trials=2, fresh=True)) == 2


def test_the_document_is_plain_json(data: Dataset, settings: Settings) -> None:
    found = matinee.tune(data, ["ease", "mf"], trials=3, settings=settings)
    document = found.to_json_dict()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert [model["split"] for model in document["models"]] == ["strong", "time"]
    assert [model["metric"] for model in document["models"]] == ["ndcg@100", "rmse"]
    assert found.recipes == [model["recipe"] for model in document["models"]]


def test_without_a_model_it_is_the_one_that_recommend_uses(
    data: Dataset, settings: Settings
) -> None:
    found: Tuning = matinee.tune(data, trials=1, settings=settings)
    assert [model.name for model in found.models] == ["linear", "als", "bm25", "blend"]
    for model in found.models[:-1]:
        assert model.verdict == "default"
    blend = found.models[-1]
    assert len(blend.search.trials) == 2
    assert training.recipe_from_text(blend.recipe)[0] == "blend"


def test_a_mistake_is_told_before_the_search(data: Dataset, settings: Settings) -> None:
    with pytest.raises(InputError, match="budget: expected minutes > 0, got 0"):
        matinee.tune(data, ["ease"], minutes=0, settings=settings)
    with pytest.raises(InputError, match="got 'eese'"):
        matinee.tune(data, ["ease", "eese"], trials=2, settings=settings)
    with pytest.raises(InputError, match="tune mf: expected a split"):
        matinee.tune(data, ["ease", "mf"], "strong", trials=2, settings=settings)
    films = data.with_histories(data.histories.where(np.zeros(data.histories.entries, bool)))
    with pytest.raises(MissingData, match="expected ratings"):
        matinee.tune(films, trials=2, settings=settings)
    assert not settings.home.exists()


def test_a_workspace_that_cannot_be_written_to_is_told_before_the_search(
    data: Dataset, settings: Settings
) -> None:
    settings.home.write_text("a file where the folder should be")
    with pytest.raises(InputError, match="MATINEE_HOME: expected a folder that can be written to"):
        matinee.tune(data, ["ease"], trials=2, settings=settings)
