"""The part of docs/errors.md that tells what the service answers, asked of one."""

from collections.abc import Iterator

import httpx
from tests.service.conftest import JSON, Service

SERVICE = """\
## What the service answers

Over HTTP: the status, the code for programs and the sentence for people, of
`application/problem+json`. [All that there are](problems.md).

| asked | status | code | sentence |
|---|---|---|---|
"""
EVENT = {
    "event_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "user_id": "42",
    "item_id": "m11",
    "kind": "like",
    "timestamp": 1_700_000_000,
}
HUNDRED_MB = 100_000_000


def answers(service: Service) -> Iterator[tuple[str, httpx.Response]]:
    """What is asked of a service, and its answer."""
    ask, page = service.ask, "/v1/page?user_id=42"
    token = ask("POST", "/v1/tokens", json={"user_id": "8"}, key="serve").json()["token"]
    in_pieces = (b" " * 1_000_000 for _ in range(100))
    yield "a page with a wrong key", ask("GET", page, key="matinee_guess")
    yield "a page with another viewer's token", ask("GET", page, key=token)
    for what, body in (("100 MB", b" " * HUNDRED_MB), ("100 MB in pieces", in_pieces)):
        sent = {"content": body, "headers": JSON}
        yield f"events, in a body of {what}", ask("POST", "/v1/events", **sent)
    yield "events that are no list", ask("POST", "/v1/events", json={"events": "like"})
    yield "films like one that is not there", ask("GET", "/v1/films/nope/similar")
    rating = ask("PUT", "/v1/users/42/ratings/nope", json={"rating": 4})
    yield "a rating of a film that is not there", rating


def answers_table(service: Service) -> str:
    """The table of the answers, and beside them that of an event which is refused by itself."""
    rows = []
    for what, answer in answers(service):
        said = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.status_code == said["status"] >= 400
        rows.append((what, said["status"], said["code"], said["detail"]))
    sound, malformed = service.send(EVENT, EVENT | {"event_id": "7"})["events"]
    assert (sound["state"], malformed["state"]) == ("accepted", "refused")
    what = "an event without a UUID, beside a sound one that is kept"
    rows.append((what, "202, of the whole", malformed["code"], malformed["reason"]))
    lines = (f"| {what} | {status} | `{code}` | {said} |\n" for what, status, code, said in rows)
    return SERVICE + "".join(lines)
