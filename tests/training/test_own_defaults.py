"""What a search found is kept for exactly its data, and read back or refused."""

from pathlib import Path

import pytest

from matinee.dataset import Dataset
from matinee.errors import ArtefactError, InputError
from matinee.store.workspace import Workspace
from matinee.training.own_defaults import keep_own_defaults, own_default


def test_a_recipe_is_kept_beside_others_and_forgotten_alone(data: Dataset, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert own_default(workspace, data, "ease") is None
    keep_own_defaults(workspace, data, {"ease": {"recipe": "ease:ridge=7.0"}, "als": None})
    keep_own_defaults(workspace, data, {"bm25": {"recipe": "bm25:k1=2.0"}})
    assert own_default(workspace, data, "ease") == "ease:ridge=7.0"
    keep_own_defaults(workspace, data, {"ease": None})
    assert own_default(workspace, data, "ease") is None
    assert own_default(workspace, data, "bm25") == "bm25:k1=2.0"
    assert [path.name for path in (tmp_path / "tuned").iterdir()] == ["lopsided.json"]


def test_it_holds_for_exactly_that_data(data: Dataset, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    keep_own_defaults(workspace, data, {"ease": {"recipe": "ease:ridge=7.0"}})
    other = data.with_histories(data.histories.where(data.histories.numbers != 3))
    assert own_default(workspace, other, "ease") is None
    keep_own_defaults(workspace, other, {"bm25": {"recipe": "bm25:k1=2.0"}})
    assert own_default(workspace, data, "ease") is None  # what is known of other data goes


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no json",
        b"[]",
        b"{}",
        b'{"recipes": {"ease": 3}, "fingerprint": "x"}',
        b'{"recipes": [1], "fingerprint": "x"}',
        b'{"recipes": {"ease": {"recipe": 3}}, "fingerprint": "x"}',
        b"\xff",
    ],
)
def test_a_damaged_file_is_one_line_and_made_anew(
    data: Dataset, tmp_path: Path, content: bytes
) -> None:
    workspace = Workspace(tmp_path)
    path = keep_own_defaults(workspace, data, {"ease": {"recipe": "ease:ridge=7.0"}})
    path.write_bytes(content)
    with pytest.raises(ArtefactError, match="expected what 'matinee tune' wrote, got") as raised:
        own_default(workspace, data, "ease")
    assert "\n" not in str(raised.value)
    keep_own_defaults(workspace, data, {"ease": {"recipe": "ease:ridge=8.0"}})
    assert own_default(workspace, data, "ease") == "ease:ridge=8.0"


def test_a_recipe_that_is_none_is_refused(data: Dataset, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    keep_own_defaults(workspace, data, {"ease": {"recipe": "ease:rigde=7.0"}})
    with pytest.raises(ArtefactError, match="rigde"):
        own_default(workspace, data, "ease")


def test_a_workspace_that_cannot_be_written_to_is_a_message(data: Dataset, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    with pytest.raises(InputError, match="MATINEE_HOME: expected a folder that can be written to"):
        keep_own_defaults(Workspace(tmp_path / "home"), data, {})
