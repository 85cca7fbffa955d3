"""What serves, looked into as it is: parts of a blend, a ranker, and who was asked."""

import json

import numpy as np
import pytest
from tests.conftest import tables

from matinee.api.looking_into import Subject, look_into
from matinee.dataset import Dataset
from matinee.features.pairs import PairFeatures
from matinee.models import RECIPES
from matinee.ranking.fitted_policy import FirstStage
from matinee.ranking.linear_ranker import LinearRanker
from matinee.training.holding_out import held_out_stage, known_stage, some_viewers, without_held_out
from matinee.training.policies import first_stage, judged


@pytest.fixture(scope="module")
def many() -> Dataset:
    return Dataset.from_tables(tables(users=300))


def plain_stage(data: Dataset, name: str) -> FirstStage:
    scorer = RECIPES[name]().fit(data, np.random.default_rng(0))
    return FirstStage(scorer, None, PairFeatures.of(data))


def test_a_blend_goes_by_its_parts(many):
    found = look_into(Subject("blend", plain_stage(many, "blend"), candidates=20), many)
    assert found["of"] == "parts"
    names = {one["feature"] for one in found["importance"]}
    assert names == {"part linear", "part als", "part soup"}
    lost = [one["lost"]["value"] for one in found["importance"]]
    assert lost == sorted(lost, reverse=True)
    assert lost[0] > 0
    assert not found["curves"]
    json.dumps(found, allow_nan=False)


def test_a_single_model_has_links_and_no_parts(many):
    found = look_into(Subject("ease", plain_stage(many, "ease"), candidates=20), many)
    assert (found["of"], found["importance"]) == ("", [])
    model = RECIPES["ease"]().fit(many, np.random.default_rng(0))
    first = found["links"][0]
    numbers = model.items.numbers(many.items.ids)
    assert len(numbers) == len(many.items)
    ids = model.items.ids.to_list()
    weight = model.weights[ids.index(first["item_id"]), ids.index(first["other"])]
    assert first["added"] == pytest.approx(weight, rel=1e-6)


def test_quality_is_told_of_viewers_from_whom_nothing_was_learnt_alone(many):
    learnt = without_held_out(many, 0.3)
    stage = plain_stage(learnt, "ease")
    unseen = look_into(Subject("ease", stage, candidates=20, held_out=0.3), many)
    assert unseen["protocol"]["unseen"]
    assert unseen["quality"]["overall"][0]["name"] == "ease"
    assert 0 < unseen["asked"]["viewers"] <= held_out_stage(many, 0.3).histories.rows
    seen = look_into(Subject("ease", plain_stage(many, "ease"), candidates=20), many)
    assert not seen["protocol"]["unseen"]
    assert seen["quality"] is None


def test_a_ranker_goes_by_its_features(many):
    first = first_stage(RECIPES["ease"](), many, 0)
    examples = judged(first, known_stage(many), 20).examples
    ranker = LinearRanker().fit(examples, np.random.default_rng(0))
    found = look_into(Subject("plane", first, ranker, 20), many)
    assert found["of"] == "ranker"
    assert {one["feature"] for one in found["importance"]} == set(ranker.names)
    assert found["plane"]["weights"] == pytest.approx(ranker.weights.tolist())
    assert [one["feature"] for one in found["curves"]] == [
        one["feature"] for one in found["importance"]
    ]


def test_viewers_are_drawn_with_their_own_truth(many):
    stage = known_stage(many)
    few = some_viewers(stage, 25, np.random.default_rng(1))
    assert few.histories.rows == few.truth.rows == 25
    whole = {
        tuple(stage.histories.take(np.array([k])).numbers): tuple(
            stage.truth.take(np.array([k])).numbers
        )
        for k in range(stage.histories.rows)
    }
    for k in range(25):
        row = np.array([k])
        assert whole[tuple(few.histories.take(row).numbers)] == tuple(few.truth.take(row).numbers)
    assert some_viewers(stage, 10_000, np.random.default_rng(1)) is stage
