"""A real browser on a service of its own: fixtures of the journeys."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from matinee import training
from matinee.cli.demo_service import fill
from matinee.dataset import Dataset
from matinee.settings import Settings
from matinee.simulation import starter
from matinee.store.access import make_api_key
from matinee.store.key import read_key
from matinee.store.opening import open_store
from matinee.web.identity import COOKIE, cookie_of

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
STARTS_S = 180  # of a busy machine


@dataclass
class Site:
    """`matinee serve` with the starter data, as the demo has it."""

    url: str
    home: Path

    def events(self, user_id: str) -> list[dict[str, Any]]:
        """What the database has of a viewer."""
        store = open_store(Settings(home=self.home, database_url=None))
        found = store.log.of_viewer(user_id).to_dicts()
        store.database.close()
        return found


@dataclass
class Visit:
    """A browser's window, and what went wrong in it."""

    site: Site
    context: Any
    page: Any
    wrong: list[str] = field(default_factory=list)

    def see(self, path: str) -> Any:
        """The page at a path, settled."""
        self.page.goto(self.site.url + path, wait_until="networkidle")
        return self.page

    def enter_studio(self) -> Any:
        """The studio's first page, entered with a key of this visit's own."""
        store = open_store(Settings(home=self.site.home, database_url=None))
        key = make_api_key(store.database, "visit", "admin", int(time.time()))
        store.database.close()
        self.see("/studio")
        self.page.get_by_label("Admin key").fill(key)
        self.page.get_by_role("button", name="Enter").click()
        self.page.get_by_role("heading", name="Data", level=1).wait_for()
        return self.page

    @property
    def viewer(self) -> str:
        """Who the pages take the visitor for."""
        found: str = self.page.locator("body").get_attribute("data-viewer")
        return found


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright; in CI it has to be there."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if os.environ.get("CI") != "true":
        pytest.importorskip("playwright", reason="Playwright is not installed")
        if path is None:
            pytest.skip("no Chromium: set CHROMIUM or put chromium on the PATH")
    from playwright.sync_api import sync_playwright

    assert path, "CI needs Chromium: set CHROMIUM or put chromium on the PATH"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The service, on a free port; it ends with the tests."""
    home = tmp_path_factory.mktemp("site")
    tables = starter()
    fill(home, tables, training.fit("ease", Dataset.from_tables(tables), 0))
    with serving(home) as url:
        yield Site(url, home)


@contextmanager
def serving(home: Path, **more: str) -> Iterator[str]:
    """`matinee serve` on a free port, with more in its environment; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"MATINEE_HOME": str(home), "MATINEE_DATABASE_URL": ""}
    environment |= {"MATINEE_SIMULATED_VIEWERS": "true"} | more
    with (home / "serve.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "matinee", "serve", "--port", str(port)],
            cwd=home,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def visit(chromium: Any, site: Site) -> Iterator[Callable[..., Visit]]:
    """Opens windows; at the end nothing went wrong in any of them, and none asked elsewhere."""
    visits: list[Visit] = []

    def opened(viewer: str | None = None, **more: Any) -> Visit:
        context = chromium.new_context(**({"viewport": DESKTOP} | more))
        context.set_default_timeout(20_000)
        if viewer is not None:
            key = read_key(site.home, None)
            value = cookie_of(key, viewer, int(time.time()))
            context.add_cookies([{"name": COOKIE, "value": value, "url": site.url}])
        found = Visit(site, context, context.new_page())
        _watch(found)
        visits.append(found)
        return found

    yield opened
    wrong = [each for one in visits for each in one.wrong]
    for one in visits:
        one.context.close()
    assert wrong == []


def _watch(visit: Visit) -> None:
    def told(message: Any) -> None:
        if message.type in ("error", "warning"):
            visit.wrong.append(f"console: {message.text}")

    def asked(request: Any) -> None:
        if not request.url.startswith((visit.site.url, "data:", "blob:")):
            visit.wrong.append(f"asked elsewhere: {request.url}")

    visit.page.on("console", told)
    visit.page.on("pageerror", lambda error: visit.wrong.append(f"script: {error}"))
    visit.page.on("request", asked)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTS_S
    while time.monotonic() < until:
        assert process.poll() is None, "the service ended before it answered"
        try:
            if httpx.get(f"{url}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the service did not answer in {STARTS_S} s")
