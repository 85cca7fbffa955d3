"""The catalogue over HTTP: parts, tags, ids with a slash, people; bodies that are none."""

import gzip
import json
from collections.abc import Callable

import pytest
from tests.service.conftest import JSON, Service, event

ODD = "https://films.example/a b/1?x=1"


@pytest.mark.parametrize("n", [1, 5, 1_000])
def test_the_catalogue_comes_in_parts_each_film_once(service: Service, n: int) -> None:
    found, after = [], None
    while True:
        asked = {"n": n} if after is None else {"n": n, "after": after}
        part = service.ask("GET", "/v1/films", params=asked).json()
        found += [film["item_id"] for film in part["items"]]
        if (after := part["next"]) is None:
            break
    assert sorted(found) == sorted(service.tables.movies["item_id"].to_list())
    assert len(set(found)) == len(found)
    refused = service.ask("GET", "/v1/films", params={"after": "nope"})
    assert (refused.status_code, refused.json()["field"]) == (404, "after")


@pytest.mark.parametrize(
    "path",
    ["/v1/films", "/v1/films/m11", "/v1/films/m11/similar", "/v1/search?q=film", "/v1/models"],
)
def test_what_a_client_has_is_not_sent_again(service: Service, path: str) -> None:
    first = service.ask("GET", path)
    assert first.status_code == 200
    tag = first.headers["ETag"]
    again = service.ask("GET", path, headers={"If-None-Match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert service.ask("GET", path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_film_that_changes_has_another_tag(service: Service) -> None:
    before = service.ask("GET", "/v1/films/m11")
    service.ask("PUT", "/v1/films", json={"films": [{"item_id": "m11", "title": "Another"}]})
    service.client.app.state.worker.live.reread()  # type: ignore[attr-defined]
    known = {"If-None-Match": before.headers["ETag"]}
    after = service.ask("GET", "/v1/films/m11", headers=known)
    assert (after.status_code, after.json()["title"]) == (200, "Another")


def test_an_id_may_be_an_address(service: Service) -> None:
    film = {"item_id": ODD, "title": "Odd", "directors": ["Agnès Varda"], "genres": ["Drama"]}
    assert service.ask("PUT", "/v1/films", json={"films": [film]}).status_code == 200
    service.client.app.state.worker.live.reread()  # type: ignore[attr-defined]
    coded = "https%3A%2F%2Ffilms.example%2Fa%20b%2F1%3Fx%3D1"
    assert service.ask("GET", f"/v1/films/{coded}").json()["title"] == "Odd"
    assert service.ask("GET", f"/v1/films/{coded}/similar").json()["item_id"] == ODD
    explained = service.ask("GET", f"/v1/films/{coded}/explanation?user_id=u5")
    assert explained.json()["item_id"] == ODD
    rated = service.ask("PUT", f"/v1/users/u5/ratings/{coded}", json={"rating": 4})
    listed = service.ask("PUT", f"/v1/users/u5/list/{coded}")
    out = service.ask("PUT", f"/v1/users/u5/taste/taken_out/{coded}")
    assert {rated.status_code, listed.status_code, out.status_code} <= {200, 202}
    assert service.ask("DELETE", f"/v1/users/u5/list/{coded}").status_code in {200, 202}


@pytest.mark.parametrize("asked", ["agnes varda", "Agnés Vrada", "varda"])
def test_people_are_found_by_name_with_errors(service: Service, asked: str) -> None:
    films = [
        {"item_id": "m11", "title": "Cléo", "directors": ["Agnès Varda"], "vote_count": 3},
        {"item_id": "m12", "title": "Vagabond", "directors": ["Agnès Varda"], "vote_count": 9},
        {"item_id": "m13", "title": "Other", "cast": ["Agnes Moorehead"]},
    ]
    service.ask("PUT", "/v1/films", json={"films": films})
    service.client.app.state.worker.live.reread()  # type: ignore[attr-defined]
    people = service.ask("GET", "/v1/search", params={"q": asked}).json()["people"]
    assert people[0]["name"] == "Agnès Varda"
    assert [film["item_id"] for film in people[0]["films"]] == ["m12", "m11"]


def test_a_text_that_is_no_name_finds_nobody(service: Service) -> None:
    assert service.ask("GET", "/v1/search", params={"q": "xqzwv"}).json()["people"] == []
    assert service.ask("GET", "/v1/search", params={"q": "a"}).json()["people"] == []


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"[" * 100_000, {}, 400, "malformed_json"),
        (b'{"events": "\xff"}', {}, 400, "malformed_json"),
        (gzip.compress(b"0" * 50_000_000), {"Content-Encoding": "gzip"}, 415, "encoded_body"),
        ([b" " * 600_000] * 3, {}, 413, "too_large"),  # in chunks, of no said length
    ],
)
def test_a_body_that_is_none_is_told_so(
    service: Service, body: bytes | list[bytes], headers: dict[str, str], status: int, code: str
) -> None:
    sent = iter(body) if isinstance(body, list) else body
    answer = service.ask("POST", "/v1/events", content=sent, headers=JSON | headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_the_plain_encoding_may_be_named(serve: Callable[..., Service]) -> None:
    sent = {
        "content": json.dumps({"events": [{}]}),
        "headers": JSON | {"Content-Encoding": "identity"},
    }
    assert serve().ask("POST", "/v1/events", **sent).status_code == 202


def test_what_is_no_event_costs_no_other(service: Service) -> None:
    good = event("like", "m11", user_id="u5")
    answer = service.send("like", good, 7, None, [good])  # type: ignore[arg-type]
    assert [each["state"] for each in answer["events"]] == [
        "refused", "accepted", "refused", "refused", "refused",
    ]  # fmt: skip
    assert answer["events"][0]["code"] == "no_object"
    token = service.ask("POST", "/v1/tokens", json={"user_id": "u5"}, key="serve").json()["token"]
    sent = {"events": ["like", event("like", "m12")]}
    mixed = service.ask("POST", "/v1/events", key=token, json=sent).json()
    assert (mixed["accepted"], mixed["refused"]) == (1, 1)
