"""The wheel carries everything it needs: it is installed and run outside the clone."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_runs_outside_the_clone(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index"]
    subprocess.run([*install, "--target", str(target), str(wheel)], check=True)
    environment = os.environ | {"PYTHONPATH": str(target), "MATINEE_HOME": str(tmp_path / "home")}
    where = [sys.executable, "-c", "import matinee; print(matinee.__file__)"]
    found = subprocess.run(
        where, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    )
    assert Path(found.stdout.strip()).is_relative_to(target)
    ask = [sys.executable, "-m", "matinee", "similar", "Alien", "--data", "starter", "--json"]
    answer = subprocess.run(
        ask, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    )
    assert len(json.loads(answer.stdout)["items"]) == 10
    ask = [sys.executable, "-m", "matinee", "database", "upgrade", "--json"]
    environment = {k: v for k, v in environment.items() if k != "MATINEE_DATABASE_URL"}
    made = subprocess.run(
        ask, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    )
    assert json.loads(made.stdout)["revision"]


def test_the_wheel_holds_code_and_starter_data_alone(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert all(name.startswith(("matinee/", "matinee-")) for name in names)
    assert "matinee/py.typed" in names
    assert any(name.endswith("LICENSE") for name in names)
    assert sum(info.file_size for info in zipfile.ZipFile(wheel).infolist()) < 5_000_000
