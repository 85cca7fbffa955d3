"""scripts/walk_erasure.py on real data: served, erased, looked for everywhere, trained again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "walk_erasure.py"
# Of each kind: solved from statistics, fitted again by a seed, of the films' contents.
MODEL = "blend:ease:dtype=float32@0.5+als:factors=8,epochs=2@0.3+soup@0.2"


@pytest.mark.data
def test_a_viewer_is_served_and_erased_without_a_trace(
    url: str, tmp_path: Path, real_data: Path
) -> None:
    command = [sys.executable, str(SCRIPT), "--home", str(tmp_path / "walk"), "--model", MODEL]
    if not url.startswith("sqlite"):
        command += ["--database", url]
    environment = os.environ | {"MATINEE_DATA": str(real_data)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stdout.endswith("no table, file or statistic knows the viewer\n")
    for said in ("was not wanted", "the certificate is valid", "trained again", "models: "):
        assert said in done.stdout
    assert "file matinee.db" in done.stdout or "table pg_stats" in done.stdout
    assert "table events" in done.stdout
