"""A viewer's token reads and writes one profile alone, for a while."""

import time

import pytest
from tests.service.conftest import Service, event

from matinee.store.opening import open_store
from matinee.store.viewer_tokens import make_viewer_token, viewer_of_token


def token_of(service: Service, user_id: str) -> str:
    made = service.ask("POST", "/v1/tokens", key="serve", json={"user_id": user_id})
    assert made.status_code == 200, made.text
    assert made.json()["expires_at"] == pytest.approx(time.time() + 900, abs=5)
    return str(made.json()["token"])


def test_a_token_lets_in_to_its_own_profile(service: Service) -> None:
    token = token_of(service, "u5")
    for method, path in (
        ("GET", "/v1/page?user_id=u5"),
        ("GET", "/v1/recommendations?user_id=u5"),
        ("GET", "/v1/films/m11/explanation?user_id=u5"),
        ("GET", "/v1/films/m11/similar"),
        ("GET", "/v1/users/u5/taste"),
        ("GET", "/v1/users/u5/export"),
        ("PUT", "/v1/users/u5/list/m13"),
    ):
        assert service.ask(method, path, key=token).status_code == 200, path
    sent = {"events": [event("like", "m14"), event("like", "m15", user_id="u5")]}
    answer = service.ask("POST", "/v1/events", key=token, json=sent)
    assert answer.json()["accepted"] == 2
    store = open_store(service.settings)
    assert set(store.log.of_viewer("u5").tail(3)["item_id"]) == {"m13", "m14", "m15"}
    store.database.close()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/page?user_id=u8"),
        ("GET", "/v1/page?user_id=u8&user_id=u5"),
        ("GET", "/v1/page?session_id=u5"),
        ("GET", "/v1/recommendations?user_id=u8"),
        ("GET", "/v1/films/m11/explanation?user_id=u8"),
        ("GET", "/v1/users/u8/taste"),
        ("GET", "/v1/users/u8/consent?user_id=u5"),
        ("GET", "/v1/users/u8/export"),
        ("PUT", "/v1/users/u8/list/m13"),
        ("DELETE", "/v1/users/u8/taste/taken_out/m13"),
    ],
)
def test_another_viewer_is_refused(service: Service, method: str, path: str) -> None:
    found = service.ask(method, path, key=token_of(service, "u5"))
    assert (found.status_code, found.json()["code"]) == (403, "other_viewer")


def test_events_of_another_viewer_are_refused_as_a_whole(service: Service) -> None:
    token = token_of(service, "u5")
    sent = {"events": [event("like", "m14"), event("like", "m14", user_id="u8")]}
    found = service.ask("POST", "/v1/events", key=token, json=sent)
    assert (found.status_code, found.json()["code"]) == (403, "other_viewer")
    assert service.ask("GET", "/v1/users/u5/taste", key=token).status_code == 200


def test_a_token_neither_erases_nor_makes_tokens_nor_puts_films(service: Service) -> None:
    token = token_of(service, "u5")
    for method, path, body in (
        ("DELETE", "/v1/users/u5", None),
        ("POST", "/v1/tokens", {"user_id": "u5"}),
        ("PUT", "/v1/films", {"films": [{"item_id": "x"}]}),
    ):
        found = service.ask(method, path, key=token, json=body)
        assert (found.status_code, found.json()["code"]) == (403, "wrong_scope"), path


def test_a_token_that_is_old_or_was_changed_lets_nobody_in(service: Service) -> None:
    store = open_store(service.settings)
    old = make_viewer_token(store.key, "u5", int(time.time()) - 1)
    sound = make_viewer_token(store.key, "u5", int(time.time()) + 60)
    assert viewer_of_token(store.key, sound, int(time.time())) == "u5"
    store.database.close()
    body, signature = sound.removeprefix("viewer.").split(".")
    other = make_viewer_token(store.key, "u8", int(time.time()) + 60).split(".")[1]
    for token in (old, f"{sound}0", f"viewer.{other}.{signature}", f"viewer.{body}", "viewer."):
        found = service.ask("GET", "/v1/page?user_id=u5", key=token)
        assert (found.status_code, found.json()["code"]) == (401, "wrong_token")
