"""A kept policy answers as the fitted one, and what is damaged or of other data is said."""

import numpy as np
import pytest
from tests.page.conftest import dataset
from tests.ranking.policies import RANKERS, fitted_policy

from matinee.dataset import Dataset
from matinee.errors import ArtefactError
from matinee.ranking import Reranking
from matinee.training.policy_keeping import kept_policy, load_policy, save_policy


@pytest.fixture(scope="module")
def films() -> Dataset:
    return dataset()


@pytest.mark.parametrize("ranker", RANKERS, ids=lambda r: "none" if r is None else r.kind)
def test_what_is_kept_is_read_back_and_answers_alike(films, ranker, tmp_path):
    fitted = fitted_policy(films, ranker, Reranking(places=8))
    save_policy(fitted, tmp_path / "mine", films)
    assert kept_policy(tmp_path / "mine") == fitted.policy
    again = load_policy(tmp_path / "mine", films)
    assert again is not None
    before, after = (each.slate(films.histories, 10) for each in (fitted, again))
    np.testing.assert_array_equal(before.numbers, after.numbers)
    np.testing.assert_array_equal(before.scores, after.scores)
    np.testing.assert_array_equal(before.propensities, after.propensities)


def test_a_policy_of_other_data_is_not_used(films, tmp_path):
    save_policy(fitted_policy(films, None), tmp_path / "mine", films)
    other = films.with_histories(films.histories.where(films.histories.entry_rows != 3))
    assert load_policy(tmp_path / "mine", other) is None


@pytest.mark.parametrize("part", ["ranker", "model", "stars"])
def test_a_damaged_part_is_named(films, tmp_path, part):
    save_policy(fitted_policy(films, RANKERS[1]), tmp_path / "mine", films)
    array = next((tmp_path / "mine" / part).glob("*.npy"))
    array.write_bytes(array.read_bytes()[:-1] + b"?")
    with pytest.raises(ArtefactError, match=f"{array.name}: expected .* bytes of sha256"):
        load_policy(tmp_path / "mine", films)


def test_what_is_no_policy_is_refused(films, tmp_path):
    assert kept_policy(tmp_path / "nothing") is None
    with pytest.raises(ArtefactError, match="expected an artefact folder, got none"):
        load_policy(tmp_path / "nothing", films)
