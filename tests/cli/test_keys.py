"""matinee keys: made once, listed without themselves, revoked."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from matinee.cli.app import app
from matinee.errors import InputError, UnknownId
from matinee.settings import read_settings
from matinee.store.access import scope_of
from matinee.store.opening import open_store


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MATINEE_HOME", str(tmp_path))
    monkeypatch.delenv("MATINEE_DATABASE_URL", raising=False)
    monkeypatch.delenv("MATINEE_SECRET", raising=False)


def now() -> int:
    return int(time.time())


def document(*arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["keys", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_key_lets_in_until_it_is_revoked() -> None:
    key = document("add", "shop", "--scope", "serve")["key"]
    store = open_store(read_settings())
    assert scope_of(store.database, key, now()) == ("shop", "serve")
    listed = document("list")["keys"]
    assert [(each["name"], each["scope"], each["revoked_at"]) for each in listed] == [
        ("shop", "serve", None)
    ]
    assert key not in json.dumps(listed)
    assert document("revoke", "shop")["revoked"] == 1
    assert scope_of(store.database, key, now() + 60) is None
    store.database.close()
    assert document("list")["keys"][0]["revoked_at"] is not None


def test_a_name_that_has_no_key_is_told() -> None:
    result = CliRunner().invoke(app, ["keys", "revoke", "nobody"])
    assert isinstance(result.exception, UnknownId)
    assert "expected the name of a key that lets in, got 'nobody'" in str(result.exception)


def test_the_tables_for_people_name_the_key_and_not_itself() -> None:
    shown = CliRunner().invoke(app, ["keys", "add", "shop", "--scope", "ingest"]).stdout.strip()
    assert shown.startswith("matinee_")
    listed = CliRunner().invoke(app, ["keys", "list"]).stdout
    assert "shop" in listed
    assert "ingest" in listed
    assert shown not in listed


def test_a_key_that_is_replaced_lets_in_for_a_while() -> None:
    old = document("add", "shop", "--scope", "serve")["key"]
    rotated = document("rotate", "shop", "--overlap", "2")
    store = open_store(read_settings())
    try:
        for key, hours, expected in (
            (old, 1, ("shop", "serve")),
            (old, 3, None),
            (rotated["key"], 1, ("shop", "serve")),
            (rotated["key"], 9_000, ("shop", "serve")),
        ):
            assert scope_of(store.database, key, now() + 3_600 * hours) == expected
        again = document("rotate", "shop", "--overlap", "48")  # the first does not live longer
        assert scope_of(store.database, old, now() + 3 * 3_600) is None
        assert scope_of(store.database, rotated["key"], now() + 3 * 3_600) == ("shop", "serve")
        assert document("revoke", "shop")["revoked"] == 3
        assert scope_of(store.database, again["key"], now() + 60) is None
    finally:
        store.database.close()


def test_only_a_key_that_lets_in_is_replaced_and_its_scope_is_plain() -> None:
    result = CliRunner().invoke(app, ["keys", "rotate", "nobody"])
    assert isinstance(result.exception, UnknownId)
    for scope in ("serve", "ingest"):
        document("add", "shop", "--scope", scope)
    result = CliRunner().invoke(app, ["keys", "rotate", "shop"])
    assert isinstance(result.exception, InputError)
    assert "expected keys of one scope, got ingest, serve" in str(result.exception)
