"""The application with its pages, on a database of each test's own."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from tests.conftest import tables
from tests.service.conftest import fill
from tests.web.browser import chromium, site, visit  # noqa: F401

from matinee.settings import Settings
from matinee.store.access import make_api_key
from matinee.store.database import sqlite_url
from matinee.store.events import EventLog
from matinee.web.app import create_app
from matinee.web.identity import COOKIE, cookie_of

HTML = {"Accept": "text/html"}


@dataclass
class Pages:
    """A browser without scripts."""

    client: TestClient
    settings: Settings

    def be(self, user_id: str) -> None:
        """Look as this viewer from now on."""
        self.client.cookies.clear()
        self.client.cookies.set(COOKIE, cookie_of(self.key, user_id, int(time.time())))

    def see(self, path: str, status: int = 200) -> str:
        found = self.client.get(path, headers=HTML)
        assert found.status_code == status, found.text
        return found.text

    def post(self, path: str, **fields: Any) -> httpx.Response:
        """Send a form as a browser does that was shown the first page."""
        fields.setdefault("token", self.token())
        return self.client.post(path, data=fields, headers=HTML, follow_redirects=False)

    def token(self) -> str:
        found = re.search(r'data-token="([^"]+)"', self.see("/list"))
        assert found is not None
        return found[1]

    def events(self, user_id: str) -> list[dict[str, Any]]:
        return self.log.of_viewer(user_id).to_dicts()

    @property
    def log(self) -> EventLog:
        log: EventLog = self.client.app.state.worker.live.served.log  # type: ignore[attr-defined]
        return log

    @property
    def key(self) -> Any:
        return self.client.app.state.worker.store.key  # type: ignore[attr-defined]


def films_on(html: str) -> list[str]:
    """The ids of the cards of a page."""
    return [unescape(film) for film in re.findall(r'<li class="card" data-film="([^"]+)"', html)]


@pytest.fixture
def open_pages(tmp_path: Path) -> Iterator[Callable[..., Pages]]:
    """Starts the application; it ends with the test."""
    clients = []

    def start(model: str | None = "ease", filled: bool = True, **more: Any) -> Pages:
        database = SecretStr(sqlite_url(tmp_path))
        settings = Settings(home=tmp_path, database_url=database, **more)
        if filled:
            fill(settings, tables(), model)
        client = TestClient(create_app(settings), raise_server_exceptions=False)
        client.__enter__()
        clients.append(client)
        return Pages(client, settings)

    yield start
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def pages(open_pages: Callable[..., Pages]) -> Pages:
    """The pages of a service with a model."""
    return open_pages()


@pytest.fixture
def enter() -> Callable[[Pages], Pages]:
    """Enters the studio with a key of its own."""

    def entered(pages: Pages) -> Pages:
        database = pages.client.app.state.worker.store.database  # type: ignore[attr-defined]
        key = make_api_key(database, "owner", "admin", int(time.time()))
        answer = pages.post("/studio/enter", key=key)
        assert answer.headers["location"] == "/studio"
        return pages

    return entered


@pytest.fixture
def inside(pages: Pages, enter: Callable[[Pages], Pages]) -> Pages:
    """The pages, seen by somebody who has entered."""
    return enter(pages)
