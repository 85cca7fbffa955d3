"""What a service writes of itself names nobody: its log, its measurements, its snapshots."""

import base64
import hashlib
import json
import logging
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import polars as pl
from pydantic import SecretStr
from tests.service.conftest import event, fill
from tests.service.test_process import Process, run

from matinee.schema import Tables
from matinee.service.envelope import JsonLines
from matinee.settings import Settings
from matinee.store.key import Key
from matinee.store.lake import read_lake, snapshot
from matinee.store.opening import open_store

__all__ = ["run"]

VIEWER = "viewer-recognisable-4711"
SESSION = "session-recognisable-4712"
FILM = "film-recognisable-4713"
SEARCHED = "searchedfor4714"
FORWARDED = "203.0.113.77"
ADDRESS = "127.0.0.77"  # whence the requests come, on this machine
AGENT = "browser-recognisable-4715"
SECRET = "a secret that is recognisable 4716"
_NEW = {"item_id": FILM, "title": "Recognisable 4717", "year": 2026, "genres": ["Drama"]}


def exercise(client: httpx.Client, keys: dict[str, str]) -> list[str]:
    """Ask for everything, rightly and wrongly; the tokens that were given out."""
    admin = {"Authorization": f"Bearer {keys['admin']}"}
    token = client.post("/v1/tokens", headers=admin, json={"user_id": VIEWER}).json()["token"]
    own = {"Authorization": f"Bearer {token}"}
    wrong = {"Authorization": f"Bearer {token[:-3]}xyz"}
    likes = [event("like", film, user_id=VIEWER) for film in ("m11", "m12", "m13", "m14")]
    opened = [event("open", "m12", session_id=SESSION)]
    asked: list[tuple[str, str, dict[str, str], object]] = [
        ("PUT", "/v1/films", admin, {"films": [_NEW]}),
        ("POST", "/v1/events", admin, {"events": [*likes, *opened]}),
        ("POST", "/v1/events", admin, {"events": [event("like", FILM + "x", user_id=VIEWER)]}),
        ("POST", "/v1/events", admin, {"events": VIEWER}),
        ("GET", f"/v1/page?user_id={VIEWER}", own, None),
        ("GET", f"/v1/page?session_id={SESSION}", admin, None),
        ("GET", f"/v1/page?user_id={VIEWER}&rows={SEARCHED}", own, None),
        ("GET", "/v1/page?user_id=somebody-else", own, None),
        ("GET", f"/v1/page?user_id={VIEWER}", wrong, None),
        ("GET", f"/v1/recommendations?user_id={VIEWER}&genre={SEARCHED}", own, None),
        ("GET", f"/v1/films/{FILM}/explanation?user_id={VIEWER}", admin, None),
        ("GET", f"/v1/films/{FILM}x/similar", admin, None),
        ("GET", f"/v1/search?q={SEARCHED}", admin, None),
        ("PUT", f"/v1/users/{VIEWER}/ratings/m11", own, {"rating": 4.5}),
        ("PUT", f"/v1/users/{VIEWER}/ratings/m11", own, {"rating": 99}),
        ("PUT", f"/v1/users/{VIEWER}/consent", own, {"experiments": False}),
        ("GET", f"/v1/users/{VIEWER}/taste", own, None),
        ("GET", f"/v1/users/{VIEWER}/export", own, None),
        ("GET", f"/v1/nothing/{VIEWER}", own, None),
        ("GET", f"/{SEARCHED}?token={token}", {}, None),
        ("GET", f"/search?q={SEARCHED}", {}, None),
        ("PATCH", f"/v1/users/{VIEWER}/taste", own, None),
        ("DELETE", f"/v1/users/{VIEWER}", own, None),
        ("DELETE", f"/v1/users/{VIEWER}", admin, None),
        ("GET", f"/v1/page?user_id={VIEWER}", admin, None),
    ]
    statuses = set()
    for method, path, headers, body in asked:
        statuses.add(client.request(method, path, headers=headers, json=body).status_code)
    assert {200, 202, 401, 403, 404, 405, 422} <= statuses
    assert not [status for status in statuses if status >= 500]
    return [token, *keys.values()]


