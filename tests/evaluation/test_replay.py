"""A replay asks before it learns: nothing of the future is in any answer."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import tables

from matinee.dataset import Histories, Log, Past, Vocabulary
from matinee.errors import InputError, MissingData
from matinee.evaluation.replay import DAY, Contender, _without, replay, schedule
from matinee.evaluation.replay_board import board
from matinee.evaluation.replay_figures import metrics
from matinee.models import RECIPES
from matinee.schema import Tables

RNG = np.random.default_rng


def contender(name: str, **settings) -> Contender:
    recipe = RECIPES[name](**settings)
    return Contender(name, name, lambda data: recipe.fit(data, RNG(0)))


@pytest.fixture(scope="module")
def given_tables() -> Tables:
    return tables()


@pytest.fixture(scope="module")
def log(given_tables) -> Log:
    return Log.of(given_tables)


def with_ratings(given_tables: Tables, ratings: pl.DataFrame) -> Log:
    return Log.of(replace(given_tables, ratings=ratings))


def answered(log: Log, cuts, names=("ease", "trending")) -> dict[tuple[str, str, int], list]:
    """By viewer, film and moment: every contender's place, its place from half, and its list."""
    found = replay(log, [contender(name) for name in names], cuts, RNG(0))
    events = found.asked.events
    keys = zip(
        log.users.take(log.user[events]),
        log.items.take(log.item[events]),
        log.time[events].tolist(),
        strict=True,
    )
    ids = np.array([*log.items.ids.to_list(), ""])
    return {
        key: [
            (int(each.place[row]), int(each.halved[row]), ids[each.lists[row]].tolist())
            for each in found.answers
        ]
        for row, key in enumerate(keys)
    }


@given(st.integers(0, 2**32 - 1), st.floats(0.6, 0.95), st.booleans())
@settings(max_examples=15, deadline=None)
def test_nothing_of_the_future_is_in_an_answer(seed, share, removed):
    """Whatever comes after a moment is removed or permuted: answers before it stay as they are."""
    given_tables, rng = tables(), RNG(seed)
    log = Log.of(given_tables)
    cuts = schedule(log)
    end = int(np.quantile(log.time, share))
    ratings = given_tables.ratings
    early, late = (
        ratings.filter(pl.col("timestamp") < end),
        ratings.filter(pl.col("timestamp") >= end),
    )
    columns = [late[name].gather(rng.permutation(late.height)) for name in late.columns]
    future = late.clear() if removed else pl.DataFrame(columns)
    mixed = pl.concat([early, future]).unique(["user_id", "item_id"], keep="first")
    mixed = mixed.sample(fraction=1.0, shuffle=True, seed=seed % 1000)
    other = with_ratings(given_tables, mixed)
    before = {k: v for k, v in answered(log, cuts).items() if k[2] < end}
    after = {k: v for k, v in answered(other, [c for c in cuts if c < end]).items() if k[2] < end}
    assert before
    assert before == after


def test_an_answer_is_the_model_fitted_at_the_last_cut_asked_with_the_history(log):
    """One like at a time, by another way: a data set, a fit, one row, a sorted walk."""
    cuts = schedule(log, refits=3)
    answers = replay(log, [contender("ease", ridge=5.0)], cuts, RNG(0))
    past, events = Past.of(log), answers.asked.events
    for row in (0, 7, len(events) - 1):
        event = events[row]
        data = log.until(max(cut for cut in cuts if cut <= log.time[event]))
        model = RECIPES["ease"](ridge=5.0).fit(data, RNG(0))
        for every, found in ((1, answers.answers[0].place), (2, answers.answers[0].halved)):
            history = past.histories(np.array([event]), every)
            scores = model.score(history)[0]
            seen = set(log.items.take(past.histories(np.array([event])).numbers))
            order = model.items.take(np.argsort(-scores, kind="stable"))
            ids = [each for each in order if each not in seen]
            wanted = log.items.ids[int(log.item[event])]
            place = ids.index(wanted) + 1 if wanted in ids else 0
            assert found[row] == place, every


def test_figures_of_one_wanted_film(log):
    found = replay(log, [contender("popularity")], schedule(log), RNG(0)).answers[0]
    places = np.array([0, 1, 3, 10, 11, 20, 21, 100, -1], np.int32)
    values = metrics(replace(found, place=places, halved=None), np.full(9, 3))
    np.testing.assert_allclose(
        values["ndcg@10"], [0, 1, 0.5, 1 / np.log2(11), 0, 0, 0, 0, np.nan], rtol=1e-12
    )
    assert values["hit_rate@20"][:8].tolist() == [0, 1, 1, 1, 1, 1, 0, 0]
    np.testing.assert_allclose(values["mrr@100"][[1, 2, 7]], [1, 1 / 3, 0.01], rtol=1e-12)


def test_a_draw_is_spread_over_time_and_answers_are_those_of_all(log):
    cuts = schedule(log)
    whole = replay(log, [contender("ease")], cuts, RNG(0))
    few = replay(log, [contender("ease")], cuts, RNG(5), ask=10)
    assert len(few.asked.events) == len(set(few.asked.events)) == 10
    assert few.asked.askable == len(whole.asked.events)
    rows = np.searchsorted(whole.asked.events, few.asked.events)
    np.testing.assert_array_equal(whole.answers[0].place[rows], few.answers[0].place)
    stretch = np.floor(rows / len(whole.asked.events) * 10)
    assert len(set(stretch)) >= 9


