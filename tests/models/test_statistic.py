"""What viewers add to the sums, and that they can be taken out again to the last bit."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.dataset import Dataset, Vocabulary
from matinee.errors import InputError
from matinee.models import RECIPES
from matinee.models.exact import Statistic
from matinee.models.naming import recipe_from_text
from matinee.models.statistic import Inputs, LinearRecipe, Rows, Weighing, gathered

LINEAR = [name for name, recipe in RECIPES.items() if isinstance(recipe(), LinearRecipe)]
WEIGHINGS = [
    Weighing(),
    Weighing(activity=0.1),
    Weighing(Inputs(0.5, 0.3)),
    Weighing(Inputs(0.25, 1.0), 0.7),
]


def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="module")
def vague(data: Dataset) -> Dataset:
    """The same with strengths between -1 and 1, as plays and skips have."""
    strength = np.random.default_rng(8).uniform(-1, 1, data.histories.entries).astype(np.float32)
    strength[::7] = 0
    return data.with_histories(replace(data.histories, strength=strength))


def same(found: Statistic, expected: Statistic) -> None:
    assert found.items == expected.items
    ours, theirs = found.arrays(), expected.arrays()
    assert ours.keys() == theirs.keys()
    for name, array in ours.items():
        np.testing.assert_array_equal(array, theirs[name], err_msg=name)
    assert found.difference(expected) == 0


def test_the_linear_family_is_whole():
    assert LINEAR == ["ease", "edlae", "rdlae", "deql", "dan", "linear"]


def test_an_entry_counts_by_whether_it_was_liked(vague):
    found = Inputs(neutral=0.5, disliked=0.25).values(vague.histories)
    for value, strength in zip(found, vague.histories.strength, strict=True):
        wanted = strength if strength > 0 else 0.5 if strength == 0 else -0.25 * strength
        assert value == pytest.approx(wanted, rel=1e-6)
    assert Inputs().likes_only
    assert not Inputs(disliked=0.1).likes_only
    assert not Inputs(neutral=0.1).likes_only


@pytest.mark.parametrize("given_", [(-0.1, 0), (0, 1.1), (float("nan"), 0)])
def test_inputs_out_of_range_are_refused(given_):
    with pytest.raises(InputError, match="inputs: expected neutral and disliked from 0 to 1"):
        Inputs(*given_)


@pytest.mark.parametrize("weighing", WEIGHINGS, ids=str)
def test_rows_are_the_weighed_values_rounded_to_the_grid(vague, weighing):
    rows = Rows.of(vague, weighing)
    histories = vague.histories
    values = weighing.inputs.values(histories)
    for user in range(histories.rows):
        part = slice(histories.indptr[user], histories.indptr[user + 1])
        weight = max((values[part] > 0).sum(), 1) ** -weighing.activity
        for matrix, entries in ((rows.seen, values), (rows.liked, histories.strength)):
            row = matrix[[user]].toarray()[0]
            wanted = np.zeros(len(row))
            wanted[histories.numbers[part]] = np.sqrt(weight) * np.maximum(entries[part], 0)
            np.testing.assert_array_equal(row * 1024, np.round(row * 1024))
            assert np.abs(row - wanted).max() <= 0.5001 / 1024
            assert matrix[[user]].nnz == (row > 0).sum()


def test_a_row_depends_on_that_viewer_alone(vague):
    weighing = WEIGHINGS[-1]
    whole = Rows.of(vague, weighing)
    some = np.array([11, 3, 20])
    alone = Rows.of(vague.take_users(some), weighing)
    np.testing.assert_array_equal(alone.seen.toarray(), whole.take(some).seen.toarray())
    np.testing.assert_array_equal(alone.liked.toarray(), whole.take(some).liked.toarray())


def test_rows_on_other_items_move_their_columns(vague):
    rows = Rows.of(vague, WEIGHINGS[2])
    items = Vocabulary(pl.Series(["new", *vague.items.take(np.array([7, 2, 5]))]))
    moved = rows.on(items)
    for before, after in ((rows.seen, moved.seen), (rows.liked, moved.liked)):
        np.testing.assert_array_equal(after.toarray()[:, 1:], before.toarray()[:, [7, 2, 5]])
        assert not after.toarray()[:, 0].any()
        assert after.has_sorted_indices


@pytest.mark.parametrize("weighing", WEIGHINGS, ids=str)
def test_sums_are_those_of_exact_integers(vague, weighing):
    rows = Rows.of(vague, weighing)
    Z, X = ((m.toarray() * 1024).astype(np.int64) for m in (rows.seen, rows.liked))
    np.testing.assert_array_equal(rows.squares() * 2**20, np.triu(Z.T @ Z))
    np.testing.assert_array_equal(rows.products() * 2**20, Z.T @ X)
    found = Statistic.of(rows)
    seen = Z.any(axis=0)
    assert found.items.ids.to_list() == vague.items.take(np.flatnonzero(seen))
    np.testing.assert_array_equal(found.likes, (X > 0).sum(axis=0)[seen])
    np.testing.assert_array_equal(found.squares.toarray() * 2**20, np.triu(Z.T @ Z)[seen][:, seen])
    assert (found.products is None) == weighing.inputs.likes_only
    if found.products is not None:
        np.testing.assert_array_equal(found.products.toarray() * 2**20, (Z.T @ X)[seen][:, seen])


@pytest.mark.parametrize("block", [1, 7])
def test_blocks_of_any_size_give_the_same_sums(vague, block, monkeypatch):
    whole = Statistic.of(Rows.of(vague, WEIGHINGS[2]))
    monkeypatch.setattr("matinee.models.exact._BLOCK", block)
    same(Statistic.of(Rows.of(vague, WEIGHINGS[2])), whole)


SOLVED = [
    *LINEAR,
    "ease:dtype=float32",
    "linear:dtype=float32",
    "linear:neutral=0,disliked=0",
    "linear:activity=0.5,side=0.1,least=4",
]


@pytest.mark.parametrize("text", SOLVED)
def test_solving_the_kept_statistic_is_fitting(vague, text):
    _, recipe = recipe_from_text(text)
    kept = Statistic.of(Rows.of(vague, recipe.needs.weighing))
    found = recipe.solve(kept.sums(recipe, vague), vague)
    expected = recipe.fit(vague, rng())
    assert found.items == expected.items
    np.testing.assert_array_equal(found.weights, expected.weights)
    gathered_ = gathered(recipe, vague)
    np.testing.assert_array_equal(kept.sums(recipe, vague).squares, gathered_.squares)
    np.testing.assert_array_equal(kept.sums(recipe, vague).likes, gathered_.likes)


def steps() -> st.SearchStrategy[list[list[int]]]:
    """Viewers who come if they are not there and go if they are, some at a time."""
    return st.lists(st.lists(st.integers(0, 39), min_size=1, max_size=9, unique=True), max_size=8)


@settings(deadline=None, max_examples=15)
@given(st.sampled_from(SOLVED), st.sets(st.integers(0, 39), max_size=40), steps())
def test_viewers_who_come_and_go_leave_the_statistic_of_a_refit(vague, text, start, changes):
    _, recipe = recipe_from_text(text)
    weighing = recipe.needs.weighing

    def of(viewers: set[int]) -> Statistic:
        some = vague.take_users(np.array(sorted(viewers), np.int64))
        return Statistic.of(Rows.of(some, weighing))

    there = set(start)
    kept = of(there)
    for changed in changes:
        gone, come = there & set(changed), set(changed) - there
        kept = kept.minus(of(gone), vague.items).plus(of(come), vague.items)
        there = (there - gone) | come
        same(kept, of(there))
    left = vague.take_users(np.array(sorted(there), np.int64))
    if not (left.histories.strength > 0).any():
        return
    found = recipe.solve(kept.sums(recipe, left), left)
    expected = recipe.fit(left, rng())
    assert found.items == expected.items
    scale = max(float(np.abs(expected.weights).max()), 1e-30)
    assert np.abs(found.weights - expected.weights).max() <= 1e-5 * scale


def test_new_films_in_a_new_order_change_nothing_but_their_place(vague):
    kept = Statistic.of(Rows.of(vague, WEIGHINGS[2]))
    turned = Vocabulary(pl.concat([pl.Series(["new"]), kept.items.ids.reverse()]))
    moved = kept.on(turned)
    back = np.arange(len(kept.items), 0, -1)
    full, there = kept.squares.toarray(), moved.squares.toarray()
    full, there = full + np.triu(full, 1).T, there + np.triu(there, 1).T
    np.testing.assert_array_equal(there[back][:, back], full)
    products = moved.products.toarray()
    np.testing.assert_array_equal(products[back][:, back], kept.products.toarray())
    assert not there[0].any()
    same(moved.on(kept.items), kept)


def test_its_arrays_give_it_back_and_damaged_ones_are_refused(vague):
    kept = Statistic.of(Rows.of(vague, WEIGHINGS[2]))
    arrays = kept.arrays()
    same(Statistic.from_arrays(kept.items, arrays), kept)
    for name, array in arrays.items():
        with pytest.raises(InputError, match="expected"):
            Statistic.from_arrays(kept.items, arrays | {name: array[:-1]})
    flipped = kept.squares.T.tocsr()
    below = dict(
        zip(("squares_columns", "squares_starts"), (flipped.indices, flipped.indptr), strict=True)
    )
    with pytest.raises(InputError, match="nothing below the diagonal"):
        Statistic.from_arrays(kept.items, arrays | below)


def test_statistics_of_other_viewers_differ(vague):
    kept = Statistic.of(Rows.of(vague, WEIGHINGS[0]))
    busiest = int(np.argmax(vague.histories.lengths))
    others = np.delete(np.arange(len(vague.users)), busiest)
    without = Statistic.of(Rows.of(vague.take_users(others), WEIGHINGS[0]))
    assert kept.difference(without) > 0
