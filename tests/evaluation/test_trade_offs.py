"""What re-ranking gives and takes is measured as evaluate measures, and chosen as it says."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from matinee.dataset import Dataset, Histories, Stage, time_split
from matinee.errors import InputError
from matinee.evaluation import beyond
from matinee.evaluation.measure import DEPTH, Question, measure
from matinee.evaluation.trade_offs import (
    GRID,
    SHOWN,
    SWEEPS,
    Goal,
    Setting,
    choice,
    frontier,
    recipes,
)
from matinee.features import content_vectors
from matinee.models import Ease, Popularity
from matinee.ranking import Ranked, Reranking, Rules, top
from matinee.ranking.reranked_scorer import RerankedScorer
from matinee.ranking.reranking import AS_RANKED


@pytest.fixture(scope="module")
def stage(data: Dataset) -> Stage:
    return time_split(data).final


def test_a_recommender_is_asked_for_its_lists(data: Dataset, stage: Stage) -> None:
    """A re-ranked model with every knob at 0 is measured as the model is; one that turns lists
    round is not."""
    question = Question.of(stage, content_vectors(data.movies).matrix)
    scorer = Popularity().fit(stage.train, np.random.default_rng(0))
    plain = measure(question, scorer, None)
    same = measure(question, RerankedScorer(scorer, AS_RANKED.fit(stage.train)), None)
    assert np.array_equal(plain.numbers, same.numbers)
    assert plain.by_user["ndcg@10"].value == same.by_user["ndcg@10"].value

    class Reversed:
        items = scorer.items

        def recommend(
            self, histories: Histories, n: int, candidates: np.ndarray | None = None
        ) -> Ranked:
            ranked = top(scorer, histories, n, candidates)
            return Ranked(ranked.items, ranked.numbers[:, ::-1], ranked.scores[:, ::-1])

    turned = measure(question, Reversed(), None)
    assert np.array_equal(turned.numbers, plain.numbers[:, ::-1])
    assert np.isnan(turned.by_user["rmse"].value)


def test_a_reranked_scorer_lets_retrieval_bring_what_the_rules_allow(
    data: Dataset, stage: Stage
) -> None:
    scorer = Popularity().fit(stage.train, np.random.default_rng(0))
    drama = replace(AS_RANKED, rules=Rules(genres=["Drama"]))
    found = RerankedScorer(scorer, drama.fit(stage.train), depth=4)
    ranked = found.recommend(stage.histories, 4, stage.candidates)
    genres = data.movies["genres"].to_list()
    listed = ranked.numbers[ranked.numbers >= 0]
    assert all("Drama" in genres[k] for k in listed)
    assert stage.candidates[listed].all()
    few = top(scorer, stage.histories, 4, stage.candidates).numbers
    assert (ranked.numbers >= 0).sum() > sum("Drama" in genres[k] for k in few[few >= 0])


def test_the_frontier_is_measured_as_evaluate_measures(data: Dataset) -> None:
    split = time_split(data)
    features = content_vectors(data.movies).matrix
    rng = np.random.default_rng(0)
    scorers = tuple(Ease(50.0).fit(part.train, rng) for part in (split.tune, split.final))
    base = Reranking(places=8)
    found = frontier(
        [scorers],
        [(split.tune, split.final)],
        features,
        base,
        Goal(0.5, 1.0),
        model="ease",
        split="time",
    )
    assert len(found.validation) == 1 + sum(map(len, SWEEPS.values())) + np.prod(
        [len(values) for values in GRID.values()]
    )
    chosen = found.validation[found.chosen]
    recipe = replace(base, **dict(chosen.knobs))
    question = Question.of(split.final, features)
    for setting, asked in ((found.test[1], recipe), (found.test[0], recipes(base)[0][1])):
        fitted = asked.fit(split.final.train)
        measured = measure(question, RerankedScorer(scorers[1], fitted), None)
        for name in ("ndcg@10", "recall@20", "diversity@10", "novelty@10", "calibration@10"):
            assert setting.metrics[name] == measured.by_user[name].value
        exposed = beyond.exposure(measured.numbers[:, :20], len(data.items))
        assert setting.metrics["coverage@20"] == beyond.coverage(exposed, split.final.candidates)
        assert measured.numbers.shape[1] == DEPTH
    difference = found.differences["ndcg@10"].difference
    assert difference == pytest.approx(
        found.test[1].metrics["ndcg@10"] - found.test[0].metrics["ndcg@10"]  # type: ignore[operator]
    )


def test_the_viewers_of_several_rounds_are_pooled(data: Dataset) -> None:
    split = time_split(data)
    features = content_vectors(data.movies).matrix
    scorer = Popularity().fit(split.tune.train, np.random.default_rng(0))
    once, twice = (
        frontier(
            [(scorer, scorer)] * rounds,
            [(split.tune, split.final)] * rounds,
            features,
            Reranking(places=8),
            Goal(0.5, 1.0),
            model="popularity",
            split="time",
        )
        for rounds in (1, 2)
    )
    assert twice.users == tuple(2 * users for users in once.users)
    for name in SHOWN:  # means, and films that anybody is shown
        assert twice.test[1].metrics[name] == pytest.approx(once.test[1].metrics[name])
    assert twice.differences.keys() == once.differences.keys()
    assert any(note.startswith("2 rounds pooled") for note in twice.notes)


def setting(ndcg: float, coverage: float, diversity: float, recall: float = 0.3) -> Setting:
    metrics = {
        "ndcg@10": ndcg,
        "coverage@20": coverage,
        "diversity@10": diversity,
        "recall@20": recall,
    }
    return Setting("several", {}, metrics)


def test_the_most_diverse_setting_that_meets_the_goal_is_chosen() -> None:
    start = setting(0.2, 0.1, 0.5)
    meets = setting(0.1985, 0.2, 0.7)
    asked = [
        start,
        setting(0.19, 0.3, 0.9),  # too inaccurate
        setting(0.2, 0.19, 0.8),  # covers too little
        meets,
        setting(0.1985, 0.4, 0.6),
    ]
    assert choice(asked, Goal()) == 3
    assert choice([*asked, setting(0.1990, 0.2, 0.7005)], Goal()) == 5  # as diverse, more accurate
    assert choice(asked[:3], Goal()) == 2  # the closest to the coverage
    assert choice([start, setting(0.1, 0.9, 0.9)], Goal()) == 0
    assert choice(asked, Goal(accuracy=0.9)) == 1


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"accuracy": 0.0}, "accuracy: expected a share from above 0 to 1, got 0.0"),
        ({"accuracy": 99}, "accuracy: expected a share from above 0 to 1, got 99"),
        ({"coverage": 0.5}, "coverage: expected how many times as much, from 1, got 0.5"),
    ],
)
def test_a_goal_out_of_range_is_refused(bad: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Goal(**bad)
