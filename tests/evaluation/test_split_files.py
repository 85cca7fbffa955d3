"""A split written as parts and read again asks the same; a wrong file is told so."""

from types import ModuleType

import numpy as np
import polars as pl
import pytest

from matinee.dataset import (
    Dataset,
    Histories,
    Split,
    Stage,
    cold_split,
    leave_last_split,
    random_split,
    rolling_time_splits,
    strong_split,
    time_split,
    user_fold_splits,
)
from matinee.errors import InputError
from matinee.evaluation.split_files import HELD_OUT, from_frame, to_frame
from matinee.schema import MOVIES, RATINGS, RatingScale, Tables, empty

SPLITS = {
    "time": lambda data, _: time_split(data),
    "rolling": lambda data, _: rolling_time_splits(data)[1],
    "leave-last": lambda data, _: leave_last_split(data),
    "random": random_split,
    "cold-items": cold_split,
    "strong": strong_split,
    "user-fold": lambda data, rng: user_fold_splits(data, rng, folds=3)[1],
}


def table(histories: Histories) -> set[tuple[object, ...]]:
    assert histories.user_ids is not None
    return set(
        zip(
            histories.user_ids.gather(histories.entry_rows),
            histories.items.ids.gather(histories.numbers),
            histories.strength.tolist(),
            histories.rating.tolist(),
            histories.time.tolist(),
            strict=True,
        )
    )


def likes(stage: Stage) -> set[tuple[object, ...]]:
    kept = stage.truth.strength > 0
    return table(stage.truth.where(kept & stage.candidates[stage.truth.numbers]))


@pytest.mark.parametrize("name", SPLITS)
def test_a_split_survives_being_written_and_read(name: str, data: Dataset) -> None:
    split: Split = SPLITS[name](data, np.random.default_rng(1))
    frame = to_frame(split)
    shuffled = frame.sample(fraction=1, shuffle=True, seed=5)
    again = from_frame(data, shuffled)
    for before, after in ((split.tune, again.tune), (split.final, again.final)):
        assert table(after.train.histories) == table(before.train.histories)
        assert table(after.histories) == table(before.histories)
        assert table(after.truth) == table(before.truth)
        assert likes(after) == likes(before)
        assert after.train.items is data.items
        if name != "cold-items":
            np.testing.assert_array_equal(after.candidates, before.candidates)
    assert to_frame(again).equals(frame)


def test_a_file_without_times_in_its_favour_hides_what_it_does_not_list(data: Dataset) -> None:
    frame = to_frame(time_split(data)).sample(fraction=0.7, seed=1)
    split = from_frame(data, frame)
    listed = set(frame.select("user_id", "item_id").rows())
    for stage in (split.tune, split.final):
        for histories in (stage.train.histories, stage.histories, stage.truth):
            assert {row[:2] for row in table(histories)} <= listed
        assert stage.train.histories.as_of.max() == stage.train.histories.time.max()


def numbered() -> Dataset:
    """Item ids with leading zeros, as imdb's are; "12" exists with and without."""
    rows = [
        (str(user), item, 5.0, user)
        for user in range(1, 9)
        for item in ("0002844", "0000012", "12", "77")
    ]
    ratings = pl.DataFrame(rows, schema=RATINGS, orient="row")
    return Dataset.from_tables(Tables("zeros", empty(MOVIES), ratings, RatingScale(1, 10, 1)))


