"""The ledger: a viewer's row is known as long as it counts, and not a moment longer."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.dataset import Dataset
from matinee.errors import ArtefactError
from matinee.models.blend import Blend
from matinee.models.statistic import Inputs, Weighing
from matinee.store.workspace import Workspace
from matinee.training.learnt import Learnt, keep_statistics, linear_parts

WEIGHINGS = [Weighing(), Weighing(activity=0.3), Weighing(Inputs(0.5, 0.3), 0.1)]


def same(found: Learnt, expected: Learnt) -> None:
    assert found.statistic.difference(expected.statistic) == 0
    assert found.weighing == expected.weighing
    assert found.users == expected.users
    for ours, theirs in (
        (found.rows.seen, expected.rows.seen),
        (found.rows.liked, expected.rows.liked),
    ):
        np.testing.assert_array_equal(ours.toarray(), theirs.toarray())
    ours, theirs = found.statistic.arrays(), expected.statistic.arrays()
    for name, array in ours.items():
        np.testing.assert_array_equal(array, theirs[name], err_msg=name)


def without(data: Dataset, viewers: list[int]) -> Dataset:
    """The data as it would have been read, had these viewers never been there."""
    return data.take_users(np.setdiff1d(np.arange(len(data.users)), viewers))


@settings(deadline=None, max_examples=25)
@given(
    st.sampled_from(WEIGHINGS),
    st.lists(st.integers(0, 39), min_size=1, max_size=12, unique=True),
    st.integers(0, 2**32 - 1),
)
def test_viewers_who_leave_return_or_change_their_minds_are_as_in_a_refit(
    data, weighing, viewers, seed
):
    ids = data.users.take(np.array(viewers))
    whole, fewer = Learnt.of(data, weighing), Learnt.of(without(data, viewers), weighing)
    same(whole.changed(ids, without(data, viewers)), fewer)
    same(fewer.changed(ids, data), whole)
    own = np.isin(data.histories.entry_rows, viewers)
    drawn = np.random.default_rng(seed).choice([-1, 0, 1], len(own)).astype(np.float32)
    strength = np.where(own, drawn, data.histories.strength)
    other = data.with_histories(replace(data.histories, strength=strength))
    same(whole.changed(ids, other), Learnt.of(other, weighing))


@pytest.mark.parametrize("weighing", WEIGHINGS, ids=str)
def test_what_was_saved_is_loaded(tmp_path, data, weighing):
    learnt = Learnt.of(data, weighing)
    learnt.save(tmp_path / "x", data)
    loaded, of = Learnt.load(tmp_path / "x")
    same(loaded, learnt)
    assert of["name"] == data.name
    ids = data.users.take(np.array([3, 11]))
    same(loaded.changed(ids, without(data, [3, 11])), Learnt.of(without(data, [3, 11]), weighing))


def test_everybody_may_leave(tmp_path, data):
    nobody = data.take_users(np.zeros(0, np.int64))
    left = Learnt.of(data, WEIGHINGS[2]).changed(data.users.ids.to_list(), nobody)
    same(left, Learnt.of(nobody, WEIGHINGS[2]))
    left.save(tmp_path / "x", nobody)
    same(Learnt.load(tmp_path / "x")[0], left)


def test_of_a_viewer_who_left_no_trace_is_stored(tmp_path, data):
    busiest = int(np.argmax(data.histories.lengths))
    name = data.users.take(np.array([busiest]))[0]
    users = pl.Series([f"viewer-{id_}" for id_ in data.users.ids])
    named = replace(data, users=type(data.users)(users))
    learnt = Learnt.of(named, WEIGHINGS[2])
    learnt.save(tmp_path / "x", named)
    secret = f'"viewer-{name}"'.encode()
    assert secret in (tmp_path / "x" / "users.npy").read_bytes()
    left = without(named, [busiest])
    learnt.changed([f"viewer-{name}"], left).save(tmp_path / "x", left)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not any(secret in path.read_bytes() for path in files)


@pytest.mark.parametrize("name", ["users.npy", "seen_values.npy", "squares_values.npy"])
def test_a_damaged_ledger_is_a_message(tmp_path, data, name):
    Learnt.of(data, WEIGHINGS[2]).save(tmp_path / "x", data)
    path = tmp_path / "x" / name
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(ArtefactError, match=f"{name}: expected .* bytes of sha256"):
        Learnt.load(tmp_path / "x")


def test_models_with_one_weighing_share_a_statistic(tmp_path: Path, data):
    workspace = Workspace(tmp_path)
    recipe = Blend(("ease", "edlae:ridge=3", "linear", "soup"), (1, 1, 1, 1))
    assert [part.kind for part in linear_parts(recipe)] == ["ease", "edlae", "linear"]
    folders = keep_statistics(workspace, data, recipe)
    assert folders[0] == folders[1] != folders[2]
    assert set(workspace.statistic_folders(data.name)) == set(folders)
    for folder in set(folders):
        learnt, _ = Learnt.load(folder)
        same(learnt, Learnt.of(data, learnt.weighing))


def test_a_statistic_of_other_data_gives_way(tmp_path: Path, data):
    workspace = Workspace(tmp_path)
    before = keep_statistics(workspace, data, Blend(("ease", "linear"), (1, 1)))
    fewer = without(data, [3])
    kept = keep_statistics(workspace, fewer, Blend(("ease",), (1,)))
    assert kept == before[:1]
    assert workspace.statistic_folders(data.name) == kept
    same(Learnt.load(kept[0])[0], Learnt.of(fewer, Weighing()))
