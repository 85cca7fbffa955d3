"""Whatever is wrong is told as problem+json: a status, a code, a sentence, the field."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from tests.service.conftest import JSON, Service, event

from matinee.service.worker import worker_of


def told(found: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert found.status_code == status, found.text
    assert found.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = found.json()
    assert document["status"] == status
    assert document["code"] == code, document
    assert document["type"] == f"urn:matinee:problem:{code}"
    assert document["request_id"] == found.headers["x-request-id"]
    assert document["detail"]
    return document


def test_a_key_is_asked_for_and_its_scope_counts(service: Service) -> None:
    page = ("GET", "/v1/page?user_id=u5")
    assert told(service.ask(*page, key=None), 401, "no_key")["field"] == "Authorization"
    told(service.ask(*page, key="matinee_guess"), 401, "wrong_key")
    assert (
        "expected a key of scope serve, got one of ingest"
        in told(service.ask(*page, key="ingest"), 403, "wrong_scope")["detail"]
    )
    assert service.ask(*page, key="serve").status_code == 200
    events = {"events": [event("like", "m11", user_id="u5")]}
    told(service.ask("POST", "/v1/events", key="serve", json=events), 403, "wrong_scope")
    assert service.ask("POST", "/v1/events", key="ingest", json=events).status_code == 202
    told(service.ask("PUT", "/v1/films", key="serve", json={}), 403, "wrong_scope")


def test_paths_methods_and_films_that_are_not_there(service: Service) -> None:
    told(service.ask("GET", "/v1/pages"), 404, "unknown_path")
    told(service.ask("GET", "/v1/page/"), 404, "unknown_path")
    found = service.ask("POST", "/v1/page")
    told(found, 405, "method_not_allowed")
    assert found.headers["allow"] == "GET"
    listed = service.ask("GET", "/v1/users/u5/list/m11")
    told(listed, 405, "method_not_allowed")
    assert listed.headers["allow"] == "DELETE, PUT"
    for path in ("/v1/films/nope/similar", "/v1/films/nope/explanation?user_id=u5"):
        document = told(service.ask("GET", path), 404, "unknown_film")
        assert document["detail"] == "item_id: expected a film of the catalogue, got 'nope'"
    rating = service.ask("PUT", "/v1/users/u5/ratings/nope", json={"rating": 3})
    told(rating, 404, "unknown_film")


@pytest.mark.parametrize(
    ("path", "field", "detail"),
    [
        ("/v1/page", "user_id", "user_id: expected user_id or session_id, got none"),
        (
            "/v1/page?user_id=a&session_id=b",
            "user_id",
            "user_id: expected user_id or session_id, got both",
        ),
        ("/v1/page?user_id=a&rows=0", "rows", "greater than or equal to 1, got '0'"),
        ("/v1/page?user_id=a&cards=x", "cards", "a valid integer"),
        ("/v1/page?user_id=%00", "user_id", "printable characters"),
        (f"/v1/page?user_id={'a' * 129}", "user_id", "at most 128 characters"),
        ("/v1/recommendations?user_id=a&genre=Drams", "genre", "'Drama'"),
        ("/v1/search", "q", "q: expected a value, got none"),
    ],
)
def test_a_wrong_parameter_is_named(service: Service, path: str, field: str, detail: str) -> None:
    found = service.ask("GET", path)
    document = told(found, 422, found.json()["code"])
    assert document["field"] == field
    assert detail in document["detail"]


def test_a_body_that_is_no_json_or_not_as_asked_for(service: Service) -> None:
    def post(body: bytes) -> httpx.Response:
        return service.ask("POST", "/v1/events", content=body, headers=JSON)

    plain = service.ask("POST", "/v1/events", content=b"{}")
    assert told(plain, 415, "not_json")["field"] == "Content-Type"
    assert told(post(b"{"), 400, "malformed_json")["field"] == "body"
    assert told(post(b"[]"), 422, "invalid")["field"]
    assert told(post(b"{}"), 422, "invalid")["field"] == "events"
    assert told(post(b'{"events": []}'), 422, "invalid")["field"] == "events"
    many = json.dumps({"events": [{}] * 1001}).encode()
    assert "at most 1000" in told(post(many), 422, "invalid")["detail"]
    strange = told(post(b'{"events": [{}], "more": 1}'), 422, "invalid")
    assert strange["detail"] == "more: expected no such field, got it"
    assert "unicode" in told(post(b'{"events": [{}], "\\ud800": 1}'), 422, "invalid")["detail"]


def test_a_rating_off_the_scale_is_refused_with_the_scale(service: Service) -> None:
    found = service.ask("PUT", "/v1/users/u5/ratings/m11", json={"rating": 9})
    document = told(found, 422, "rating")
    assert document["detail"] == "value: expected a rating from 0.5 to 5, got 9.0"


def test_a_body_over_the_limit_is_refused_before_and_while_it_is_read(service: Service) -> None:
    body = b'{"events": [' + b" " * 1_000_000 + b"]}"
    found = service.ask("POST", "/v1/events", content=body, headers=JSON)
    assert "expected at most 1000000 bytes" in told(found, 413, "too_large")["detail"]

    def drops() -> Iterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    streamed = service.ask("POST", "/v1/events", content=drops(), headers=JSON)
    assert "got more than 1000000" in told(streamed, 413, "too_large")["detail"]


def test_what_nobody_foresaw_tells_nothing_of_the_inside(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError("the secret of viewer u5")

    service.client.app.dependency_overrides[worker_of] = broken  # type: ignore[attr-defined]
    found = service.ask("GET", "/v1/page?user_id=u5")
    told(found, 500, "internal")
    assert "secret" not in found.text
    assert "RuntimeError" not in found.text
    line = next(record.line for record in caplog.records if hasattr(record, "line"))
    assert line["failure"].startswith("RuntimeError at ")
    assert "secret" not in str(line)


def test_a_database_that_is_away_is_503_and_says_when_to_come_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    from matinee.errors import StoreError
    from matinee.store.events import EventLog

    def away(*_: object) -> None:
        raise StoreError("database postgresql://me@host: expected it to answer, got nothing")

    monkeypatch.setattr(EventLog, "append", away)
    found = service.ask("POST", "/v1/events", json={"events": [event("like", "m11", user_id="a")]})
    assert "host" not in told(found, 503, "store_unavailable")["detail"]
    assert found.headers["retry-after"] == "5"


def test_a_request_keeps_its_id_and_the_log_names_no_viewer(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "matinee.access")
    found = service.ask("GET", "/v1/page?user_id=u5", headers={"X-Request-ID": "mine-7"})
    assert found.headers["x-request-id"] == "mine-7"
    service.ask("PUT", "/v1/users/u5/ratings/m11", json={"rating": 3})
    lines = [record.line for record in caplog.records if record.name == "matinee.access"]
    assert lines[0]["request_id"] == "mine-7"
    assert lines[0]["route"] == "/v1/page"
    assert lines[0]["key"] == "test admin"
    assert lines[1]["route"] == "/v1/users/{user_id}/ratings/{item_id}"
    assert not any("u5" in str(line) or "m11" in str(line) for line in lines)
    strange = service.ask("GET", "/livez", headers={"X-Request-ID": 'a"b'})
    assert strange.headers["x-request-id"] != 'a"b'


def test_other_origins_are_let_in_only_where_they_are_named(
    serve: Callable[..., Service],
) -> None:
    headers = {"Origin": "https://films.example"}
    closed = serve().ask("GET", "/livez", headers=headers)
    assert "access-control-allow-origin" not in closed.headers
    named = serve(cors_origins=("https://films.example",))
    open_ = named.ask("GET", "/livez", headers=headers)
    assert open_.headers["access-control-allow-origin"] == "https://films.example"
    other = named.ask("GET", "/livez", headers={"Origin": "https://other.example"})
    assert "access-control-allow-origin" not in other.headers
