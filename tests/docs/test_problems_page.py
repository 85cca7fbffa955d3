"""docs/problems.md is what the service says when something is wrong: asked and compared here.

MATINEE_WRITE_DOCS=1 writes the page anew.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.service.conftest import JSON, Service

from matinee.errors import StoreError
from matinee.service.limits import Limit
from matinee.store.events import EventLog
from matinee.store.index import CHECK, refuse_for
from matinee.store.opening import open_store
from matinee.store.served import add_artefact

PAGE = Path(__file__).parents[2] / "docs" / "problems.md"
INTRODUCTION = """\
# When the service is asked for what cannot be

Written by `make docs`: a test asks, and compares the answers with this page. Each answer is
`application/problem+json` (RFC 9457) with `type`, `title`, `status`, `detail`, `field`, `code` and
`request_id`; `errors` has all complaints where there are several. A refused event of a batch is no
error of the request: its code and sentence stand beside it in the answer.
"""
EVENT = {"event_id": "0f8fad5b-d9cb-469f-a165-70867728950e", "user_id": "42", "item_id": "m11"}
LIKE = EVENT | {"kind": "like", "timestamp": 1_700_000_000}


def asked(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, httpx.Response]]:
    """What is done, and the answer."""
    page, ask = "/v1/page?user_id=42", service.ask
    yield "no key", ask("GET", page, key=None)
    yield "a wrong key, or one that was revoked", ask("GET", page, key="matinee_guess")
    yield "a page with a key for events", ask("GET", page, key="ingest")
    token = ask("POST", "/v1/tokens", json={"user_id": "8"}, key="serve").json()["token"]
    yield "a page with another viewer's token", ask("GET", page, key=token)
    yield "a page with a token that was changed", ask("GET", page, key=f"{token}0")
    yield "a path that is none", ask("GET", "/v1/pages")
    yield "a method that is none", ask("POST", page)
    yield "a film that is not there", ask("GET", "/v1/films/nope/similar")
    yield (
        "a list of films that are not there",
        ask("GET", "/v1/recommendations?user_id=42&include=nope"),
    )
    yield "a page of nobody", ask("GET", "/v1/page")
    yield "a page of no rows", ask("GET", f"{page}&rows=0")
    yield "a genre that is none", ask("GET", "/v1/recommendations?user_id=42&genre=Drams")
    yield "a body that is no JSON", ask("POST", "/v1/events", content=b"{", headers=JSON)
    yield "a body that is not said to be JSON", ask("POST", "/v1/events", content=b"{}")
    yield "a body without events", ask("POST", "/v1/events", json={})
    big: Any = iter([b" " * 600_000] * 200)
    yield "a body of 100 MB", ask("POST", "/v1/events", content=big, headers=JSON)
    rating = {"json": {"rating": 9}}
    yield "a rating off the scale", ask("PUT", "/v1/users/42/ratings/m11", **rating)
    film = {"json": {"films": [{"item_id": "x", "titel": "X"}]}}
    yield "a film with a field that is none", ask("PUT", "/v1/films", **film)
    yield "a version that is none", ask("POST", "/v1/models/20261126-181503-3f2a/live")
    worker = service.client.app.state.worker  # type: ignore[attr-defined]
    worker.key_limit = Limit(2, 5)
    answers = [ask("GET", page) for _ in range(50)]
    yield "a page, asked for too often", next(a for a in answers if a.status_code == 429)
    worker.key_limit = Limit(0, 5)
    database = open_store(service.settings).database
    add_artefact(database, "20261126-181503-3f2a", "", {}, 0)
    reason = "expected at least 200 held-out viewers who like a film that was hidden, got 61"
    refuse_for(database, "20261126-181503-3f2a", CHECK, reason)
    database.close()
    yield "a version that was refused", ask("POST", "/v1/models/20261126-181503-3f2a/live")

    def away(*_: object) -> None:
        raise StoreError("away")

    monkeypatch.setattr(EventLog, "append", away)
    yield "events while the database is away", ask("POST", "/v1/events", json={"events": [LIKE]})
    monkeypatch.setattr(EventLog, "append", lambda *_: 1 / 0)
    yield "what nobody foresaw", ask("POST", "/v1/events", json={"events": [LIKE]})


def refused(service: Service) -> Iterator[tuple[str, dict[str, Any]]]:
    """An event that is refused, and what is said of it."""
    cases = {
        "a kind that is none": {"kind": "adore"},
        "no UUID": {"event_id": "7"},
        "no viewer": {"user_id": None},
        "no film": {"item_id": None},
        "milliseconds": {"timestamp": 4_000_000_000_000},
        "before 1990": {"timestamp": 7},
        "a field that is none": {"stars": 3},
        "a rating off the scale": {"kind": "rate", "value": 9},
    }
    answers = service.send(*(LIKE | change for change in cases.values()))["events"]
    yield from zip(cases, answers, strict=True)


def test_the_page_is_what_the_service_says(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [
        f"| {what} | `{answer['code']}` | {answer['reason']} |"
        for what, answer in refused(service)
        if answer["state"] == "refused"
    ]
    assert len(events) == 8
    rows = []
    for what, answer in asked(service, monkeypatch):
        said = answer.json()
        assert answer.status_code >= 400
        assert answer.headers["content-type"] == "application/problem+json"
        rows.append(f"| {what} | {said['status']} | `{said['code']}` | {said['detail']} |")
    page = "\n".join(
        [
            INTRODUCTION,
            "| asked | status | code | detail |\n|---|---|---|---|",
            *rows,
            "\n## Events that are refused\n\n| an event with | code | reason |\n|---|---|---|",
            *events,
        ]
    )
    page += "\n"
    if os.environ.get("MATINEE_WRITE_DOCS"):
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page, "run make docs"
