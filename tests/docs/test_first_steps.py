"""docs/first_steps.ipynb runs from top to bottom and shows what it says."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[2] / "docs" / "first_steps.ipynb"


@pytest.mark.data
# The kernel's own machinery, not ours, leaves these behind.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_notebook_runs_and_shows_what_it_says(
    real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATINEE_DATA", str(real_data))
    monkeypatch.setenv("MATINEE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    kept = nbformat.read(NOTEBOOK, as_version=4)
    run = NotebookClient(nbformat.from_dict(kept), timeout=300, resources={}).execute()
    if os.environ.get("MATINEE_WRITE_DOCS"):
        for cell in run.cells:
            cell.metadata = {}
        run.metadata = {"kernelspec": kept.metadata["kernelspec"]}
        nbformat.write(run, NOTEBOOK)
        kept = run
    for cell, again in zip(kept.cells, run.cells, strict=True):
        if cell.cell_type == "code":
            assert printed(again) == printed(cell), cell.source


def printed(cell: nbformat.NotebookNode) -> str:
    """What a cell wrote as plain text: the pictures and tables follow from the same values."""
    return "".join(o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stdout")