def test_fits_lie_equally_many_events_apart_or_days(log):
    cuts = schedule(log)
    between = np.diff([*np.searchsorted(log.time, cuts), log.events])
    assert len(cuts) == 8
    assert between.max() - between.min() <= 2
    days = schedule(log, every=1)
    assert set(np.diff(days)) == {DAY}
    assert days[0] == cuts[0]
    assert days[-1] <= log.time[-1] < days[-1] + DAY


def test_days_longer_than_the_log_fit_once(log):
    assert schedule(log, every=10_000) == schedule(log)[:1]


@pytest.mark.parametrize("every", [0.0, -1.0, float("nan"), float("inf")])
def test_days_must_be_days(log, every):
    with pytest.raises(InputError, match="every: expected days above 0"):
        schedule(log, every)


def test_days_that_ask_for_too_many_fits_are_refused(log):
    with pytest.raises(InputError, match=r"every: expected at most 200 refits .* got"):
        schedule(log, every=0.001)


def test_events_all_at_one_moment_cannot_be_replayed(log):
    with pytest.raises(InputError, match=r"several moments, .* all at 1970-01-01 00:00:07 UTC"):
        schedule(replace(log, time=np.full(log.events, 7)))


def test_a_log_of_one_event_cannot_be_replayed(given_tables):
    log = with_ratings(given_tables, given_tables.ratings.head(1))
    with pytest.raises(InputError, match=r"expected events of several moments, .* got 1, all at"):
        schedule(log)


def test_a_log_without_events_is_refused(given_tables):
    with pytest.raises(MissingData, match=r"expected a log with times .* got no row"):
        with_ratings(given_tables, given_tables.ratings.clear())


def test_films_of_a_history_leave_a_list_and_the_others_move_up():
    """By the meaning of it, row by row; the last row has no history."""
    rng = RNG(4)
    items = Vocabulary.of(pl.Series([f"m{k}" for k in range(30)]))
    lists = np.array([rng.permutation(30)[:12] for _ in range(9)], np.int32)
    lists[rng.random(lists.shape) < 0.2] = -1
    seen = [rng.choice(30, int(rng.integers(1, 15)), replace=False) for _ in range(8)]
    rows = np.repeat(np.arange(8, dtype=np.int32), [len(each) for each in seen])
    numbers = np.concatenate(seen).astype(np.int32)
    found = _without(lists, Histories.from_entries(items, rows, numbers, 9, strength=1.0))
    for row, hidden in zip(range(9), [*seen, []], strict=True):
        left = [item for item in lists[row] if item >= 0 and item not in hidden]
        assert found[row].tolist() == left + [-1] * (12 - len(left))


def test_viewers_who_never_come_back_cannot_be_asked(given_tables):
    once = given_tables.ratings.unique("user_id", keep="first", maintain_order=True)
    log = with_ratings(given_tables, once)
    with pytest.raises(MissingData, match=r"viewers who come back .* of 40 viewers in all"):
        replay(log, [contender("popularity")], schedule(log), RNG(0))


def test_one_viewer_has_figures_and_no_intervals(given_tables):
    busiest = given_tables.ratings["user_id"].value_counts(sort=True)["user_id"][0]
    ratings = given_tables.ratings.filter(pl.col("user_id") == busiest)
    log = with_ratings(given_tables, ratings.with_columns(rating=pl.lit(5.0, pl.Float32)))
    contenders = [contender("popularity"), contender("trending")]
    found = board(replay(log, contenders, schedule(log), RNG(0)), [], RNG(0), draws=20)
    document = found.to_json_dict()
    assert document["viewers"] == 1
    assert document["policies"][0]["metrics"]["ndcg@10"]["value"] is not None
    assert document["policies"][0]["metrics"]["ndcg@10"]["low"] is None
    assert document["sentence"].startswith("These data cannot tell whether quality grows")


def test_a_policy_without_candidates_finds_nothing(log):
    """Of no film a model knows, there is no list: every like counts as not found."""

    class Nothing:
        items = log.items

        def recommend(self, histories, n, candidates=None):  # noqa: ARG002
            from matinee.ranking import Ranked

            numbers = np.full((histories.rows, n), -1, np.int32)
            return Ranked(histories.items, numbers, np.full(numbers.shape, -np.inf, np.float32))

    contenders = [Contender("empty", "", lambda _: Nothing()), contender("trending")]
    found = replay(log, contenders, schedule(log), RNG(0))
    assert (found.answers[0].place == 0).all()
    document = board(found, [], RNG(0), draws=20).to_json_dict()
    assert document["policies"][0]["metrics"]["hit_rate@20"]["value"] == 0
    widths = document["narrowing"]["empty"]["calendar"]
    assert all(width["reach"] is None and width["tail"]["value"] is None for width in widths)


def test_groups_hold_every_like_once_and_agree_with_the_whole(log):
    contenders = [contender("ease"), contender("trending")]
    document = board(
        replay(log, contenders, schedule(log), RNG(0)), [], RNG(0), draws=20
    ).to_json_dict()
    whole = document["policies"][0]["metrics"]["ndcg@10"]["value"]
    for respect, groups in document["by"].items():
        events = np.array([group["events"] for group in groups])
        values = [g["policies"]["ease"]["metrics"]["ndcg@10"]["value"] for g in groups]
        assert events.sum() == document["asked"], respect
        assert events @ np.array(values) / events.sum() == pytest.approx(whole, rel=1e-12)
    difference = document["policies"][0]["difference"]["value"]
    trending = document["policies"][1]["metrics"]["ndcg@10"]["value"]
    assert difference == pytest.approx(whole - trending, rel=1e-9)
    assert document["policies"][1]["difference"] is None
