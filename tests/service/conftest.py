"""A service of each test's own, on either database."""

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from tests.conftest import tables
from tests.service.buckets import bucket  # noqa: F401

from matinee import training
from matinee.dataset import Dataset
from matinee.schema import Tables
from matinee.service.app import create_app
from matinee.settings import Settings
from matinee.store.access import make_api_key
from matinee.store.catalogue import import_tables, read_tables
from matinee.store.opening import open_store
from matinee.store.workspace import Workspace

JSON = {"Content-Type": "application/json"}
YEAR = 365 * 86_400


@dataclass
class Service:
    """A client of a running application, with keys of each scope."""

    client: TestClient
    settings: Settings
    keys: dict[str, str]
    tables: Tables

    def ask(self, method: str, path: str, key: str | None = "admin", **more: Any) -> httpx.Response:
        headers = dict(more.pop("headers", {}))
        if key is not None:
            headers["Authorization"] = f"Bearer {self.keys.get(key, key)}"
        return self.client.request(method, path, headers=headers, **more)

    def page(self, user_id: str, **more: Any) -> dict[str, Any]:
        found = self.ask("GET", "/v1/page", params={"user_id": user_id, **more})
        assert found.status_code == 200, found.text
        document: dict[str, Any] = found.json()
        return document

    def send(self, *events: dict[str, Any]) -> dict[str, Any]:
        found = self.ask("POST", "/v1/events", json={"events": list(events)})
        assert found.status_code == 202, found.text
        document: dict[str, Any] = found.json()
        return document


def event(kind: str, item_id: str | None = None, **more: Any) -> dict[str, Any]:
    """An event of now."""
    made = {"event_id": secrets.token_hex(16), "kind": kind, "timestamp": int(time.time())}
    return made | ({} if item_id is None else {"item_id": item_id}) | more


def films_of(page: dict[str, Any], *, but: tuple[str, ...] = ()) -> list[str]:
    """The films on a page, of all rows but those of these kinds."""
    rows = [row for row in page["rows"] if row["kind"] not in but]
    return [card["item_id"] for row in rows for card in row["cards"]]


def fill(settings: Settings, tables: Tables, model: str | None = "ease") -> dict[str, str]:
    """Put tables into the database of the settings, train, and make a key of each scope."""
    store = open_store(settings)
    now = int(time.time())
    import_tables(store.database, store.key, tables, now - 60)
    if model is not None:
        data = Dataset.from_tables(read_tables(store.database))
        folder = Workspace(settings.home).model_folder("database", model)
        training.save(training.fit(model, data, 0), folder, data)
    keys = {
        scope: make_api_key(store.database, f"test {scope}", scope, now)
        for scope in ("ingest", "serve", "admin")
    }
    store.database.close()
    return keys


@pytest.fixture
def lately() -> Tables:
    """The lopsided tables, as if they were of the last year."""
    shift = int(time.time()) - YEAR // 2
    found = tables()
    ratings = found.ratings.with_columns(pl.col("timestamp") - 2_000_000 + shift)
    return replace(found, ratings=ratings)


@pytest.fixture
def serve(url: str, tmp_path: Path, lately: Tables) -> Iterator[Callable[..., Service]]:
    """Starts services on the test's database; they end with the test."""
    clients = []

    def start(model: str | None = "ease", **more: Any) -> Service:
        settings = Settings(home=tmp_path, database_url=SecretStr(url), **more)
        keys = fill(settings, lately, model)
        client = TestClient(create_app(settings), raise_server_exceptions=False)
        client.__enter__()
        clients.append(client)
        return Service(client, settings, keys, lately)

    yield start
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def service(serve: Callable[..., Service]) -> Service:
    """One service with a model."""
    return serve()
