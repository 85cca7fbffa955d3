"""No split leaks; each keeps its stated rules; the global time split cuts where another does."""

from dataclasses import replace
from types import ModuleType

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.dataset import (
    NO_TIME,
    Dataset,
    Histories,
    Split,
    Stage,
    cold_split,
    earlier_windows,
    leave_last_split,
    random_split,
    rating_fold_stages,
    rolling_time_splits,
    strong_split,
    time_split,
    user_fold_splits,
)
from matinee.dataset.splits import entry_stage
from matinee.errors import InputError, MissingData
from matinee.schema import MOVIES, RATINGS, RatingScale, Tables, empty

SPLITS = {
    "time": lambda data, _: [time_split(data)],
    "rolling": lambda data, _: rolling_time_splits(data),
    "leave-last": lambda data, _: [leave_last_split(data, 2)],
    "random": lambda data, rng: [random_split(data, rng)],
    "user-folds": lambda data, rng: user_fold_splits(data, rng, folds=4),
    "strong": lambda data, rng: [strong_split(data, rng)],
    "cold-items": lambda data, rng: [cold_split(data, rng)],
    "cold-items-full": lambda data, rng: [cold_split(data, rng, among_all=True)],
}
few_seeds = settings(deadline=None, max_examples=8)
HELD_OUT = {"user-folds", "strong"}
IN_TIME = {"time", "rolling"}


def dataset(seed: int, users: int = 30, items: int = 25, moments: int = 60) -> Dataset:
    """Few moments, so that times tie; likes, dislikes and neither; one user with one rating."""
    rng = np.random.default_rng(seed)
    rows = [("v00", "i00", 4.0, 5)]
    for user in range(1, users):
        for item in rng.choice(items, int(rng.integers(6, items)), replace=False):
            rating = float(rng.choice([1, 2, 3, 4, 5], p=[0.05, 0.1, 0.15, 0.4, 0.3]))
            rows.append((f"v{user:02}", f"i{item:02}", rating, int(rng.integers(moments))))
    ratings = pl.DataFrame(rows, schema=RATINGS, orient="row")
    return Dataset.from_tables(Tables("random", empty(MOVIES), ratings, RatingScale(1, 5, 1)))


def pairs(histories: Histories) -> set[tuple[str, str]]:
    assert histories.user_ids is not None
    users = histories.user_ids.gather(histories.entry_rows)
    return set(zip(users, histories.items.ids.gather(histories.numbers), strict=True))


def stages(split: Split) -> list[Stage]:
    return [split.tune, split.final]


