"""The world of viewers: seeded, not low-rank, drifting, and known to the oracle alone."""

import numpy as np
import polars as pl
import pytest

from matinee.dataset import Dataset, Histories, time_split
from matinee.errors import InputError
from matinee.models import RECIPES
from matinee.simulation import WORLD, World, oracle, starter
from matinee.simulation.catalogue import MOODS, films
from matinee.simulation.world import BLOCK, DAY, START


def doubly_centred(values):
    return values - values.mean(0) - values.mean(1, keepdims=True) + values.mean()


def test_equal_seeds_are_equal_worlds_and_another_seed_is_another():
    viewers, time = np.array([0, 3, BLOCK + 1]), START + 100 * DAY
    first = World(5).enjoyment(viewers, time)
    assert np.array_equal(first, World(5).enjoyment(viewers, time))
    assert not np.allclose(first, World(6).enjoyment(viewers, time))


def test_a_viewer_is_the_same_alone_among_others_and_in_a_larger_world():
    time = START + 100 * DAY
    together = World(5, viewers=600).enjoyment(np.array([599, 7, 300]), time)
    alone = World(5, viewers=8).enjoyment(np.array([7]), time)
    np.testing.assert_allclose(together[1], alone[0], rtol=1e-12)


def test_enjoyment_is_bounded_and_lopsided_in_no_direction():
    enjoyment = World(5).enjoyment(np.arange(0, 2000, 20), START)
    assert np.abs(enjoyment).max() < 2.5
    assert enjoyment.std() > 0.8


def test_twenty_factors_leave_a_fifth_of_what_people_disagree_on():
    """A model of 20 factors would explain all of a low-rank world; the cited share is of WORLD."""
    enjoyment = doubly_centred(WORLD.enjoyment(np.arange(0, 2000, 4), START + 400 * DAY))
    energy = np.linalg.svd(enjoyment, compute_uv=False) ** 2
    assert energy[20:].sum() / energy.sum() > 1 / 5
    assert energy[50:].sum() / energy.sum() > 1 / 10


def test_tastes_drift_in_time_and_do_not_where_drift_is_off():
    viewers = np.arange(100)
    first, last = START, START + 720 * DAY
    world, still = World(5), World(5, drift=0.0)
    moved = world.enjoyment(viewers, last) - world.enjoyment(viewers, first)
    assert np.sqrt((moved**2).mean()) > 0.2
    np.testing.assert_array_equal(still.enjoyment(viewers, last), still.enjoyment(viewers, first))


def test_a_genre_in_fashion_lifts_its_films_for_everybody():
    world = World(5)
    common = world.common()
    genre = int(np.argmax(common.height))
    peak = (0.25 - common.phase[genre] / (2 * np.pi)) % 1 * common.period[genre]
    days = np.array([peak, peak + common.period[genre] / 2])
    has = films().genres[genre]
    only = has & (films().genres.sum(axis=0) == films().genres[:, has].sum(axis=0).min())
    waves = common.waves(days)[:, only].mean(axis=1)
    assert waves[0] > waves[1]


def test_a_mood_lifts_the_films_that_fit_it():
    world, fits = World(5), films().moods[MOODS.index("dark")]
    lift = world.lift(world.tastes(0), np.arange(4), fits)
    assert (lift[:, fits] > 0).all()
    assert (lift[:, ~fits] < 0).all()


def test_a_world_needs_viewers_and_knows_how_many_it_has():
    with pytest.raises(InputError, match="viewers >= 1, got 0 and 0"):
        World(0, viewers=0)
    with pytest.raises(InputError, match="viewers 0 to 9, got 3 to 10"):
        World(0, viewers=10).enjoyment(np.array([3, 10]), START)


def histories_of(user_ids, as_of):
    empty = np.zeros(0, np.int64)
    return Histories.from_entries(
        films().items,
        empty,
        empty,
        len(user_ids),
        strength=np.zeros(0),
        as_of=np.array(as_of),
        user_ids=pl.Series(user_ids),
    )


def test_the_oracle_gives_each_viewer_their_own_enjoyment_at_their_own_moment():
    world, late = World(5), START + 500 * DAY
    scores = oracle(world).score(histories_of(["v1000", "v0001"], [START, late]))
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores[0], world.enjoyment(np.array([999]), START)[0], rtol=1e-6)
    np.testing.assert_allclose(scores[1], world.enjoyment(np.array([0]), late)[0], rtol=1e-6)


def test_the_oracle_refuses_people_who_are_not_of_its_world():
    with pytest.raises(InputError, match="viewers of the simulated world, got 'ann', 'v3000'"):
        oracle(World(5)).score(histories_of(["ann", "v0001", "v3000"], [START] * 3))


def test_on_the_starter_data_the_oracle_beats_ease_and_ease_closes_half_of_the_gap():
    stage = time_split(Dataset.from_tables(starter())).final
    rng = np.random.default_rng(0)
    popularity = RECIPES["popularity"]().fit(stage.train, rng)
    ease = RECIPES["ease"](ridge=300).fit(stage.train, rng)
    low, middle, high = (ndcg_at_10(model, stage) for model in (popularity, ease, oracle(WORLD)))
    assert len(low) > 1000
    assert (high - middle).mean() > 2 * (high - middle).std() / np.sqrt(len(low))
    assert (middle - low).mean() > 0.5 * (high - low).mean()


def ndcg_at_10(model, stage):
    """Of each viewer with a liked candidate, from the definition."""
    scores = np.full((stage.histories.rows, len(stage.train.items)), -np.inf)
    scores[:, stage.train.items.numbers(model.items.ids)] = model.score(stage.histories)
    scores[:, ~stage.candidates] = -np.inf
    scores[stage.histories.entry_rows, stage.histories.numbers] = -np.inf
    liked = (stage.truth.liked().toarray() > 0) & stage.candidates
    discounts = 1 / np.log2(np.arange(2, 12))
    values = []
    for row, likes in zip(scores, liked, strict=True):
        if likes.any():
            gain = discounts[likes[np.argsort(-row, kind="stable")[:10]]].sum()
            values.append(gain / discounts[: likes.sum()].sum())
    return np.array(values)