def test_the_log_and_the_measurements_name_nobody(
    run: Callable[..., Process], lately: Tables, tmp_path: Path, url: str
) -> None:
    settings = Settings(home=tmp_path, database_url=SecretStr(url))
    keys = fill(settings, lately)
    server = run()
    store = open_store(settings)
    words = [VIEWER, SESSION, FILM, SEARCHED, FORWARDED, ADDRESS, AGENT, "Recognisable 4717"]
    words += [store.key.pseudonym(VIEWER), store.key.tombstone(VIEWER), store.key.secret.decode()]
    store.database.close()
    client = httpx.Client(
        base_url=server.client.base_url,
        transport=httpx.HTTPTransport(local_address=ADDRESS),
        headers={"X-Forwarded-For": FORWARDED, "User-Agent": AGENT},
        timeout=30,
    )
    with client:
        words += exercise(client, keys)
        time.sleep(0.2)
        measured = client.get("/metrics").text
    assert server.end() == 0
    log = server.errors.read_text()
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert len([line for line in lines if "route" in line]) >= 26
    assert {line["route"] for line in lines if "route" in line} >= {
        "/v1/page",
        "/v1/users/{user_id}",
        "/v1/films/{item_id}/explanation",
        "unknown",
    }
    for text in (log, measured):
        assert [word for word in words if word in text] == []


def test_the_words_of_an_error_are_not_logged() -> None:
    """An exception may quote what a viewer sent; where it came from is enough to mend it."""
    try:
        raise ValueError(f"{VIEWER} searched for {SEARCHED}")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("matinee", logging.ERROR, "x.py", 1, "failed", (), info)
    line = json.loads(JsonLines().format(record))
    assert line["failure"].startswith("ValueError at ")
    assert VIEWER not in json.dumps(line)
    assert SEARCHED not in json.dumps(line)


def test_snapshots_hold_pseudonyms_that_only_the_key_makes(
    lately: Tables, tmp_path: Path, url: str
) -> None:
    settings = Settings(home=tmp_path, database_url=SecretStr(url), secret=SecretStr(SECRET))
    fill(settings, lately, None)
    store = open_store(settings)
    own = [
        event("like", film, user_id=VIEWER, session_id=SESSION)
        | {"timestamp": int(time.time()) - 5}
        for film in ("m11", "m12")
    ]
    assert {answer.state for answer in store.log.append(own, int(time.time()))} == {"accepted"}
    snapshot(store.log, store.lake)
    table = read_lake(store.lake).collect()
    held = json.dumps(table.to_dicts()) + str(
        [pl.read_parquet_metadata(path) for path in store.lake.glob("*.parquet")]
    )
    files = b"".join(path.read_bytes() for path in store.lake.iterdir())
    for word in (VIEWER, SESSION, SECRET, *lately.ratings["user_id"].unique()[:9]):
        assert f'"{word}"' not in held
        assert word.encode() not in files or len(word) < 5
    assert {len(name) for name in table["user_id"]} == {32}
    mine = store.key.pseudonym(VIEWER)
    assert table.filter(user_id=mine).height == 2, "one viewer has one name"
    for digest in ("sha256", "md5", "sha1", "blake2b"):  # as whoever knows the ids would guess it
        hashed = hashlib.new(digest, VIEWER.encode())
        assert hashed.hexdigest()[:32] != mine
        assert base64.b16encode(hashed.digest()).decode().lower()[:32] != mine
    assert Key(b"another key of another database").pseudonym(VIEWER) != mine
    assert store.key.tombstone(VIEWER)[:32] != mine, "what is joined with a tombstone is nobody's"
    store.database.close()