@pytest.mark.parametrize("name", SPLITS)
class TestEverySplit:
    @few_seeds
    @given(seed=st.integers(0, 2**32 - 1))
    def test_nothing_asked_for_was_learnt_from_or_shown(self, name: str, seed: int) -> None:
        for split in SPLITS[name](dataset(seed), np.random.default_rng(seed)):
            for stage in stages(split):
                asked = pairs(stage.truth)
                assert asked
                assert not asked & pairs(stage.train.histories)
                assert not asked & pairs(stage.histories)

    @few_seeds
    @given(seed=st.integers(0, 2**32 - 1))
    def test_what_the_report_asks_for_is_unknown_to_tuning(self, name: str, seed: int) -> None:
        for split in SPLITS[name](dataset(seed), np.random.default_rng(seed)):
            tuned_on = pairs(split.tune.train.histories) | pairs(split.tune.truth)
            assert not pairs(split.final.truth) & tuned_on

    @few_seeds
    @given(seed=st.integers(0, 2**32 - 1))
    def test_rows_of_history_and_truth_are_one_viewer_with_both(self, name: str, seed: int) -> None:
        for split in SPLITS[name](dataset(seed), np.random.default_rng(seed)):
            for stage in stages(split):
                assert stage.histories.user_ids is not None
                assert stage.histories.user_ids.to_list() == stage.truth.user_ids.to_list()
                assert (stage.truth.lengths > 0).all()
                assert (stage.histories.lengths > 0).all()

    @few_seeds
    @given(seed=st.integers(0, 2**32 - 1))
    def test_viewers_are_held_out_or_asked_with_what_was_learnt(self, name: str, seed: int) -> None:
        for split in SPLITS[name](dataset(seed), np.random.default_rng(seed)):
            for stage in stages(split):
                if name in HELD_OUT:
                    assert (stage.train.users.numbers(stage.histories.user_ids) < 0).all()
                else:
                    assert pairs(stage.histories) <= pairs(stage.train.histories)

    @few_seeds
    @given(seed=st.integers(0, 2**32 - 1))
    def test_candidates_are_the_items_of_train_or_all_cold(self, name: str, seed: int) -> None:
        for split in SPLITS[name](dataset(seed), np.random.default_rng(seed)):
            for stage in stages(split):
                learnt = np.bincount(stage.train.histories.numbers, minlength=25) > 0
                if name.startswith("cold"):
                    asked = np.bincount(stage.truth.numbers, minlength=25) > 0
                    assert not (asked & learnt).any()
                    among = asked | learnt if name == "cold-items-full" else asked
                    np.testing.assert_array_equal(stage.candidates, among)
                else:
                    np.testing.assert_array_equal(stage.candidates, learnt)

    def test_one_seed_gives_one_split(self, name: str) -> None:
        first, again, other = (
            [
                sorted(pairs(s.final.truth))
                for s in SPLITS[name](dataset(3), np.random.default_rng(seed))
            ]
            for seed in (1, 1, 2)
        )
        assert first == again
        if name not in {"time", "rolling", "leave-last"}:
            assert first != other


@few_seeds
@given(st.integers(0, 2**32 - 1))
def test_time_splits_divide_at_a_moment(seed: int) -> None:
    for name in IN_TIME:
        for split in SPLITS[name](dataset(seed), np.random.default_rng(0)):
            for stage in stages(split):
                cut = stage.truth.time.min()
                assert stage.train.histories.time.max() < cut
                assert (stage.histories.as_of <= cut).all()
                assert (stage.train.histories.as_of <= cut).all()


def test_an_interaction_at_the_very_cut_belongs_to_the_later_part() -> None:
    data = dataset(4)
    cut = int(np.quantile(data.histories.time, 0.9, method="lower"))
    assert cut in data.histories.time
    final = time_split(data).final
    assert final.truth.time.min() == cut
    assert final.train.histories.time.max() < cut


def test_final_learns_from_what_tuning_was_asked() -> None:
    for name in ("time", "leave-last", "random"):
        split = SPLITS[name](dataset(5), np.random.default_rng(0))[0]
        assert pairs(split.tune.truth) <= pairs(split.final.train.histories)


@few_seeds
@given(st.integers(0, 2**32 - 1), st.integers(1, 3))
def test_leave_last_asks_for_the_last_n_with_ties_to_the_higher_item(seed: int, n: int) -> None:
    data = dataset(seed)
    split = leave_last_split(data, n)
    asked = {user for user, _ in pairs(split.final.truth)}
    for user, user_id in enumerate(data.users.ids):
        row = data.histories.slice(user, user + 1)
        order = np.lexsort((row.numbers, row.time))
        last = {(user_id, data.items.ids[int(k)]) for k in row.numbers[order][-n:]}
        before = {(user_id, data.items.ids[int(k)]) for k in row.numbers[order][-2 * n : -n]}
        if row.entries > 2 * n:
            assert last <= pairs(split.final.truth)
            assert before <= pairs(split.tune.truth)
        else:
            assert user_id not in asked


