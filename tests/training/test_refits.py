"""Policies fitted anew on a schedule know what lay before, and nothing else."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.conftest import tables
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from matinee.dataset import Log
from matinee.errors import MissingData
from matinee.evaluation.replay import Contender, replay, schedule
from matinee.kernels.threads import one_thread
from matinee.models.naming import recipe_from_text
from matinee.ranking import Policy
from matinee.ranking.lambdamart import LambdaMart
from matinee.ranking.policy import Candidates
from matinee.training.refits import Refits

RANKED = Policy("ranked", Candidates("popularity", 10), LambdaMart(trees=8))


@pytest.fixture(autouse=True)
def alone():
    """Fits of so little data take longer to wake other threads than to be done."""
    with one_thread(), threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def crowd():
    return tables(seed=3, users=500, items=30)


def answers(log: Log, cuts, policy: Policy) -> dict[tuple[str, str], tuple[int, list[str]]]:
    refits = Refits(log.until(cuts[0]))
    contender = Contender(policy.name, "", refits.policy(policy), halve=False)
    found = replay(log, [contender], cuts, np.random.default_rng(0))
    events, said = found.asked.events, found.answers[0]
    users, items = log.users.take(log.user[events]), log.items.take(log.item[events])
    ids = np.array([*log.items.ids.to_list(), ""])
    return {
        (user, item): (int(said.place[row]), ids[said.lists[row]].tolist())
        for row, (user, item) in enumerate(zip(users, items, strict=True))
    }


def test_a_policy_with_a_ranker_learns_nothing_of_the_future(crowd):
    log = Log.of(crowd)
    cuts = schedule(log, refits=4)[:2]
    end = int(np.quantile(log.time, 0.7))
    early = crowd.ratings.filter(pl.col("timestamp") < end)
    late = crowd.ratings.filter(pl.col("timestamp") >= end)
    turned = late.with_columns(rating=5.5 - pl.col("rating"), item_id=late["item_id"].reverse())
    mixed = pl.concat([early, turned]).unique(["user_id", "item_id"], keep="first")
    asked = {
        (user, item)
        for user, item, time in early.select("user_id", "item_id", "timestamp").iter_rows()
        if time < end
    }
    whole = answers(log, cuts, RANKED)
    before = {key: value for key, value in whole.items() if key in asked}
    assert len(before) > 100
    for ratings in (early, mixed):
        other = answers(Log.of(replace(crowd, ratings=ratings)), cuts, RANKED)
        assert {key: value for key, value in other.items() if key in asked} == before
    bare = answers(log, cuts, Policy("bare", Candidates("popularity", 10)))
    assert bare != whole, "a ranker that changes nothing would pass"


def test_settings_are_chosen_once_and_stay(crowd):
    said = []
    log = Log.of(crowd)
    refits = Refits(log.until(schedule(log)[0]), say=said.append)
    first = refits.settled("trending")
    assert first == refits.settled("trending")
    assert first.startswith("trending:days=")
    assert said == ["trending: choosing settings on what came first"]
    assert refits.settled("ease:ridge=7") == "ease:ridge=7.0,dtype=float64"


def test_too_little_to_choose_on_leaves_the_defaults(crowd):
    said = []
    few = Log.of(replace(crowd, ratings=crowd.ratings.head(2)))
    refits = Refits(few.until(int(few.time[-1]) + 1), say=said.append)
    assert recipe_from_text(refits.settled("ease")) == recipe_from_text("ease")
    assert said[-1].startswith("left out the choice of settings of ease")


def test_a_ranker_without_earlier_windows_says_what_it_needs(crowd):
    log = Log.of(replace(crowd, ratings=crowd.ratings.head(60)))
    fit = Refits(log.until(schedule(log)[0])).policy(RANKED)
    with pytest.raises(MissingData, match="policy ranked: expected a ranker's examples in time"):
        fit(log.until(schedule(log)[0]))
