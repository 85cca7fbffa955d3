"""What a ranker learns from is apart from what it is looked at on."""

import numpy as np
import pytest

from matinee.dataset import Dataset, viewer_stages
from matinee.errors import InputError
from matinee.training.lessons import lessons


def test_few_viewers_in_time_are_parted_by_viewers(data: Dataset) -> None:
    found = lessons(data)
    assert found.how == "viewers"
    kept = set(found.kept.truth.user_ids)
    assert kept
    for stage in found.stages:
        learnt, asked = set(stage.train.users.ids), set(stage.truth.user_ids)
        assert not kept & (learnt | asked)
        assert not learnt & asked
    assert found.chooser.stage is found.stages[0]


def test_viewer_stages_ask_each_viewer_once_and_hide_likes(data: Dataset) -> None:
    stages = viewer_stages(data, np.random.default_rng(0), 4)
    asked = [user for stage in stages for user in stage.truth.user_ids]
    assert len(asked) == len(set(asked))
    likes = np.bincount(
        data.histories.entry_rows[data.histories.strength > 0], minlength=len(data.users)
    )
    assert len(asked) == int((likes >= 5).sum())
    for stage in stages:
        assert (stage.truth.strength > 0).all()
        assert len(stage.train.users) + stage.truth.rows == len(data.users)
        shown = stage.histories.entry_rows * 1000 + stage.histories.numbers
        hidden = stage.truth.entry_rows * 1000 + stage.truth.numbers
        assert not np.isin(hidden, shown).any()


def test_fewer_viewers_than_folds_are_refused(data: Dataset) -> None:
    with pytest.raises(InputError, match="expected at least 5 viewers with five likes, got"):
        viewer_stages(data.take_users(np.arange(3)), np.random.default_rng(0))