@few_seeds
@given(st.integers(0, 2**32 - 1))
def test_a_fifth_of_a_held_out_viewers_likes_is_hidden(seed: int) -> None:
    data = dataset(seed)
    for name in HELD_OUT:
        for split in SPLITS[name](data, np.random.default_rng(seed)):
            for stage in stages(split):
                assert (stage.truth.strength > 0).all()
                likes = np.diff(stage.histories.liked().indptr) + stage.truth.lengths
                assert (likes >= 5).all()
                np.testing.assert_array_equal(stage.truth.lengths, likes // 5)


def test_a_held_out_viewer_shows_everything_but_the_hidden_likes() -> None:
    data = dataset(6)
    final = strong_split(data, np.random.default_rng(0)).final
    assert final.histories.user_ids is not None
    own = data.histories.take(data.users.numbers(final.histories.user_ids))
    assert pairs(final.histories) | pairs(final.truth) == pairs(own)


@few_seeds
@given(st.integers(0, 2**32 - 1), st.integers(2, 6))
def test_user_folds_ask_every_eligible_viewer_once(seed: int, folds: int) -> None:
    data = dataset(seed)
    splits = user_fold_splits(data, np.random.default_rng(seed), folds)
    asked = [user for split in splits for user in split.final.truth.user_ids.to_list()]
    likes = np.diff(data.histories.liked().indptr)
    assert sorted(asked) == sorted(data.users.ids.filter(pl.Series(likes >= 5)))


def test_strong_split_holds_out_as_many_as_asked() -> None:
    split = strong_split(dataset(7), np.random.default_rng(0), held_out=4)
    assert split.tune.truth.rows == split.final.truth.rows == 4
    assert len(split.final.train.users) == 30 - 8
    assert not pairs(split.tune.truth) & pairs(split.final.truth)


def test_rating_folds_ask_for_every_rating_once_as_scikit_learn_does() -> None:
    from sklearn.model_selection import KFold

    data = dataset(8, users=12)
    entries = np.arange(data.histories.entries)
    keys = sorted(pairs(data.histories))
    folds = KFold(4, shuffle=True, random_state=0).split(entries)
    for stage, (_, asked) in zip(rating_fold_stages(data, 4), folds, strict=True):
        # A viewer with all ratings in one fold has no history and is not asked.
        seen = {user for user, _ in pairs(stage.histories)}
        assert pairs(stage.truth) == {keys[k] for k in asked if keys[k][0] in seen}


def test_data_without_times_has_no_split_in_time() -> None:
    data = dataset(9)
    times = data.histories.time.copy()
    times[3] = np.iinfo(np.int64).min
    from dataclasses import replace

    untimed = data.with_histories(replace(data.histories, time=times))
    for split in (time_split, rolling_time_splits, leave_last_split):
        with pytest.raises(MissingData, match="expected a time for every rating"):
            split(untimed)


def test_too_little_data_is_refused_by_name() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="time split: expected three parts"):
        time_split(dataset(1, moments=1))
    with pytest.raises(InputError, match="strong generalisation: expected more than 60 viewers"):
        strong_split(dataset(1), rng, held_out=30)
    with pytest.raises(InputError, match="user folds: expected at least 50 viewers"):
        user_fold_splits(dataset(1), rng, folds=50)
    with pytest.raises(InputError, match="cold items: expected at least 100 films with 5 likes"):
        cold_split(dataset(1), rng, share=0.01)


def test_cold_films_are_a_fifth_of_the_liked_ones_and_others_than_in_the_validation() -> None:
    data = dataset(4, users=12)
    likes = np.bincount(data.histories.numbers[data.histories.strength > 0], minlength=25)
    split = cold_split(data, np.random.default_rng(2), least=6)
    liked = np.flatnonzero(likes >= 6)
    parts = [np.flatnonzero(stage.candidates) for stage in stages(split)]
    assert 5 <= len(liked) < 25
    for part in parts:
        assert len(part) == len(liked) // 5
        assert np.isin(part, liked).all()
    assert not np.intersect1d(*parts).size