def test_ids_may_be_numbers_that_lost_their_zeros() -> None:
    data = numbered()
    frame = pl.DataFrame(
        {
            "user_id": [1, 2, 3, 3, 4, 4],
            "item_id": [2844, 12, 77, 2844, 2844, 77],
            "part": ["train", *HELD_OUT],
        }
    )
    split = from_frame(data, frame)
    learnt = table(split.final.train.histories)
    assert {row[:2] for row in learnt} == {("1", "0002844"), ("2", "12")}
    assert {row[:2] for row in table(split.final.truth)} == {("4", "77")}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("1", "77", "train"), ("99", "77", "train")], r"zeros has, got others: \('99', '77'\)"),
        ([("1", "77", "train"), ("1", "x", "test")], r"got others: \('1', 'x'\) \(1\)"),
        ([("1", "77", "train"), ("1", "77", "test")], "expected each pair in one part"),
        ([("1", "77", "train"), ("1", "12", "holdout")], "got 'holdout', 'train'"),
        ([("1", "77", "train"), ("1", "12", "test"), ("2", "12", "test_truth")], "the parts train"),
        ([("1", "77", "test")], "expected the parts train, valid, test or"),
        ([("1", None, "train")], "rows without gaps, got 1 rows with 1 empty"),
    ],
)
def test_a_wrong_file_is_told_what_is_wrong(
    rows: list[tuple[str | None, ...]], message: str
) -> None:
    frame = pl.DataFrame(rows, schema=["user_id", "item_id", "part"], orient="row")
    with pytest.raises(InputError, match=message):
        from_frame(numbered(), frame)


def test_missing_columns_and_wrong_types_are_named() -> None:
    frame = pl.DataFrame({"user_id": ["1"], "item_id": [1.5], "part": ["train"]})
    with pytest.raises(InputError, match="expected item_id as String, got Float64"):
        from_frame(numbered(), frame)
    with pytest.raises(InputError, match=r"split: expected columns \['part'\]"):
        from_frame(numbered(), frame.drop("part"))


@pytest.mark.data
def test_a_split_of_the_independent_protocols_is_read_as_it_is(protocols: ModuleType) -> None:
    rng = np.random.default_rng(4)
    rows = [
        (user, int(item), float(rng.integers(1, 6)), int(rng.integers(1000)))
        for user in range(100, 180)
        for item in rng.choice(60, int(rng.integers(8, 40)), replace=False)
    ]
    frame = pl.DataFrame(rows, schema=["user", "item", "rating", "time"], orient="row")
    ratings = frame.select(
        user_id=pl.col("user").cast(pl.String),
        item_id=pl.col("item").cast(pl.String),
        rating=pl.col("rating").cast(pl.Float32),
        timestamp=pl.col("time"),
    )
    data = Dataset.from_tables(Tables("r", empty(MOVIES), ratings, RatingScale(1, 5, 1)))
    theirs = protocols.strong_generalisation(frame, 4, 7, n_heldout=10)
    parts = {
        "train": (theirs.train, 0),
        "valid_history": (theirs.valid[0], 1000),
        "valid_truth": (theirs.valid[1], 1000),
        "test_history": (theirs.test[0], 2000),
        "test_truth": (theirs.test[1], 2000),
    }
    # The protocol keeps no user ids of its rows: a row is the viewer whose likes it holds.
    known = set(theirs.items.tolist())
    user_of = {
        frozenset(known & set(group["item"])): user[0]
        for user, group in frame.filter(pl.col("rating") >= 4).group_by("user")
    }
    wholes = {"train": theirs.train, "valid": sum(theirs.valid), "test": sum(theirs.test)}
    lines = []
    for part, (matrix, _) in parts.items():
        whole = wholes[part.partition("_")[0]]
        for row in range(matrix.shape[0]):
            user = user_of[frozenset(theirs.items[whole[[row]].indices].tolist())]
            lines += [(user, int(item), part) for item in theirs.items[matrix[[row]].indices]]
    split = from_frame(
        data, pl.DataFrame(lines, schema=["user_id", "item_id", "part"], orient="row")
    )
    assert split.final.train.histories.entries == theirs.train.nnz
    assert split.final.candidates.sum() == len(theirs.items)
    named = split.final.histories.user_ids
    assert named is not None
    rows = np.argsort([int(user) for user in named], kind="stable")
    for ours, their in (
        (split.final.histories, theirs.test[0]),
        (split.final.truth, theirs.test[1]),
    ):
        dense = ours.matrix(np.ones(ours.entries, np.float32)).toarray()
        columns = data.items.numbers([str(item) for item in theirs.items])
        np.testing.assert_array_equal(dense[rows][:, columns], their.toarray())
