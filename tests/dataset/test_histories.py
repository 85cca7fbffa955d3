"""Histories keep their order, their latest entry a pair, and their rows apart."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.dataset import NO_TIME, Dataset, Histories, Vocabulary
from matinee.errors import InputError
from matinee.schema import Tables

entries = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 6), st.integers(-2, 3), st.integers(1, 10)),
    max_size=60,
)
ITEMS = Vocabulary.of(["a", "c", "d", "f", "g", "h", "k"])


def built(rows: list[tuple[int, int, int, int]]) -> Histories:
    table = np.array(rows, np.int64).reshape(-1, 4)
    return Histories.from_entries(
        ITEMS,
        table[:, 0].astype(np.int32),
        table[:, 1].astype(np.int32),
        6,
        strength=np.ones(len(table), np.float32),
        rating=table[:, 3].astype(np.float32),
        time=table[:, 2],
    )


def content(histories: Histories) -> list[dict[int, tuple[float, int]]]:
    found: list[dict[int, tuple[float, int]]] = [{} for _ in range(histories.rows)]
    for row, number, rating, time in zip(
        histories.entry_rows, histories.numbers, histories.rating, histories.time, strict=True
    ):
        found[row][int(number)] = (float(rating), int(time))
    return found


@settings(deadline=None, max_examples=40)
@given(entries)
def test_a_repeated_pair_keeps_its_latest_and_of_two_at_one_time_the_later_given(
    rows: list[tuple[int, int, int, int]],
) -> None:
    expected: list[dict[int, tuple[float, int]]] = [{} for _ in range(6)]
    for row, number, time, rating in rows:
        if number not in expected[row] or time >= expected[row][number][1]:
            expected[row][number] = (float(rating), time)
    histories = built(rows)
    assert content(histories) == expected
    assert histories.entries == sum(map(len, expected))
    for row in range(6):
        numbers = histories.slice(row, row + 1).numbers
        assert (np.diff(numbers) > 0).all()


@settings(deadline=None, max_examples=40)
@given(entries, st.lists(st.integers(0, 5), max_size=8))
def test_taken_rows_are_the_rows_in_that_order(
    rows: list[tuple[int, int, int, int]], wanted: list[int]
) -> None:
    histories = built(rows)
    whole = content(histories)
    taken = histories.take(np.array(wanted, np.int64))
    assert content(taken) == [whole[row] for row in wanted]


@settings(deadline=None, max_examples=40)
@given(entries, st.integers(0, 6), st.integers(0, 6))
def test_a_slice_is_the_rows_between(
    rows: list[tuple[int, int, int, int]], start: int, length: int
) -> None:
    histories = built(rows)
    stop = min(start + length, 6)
    start = min(start, stop)
    assert content(histories.slice(start, stop)) == content(histories)[start:stop]


@settings(deadline=None, max_examples=40)
@given(entries, st.integers(-2, 3))
def test_asked_at_a_moment_nothing_later_is_seen(
    rows: list[tuple[int, int, int, int]], moment: int
) -> None:
    early = built(rows).at(moment)
    assert (early.time <= moment).all()
    assert (early.as_of == moment).all()
    assert content(early) == [
        {k: v for k, v in row.items() if v[1] <= moment} for row in content(built(rows))
    ]


@settings(deadline=None, max_examples=40)
@given(entries, st.permutations(["k", "zz", "a", "d"]))
def test_another_vocabulary_keeps_the_entries_that_it_knows(
    rows: list[tuple[int, int, int, int]], ids: list[str]
) -> None:
    histories = built(rows)
    other = Vocabulary(pl.Series(ids))
    moved = histories.on(other)
    for before, after in zip(content(histories), content(moved), strict=True):
        by_id = {ITEMS.ids[number]: value for number, value in before.items()}
        assert {other.ids[number]: value for number, value in after.items()} == {
            id_: value for id_, value in by_id.items() if id_ in set(other.ids)
        }
    for row in range(moved.rows):
        assert (np.diff(moved.numbers[moved.indptr[row] : moved.indptr[row + 1]]) > 0).all()
    assert histories.on(Vocabulary(ITEMS.ids)) is histories


def held_once(column: np.ndarray) -> bool:
    return column.strides == (0,)


@settings(deadline=None, max_examples=40)
@given(entries, st.lists(st.integers(0, 5), max_size=8), st.integers(0, 6))
def test_values_held_once_stay_so_and_mean_the_same(
    rows: list[tuple[int, int, int, int]], wanted: list[int], start: int
) -> None:
    given = built(rows)
    columns = {
        "strength": np.broadcast_to(np.float32(1), given.entries),
        "rating": np.broadcast_to(np.float32(3), given.entries),
        "time": np.broadcast_to(np.int64(-5), given.entries),
    }
    once = replace(given, **columns)
    plain = replace(given, **{name: column.copy() for name, column in columns.items()})
    other = Vocabulary(pl.Series(["k", "zz", "a", "d"]))
    for changed in (
        lambda h: h.where(h.numbers > 2),
        lambda h: h.take(np.array(wanted, np.int64)),
        lambda h: h.slice(start, 6),
        lambda h: h.at(-5),
        lambda h: h.on(other),
        lambda h: h.on(Vocabulary(other.ids.sort())),
    ):
        found, expected = changed(once), changed(plain)
        for name in ("numbers", "indptr", *columns):
            np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
        if found.entries:
            assert all(held_once(getattr(found, name)) for name in columns)
        assert (found.matrix() != expected.matrix()).nnz == 0


def test_data_without_ratings_and_times_takes_the_memory_of_its_pattern(data: Dataset) -> None:
    histories = data.histories
    pairs = pl.DataFrame(
        {
            "user_id": data.users.ids.gather(histories.entry_rows),
            "item_id": data.items.ids.gather(histories.numbers),
        }
    )
    unknown = pairs.with_columns(rating=pl.lit(None, pl.Float32), timestamp=pl.lit(None, pl.Int64))
    found = Dataset.from_tables(Tables("pairs", data.movies, unknown, data.scale)).histories
    assert np.isnan(found.rating).all()
    assert (found.time == NO_TIME).all()
    assert (found.strength == 1).all()
    assert all(map(held_once, (found.strength, found.rating, found.time)))
    assert not any(map(held_once, (histories.strength, histories.rating, histories.time)))


def test_a_column_that_differs_in_the_middle_alone_is_kept_whole() -> None:
    rating = np.array([4, np.nan, 4], np.float32)
    histories = Histories.from_entries(
        ITEMS,
        np.zeros(3, np.int32),
        np.arange(3, dtype=np.int32),
        1,
        strength=np.array([1, -1, 1], np.float32),
        rating=rating,
        time=5,
    )
    np.testing.assert_array_equal(histories.rating, rating)
    assert histories.strength.tolist() == [1, -1, 1]
    assert histories.time.tolist() == [5, 5, 5]
    assert histories.as_of.tolist() == [5]


def test_where_all_are_likes_the_numbers_are_shared(data: Dataset) -> None:
    likes = data.histories.where(data.histories.strength > 0)
    assert np.shares_memory(likes.liked().indices, likes.numbers)
    np.testing.assert_array_equal(likes.liked().toarray(), data.histories.liked().toarray())


def test_liked_keeps_positive_strengths_alone(data: Dataset) -> None:
    strength = data.histories.matrix().toarray()
    np.testing.assert_array_equal(data.histories.liked().toarray(), np.where(strength > 0, 1, 0))


def test_a_matrix_keeps_zeros_stored(data: Dataset) -> None:
    assert (data.histories.strength == 0).any()
    assert data.histories.matrix().nnz == data.histories.entries


def test_wrong_arrays_are_refused(data: Dataset) -> None:
    histories = data.histories
    with pytest.raises(InputError, match="aligned entries"):
        replace(histories, strength=histories.strength[1:])
    with pytest.raises(InputError, match="expected item numbers below 30"):
        replace(histories, numbers=histories.numbers + np.int32(25))
    with pytest.raises(InputError, match="expected no entry later than as_of, got"):
        replace(histories, as_of=histories.as_of - 100_000)


def test_times_that_are_not_known_are_earlier_than_any_other() -> None:
    strength = np.ones(2, np.float32)
    zeros = np.zeros(2, np.int32)
    histories = Histories.from_entries(
        ITEMS, zeros, zeros, 1, strength=strength, time=np.array([5, NO_TIME])
    )
    assert histories.time.tolist() == [5]