@pytest.mark.data
@pytest.mark.parametrize("which", ["tune", "final"])
def test_time_split_asks_what_the_independent_protocol_asks(
    which: str, protocols: ModuleType
) -> None:
    """The protocol drops everything but likes first; so restricted the truths are equal."""
    rng = np.random.default_rng(2)
    rows = []
    for user in range(60):
        for item in rng.choice(80, int(rng.integers(2, 60)), replace=False):
            time = int(rng.integers(10_000) * 100)
            rows.append((user, int(item), float(rng.integers(1, 6)), time))
    frame = pl.DataFrame(rows, schema=["user", "item", "rating", "time"], orient="row")
    ratings = frame.select(
        user_id=pl.col("user").cast(pl.String),
        item_id=pl.col("item").cast(pl.String),
        rating=pl.col("rating").cast(pl.Float32),
        timestamp=pl.col("time"),
    )
    data = Dataset.from_tables(Tables("r", empty(MOVIES), ratings, RatingScale(1, 5, 1)))
    stage = getattr(time_split(data), which)
    theirs = protocols.global_time_split(frame)[which]
    liked = stage.train.histories.where(stage.train.histories.strength > 0)
    users = {user for user, _ in pairs(liked)}
    items = {item for _, item in pairs(liked)}
    truth = pairs(stage.truth.where(stage.truth.strength > 0))
    ours = {(user, item) for user, item in truth if user in users and item in items}
    history, target = theirs.test
    past = frame.filter((pl.col("rating") >= 4) & (pl.col("time") < stage.truth.time.min()))
    their_users = past["user"].unique().sort().to_numpy()[theirs.extra["rows"]]
    where = target.tocoo()
    expected = {
        (str(their_users[row]), str(theirs.items[column]))
        for row, column in zip(where.row, where.col, strict=True)
    }
    assert ours == expected
    assert history.nnz == sum(user in {u for u, _ in expected} for user, _ in pairs(liked))


@few_seeds
@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_earlier_windows_go_back_from_the_stage_in_steps_of_its_length(
    seed: int, count: int
) -> None:
    stage = time_split(dataset(seed)).final
    begin, last = stage.train.as_of, int(stage.truth.time.max())
    length = last - begin + 1
    learnt, everybody = stage.train.histories, pairs(stage.train.histories)
    windows = list(earlier_windows(stage, count))
    assert 1 <= len(windows) <= count
    for back, window in enumerate(windows):  # no moment is without a rating, so none is left out
        end = begin - back * length
        known = learnt.where(learnt.time < end - length)
        inside = learnt.where((learnt.time >= end - length) & (learnt.time < end))
        assert window.train.as_of == end - length
        assert pairs(window.train.histories) == pairs(known)
        returning = np.flatnonzero((known.lengths > 0) & (inside.lengths > 0))
        assert pairs(window.truth) == pairs(inside.take(returning))
        assert pairs(window.histories) == pairs(known.take(returning))
        assert pairs(window.truth) <= everybody - pairs(window.train.histories)
        assert not pairs(window.truth) & pairs(stage.truth)
    if len(windows) < count:  # nothing was known before another
        assert begin - (len(windows) + 1) * length <= learnt.time.min()


@few_seeds
@given(st.integers(0, 2**32 - 1))
def test_only_a_stage_that_asks_for_what_came_later_has_earlier_windows(seed: int) -> None:
    for name in SPLITS.keys() - IN_TIME:
        for split in SPLITS[name](dataset(seed), np.random.default_rng(seed)):
            assert not list(earlier_windows(split.tune, 3))


def test_a_stage_at_one_moment_or_without_times_has_no_earlier_windows() -> None:
    data = dataset(0)
    histories = data.histories
    asked = np.arange(histories.entries) % 5 == 0
    for times in (np.full(histories.entries, 7), np.where(asked, 9, NO_TIME)):
        timed = data.with_histories(replace(histories, time=times, as_of=np.full(30, 9)))
        assert not list(earlier_windows(entry_stage(timed, ~asked, asked), 3))


def test_windows_before_a_stage_of_a_file_end_where_its_truth_begins() -> None:
    """Its training data knows the time of all that is on file, later than what it learns from."""
    data = dataset(1)
    later = data.histories.time >= 50
    stage = entry_stage(data, ~later, later)
    assert stage.train.as_of == 59
    first, second = earlier_windows(stage, 2)
    assert (first.train.as_of, second.train.as_of) == (40, 30)
    assert (int(first.truth.time.min()), int(first.truth.time.max())) == (40, 49)
