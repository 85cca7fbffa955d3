"""A service whose answers the pages of docs/ show."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from tests.conftest import tables
from tests.service.conftest import Service, fill

from matinee.service.app import create_app
from matinee.settings import Settings
from matinee.store.database import sqlite_url


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """One on a database of its own; what it shows does not hang on who made it."""
    settings = Settings(home=tmp_path, database_url=SecretStr(sqlite_url(tmp_path)))
    keys = fill(settings, tables(), "popularity")
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield Service(client, settings, keys, tables())
