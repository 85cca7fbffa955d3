"""Reports written once, and a browser to look at them with."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from matinee.exploration import explore
from matinee.reports import write_exploration
from matinee.schema import CHANGES, QUARANTINE, Tables
from matinee.simulation import starter


@pytest.fixture(scope="session")
def odd_tables() -> Tables:
    """The starter data, with a published table whose text tries to leave its place."""
    odd = pl.DataFrame({"title": ["<script>alert(1)</script>", "</script><b>x"], "budget": [0, 7]})
    changes = pl.DataFrame([("odd", "budget", "zero is unknown", 1)], schema=CHANGES, orient="row")
    broken = [("odd.csv", 3, "title", "", "no title", "")]
    return replace(
        starter(),
        name="starter </title><script>",
        published={"odd": odd},
        changes=changes,
        quarantine=pl.DataFrame(broken, schema=QUARANTINE, orient="row"),
    )


@pytest.fixture(scope="session")
def report(odd_tables, tmp_path_factory) -> Path:
    """The page of `odd_tables`."""
    return write_exploration(explore(odd_tables), tmp_path_factory.mktemp("report") / "new")


@pytest.fixture(scope="session")
def dom(tmp_path_factory) -> Callable[[Path], str]:
    """The document that a page becomes in headless Chromium without a network."""
    browser = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if browser is None and os.environ.get("CI") != "true":
        pytest.skip("no Chromium: set CHROMIUM or put chromium on the PATH")
    assert browser, "CI needs Chromium: set CHROMIUM or put chromium on the PATH"

    def loaded(page: Path) -> str:
        options = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--virtual-time-budget=10000",
            "--window-size=1280,3000",
            "--dump-dom",
        ]
        profile = tmp_path_factory.mktemp("profile")
        unreachable = "--host-resolver-rules=MAP * ~NOTFOUND"
        done = subprocess.run(
            [browser, *options, unreachable, f"--user-data-dir={profile}", page.as_uri()],
            capture_output=True,
            timeout=120,
            check=True,
        )
        return done.stdout.decode()

    return loaded
