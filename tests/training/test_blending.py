"""Weights are learnt on the stage's viewers, and only where these clearly agree."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from matinee import training
from matinee.api import as_dataset
from matinee.dataset import (
    Dataset,
    Histories,
    Split,
    earlier_windows,
    strong_split,
    time_split,
)
from matinee.dataset.splits import window_stage
from matinee.models.blend import Blend
from matinee.schema import MOVIES
from matinee.training.blending import learn
from matinee.training.choosing import BLENDED, Chooser, learnt_blend


class Noise:
    """Says something about nothing."""

    def __init__(self, data: Dataset, seed: int) -> None:
        self.items = data.items
        self.seed = seed

    def score(self, histories: Histories) -> np.ndarray:
        rng = np.random.default_rng(self.seed)
        return rng.random((histories.rows, len(self.items)), np.float32)


@pytest.fixture(scope="module")
def split() -> Split:
    viewers = as_dataset("starter").take_users(np.arange(0, 2000, 4))
    return strong_split(viewers, np.random.default_rng(0), held_out=150)


@pytest.fixture(scope="module")
def ease(split):
    return training.fit("ease", split.tune.train).scorer


def test_noise_counts_for_next_to_nothing(split, ease):
    scorers = {"ease": ease} | {f"noise{k}": Noise(split.tune.train, k) for k in range(3)}
    names = {"ease": "ease", "noise0": "popularity", "noise1": "trending", "noise2": "soup"}
    blend = learn(split.tune, {names[n]: s for n, s in scorers.items()}, [{"ease": 1.0}])
    weights = dict(zip(blend.parts, blend.weights, strict=True))
    told = sum(w for part, w in weights.items() if part.removeprefix("root-") == "ease")
    assert told >= 0.8 * sum(weights.values())


def test_what_is_clearly_better_replaces_the_beginning(split, ease):
    noise = Noise(split.tune.train, 1)
    blend = learn(split.tune, {"soup": noise, "ease": ease}, [{"soup": 1.0}])
    weights = dict(zip(blend.parts, blend.weights, strict=True))
    assert max(weights, key=lambda part: weights[part]).removeprefix("root-") == "ease"


def test_a_handful_of_viewers_changes_nothing(split):
    few = split.tune
    rows = np.arange(4)
    small = type(few)(few.train, few.histories.take(rows), few.truth.take(rows), few.candidates)
    scorers = {name: training.fit(name, few.train).scorer for name in ("ease", "popularity")}
    begin = {"ease": 1.0, "popularity": 0.25}
    blend = learn(small, scorers, [begin])
    assert dict(zip(blend.parts, blend.weights, strict=True)) == begin


def test_the_chooser_fits_each_part_once_and_blends_what_it_fitted(split):
    chooser = Chooser(split.tune)
    blend = chooser.best("blend")
    parts = {training.recipe_from_text(p.removeprefix("root-"))[0] for p in blend.recipe.parts}
    assert parts <= set(BLENDED)
    assert chooser.best("blend") is blend
    for part, scorer in zip(blend.recipe.parts, blend.scorer.parts, strict=True):
        name = training.recipe_from_text(part.removeprefix("root-"))[0]
        assert scorer is chooser.best(name).scorer


def test_what_is_served_is_learnt_on_the_latest_part(split):
    data = split.final.train
    found = learnt_blend(data, 3)
    given = {n: training.recipe_from_text(n)[1] for n in BLENDED if n != "trending"}
    expected = Chooser(time_split(data).final, 3, given).recipe("blend")
    assert found == expected


def test_data_that_cannot_be_split_gets_the_shipped_weights(data):
    nothing = data.take_users(np.arange(3))
    assert isinstance(learnt_blend(nothing), Blend)
    empty = data.with_histories(data.histories.where(np.zeros(data.histories.entries, bool)))
    assert learnt_blend(empty) == Blend()


def test_a_week_in_which_nobody_liked_anything_does_not_stop_the_choice_of_a_pace(split):
    """Its truth is dislikes alone: an earlier window like that is no test of trending."""
    data = split.final.train
    stage = time_split(data).tune
    first, *_ = earlier_windows(stage, 1)
    known = data.histories
    in_it = (known.time >= first.train.as_of) & (known.time < stage.train.as_of)
    strength = np.where(in_it, np.minimum(known.strength, -0.5), known.strength)
    gloomy = data.with_histories(replace(known, strength=strength.astype(np.float32)))
    stage = window_stage(gloomy, stage.train.as_of, int(stage.truth.time.max()) + 1)
    assert (next(earlier_windows(stage, 1)).truth.strength < 0).all()
    assert Chooser(stage).best("trending").recipe.days > 0
    assert Chooser(stage).recipe("current").days >= 7


def test_a_blend_without_one_of_its_parts_is_kept_as_what_was_fitted(split, tmp_path):
    """Ratings alone have no films' descriptions for soup: what is kept must be read back."""
    data = split.tune.train
    bare = data.movies.select(
        pl.col("item_id"), *(pl.lit(None, dtype).alias(n) for n, dtype in list(MOVIES.items())[1:])
    )
    trained = training.fit("blend:popularity@1+soup@0.5", replace(data, movies=bare))
    assert trained.recipe == Blend(("popularity",), (1.0,))
    training.save(trained, tmp_path / "model", data)
    assert training.load(tmp_path / "model").recipe == trained.recipe
