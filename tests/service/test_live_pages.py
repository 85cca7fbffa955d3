"""An event changes the next page, on both databases."""

import time
from collections.abc import Callable

import pytest
from tests.service.conftest import Service, event, films_of

from matinee.service.documents import ListOut, PageOut
from matinee.store.opening import open_store
from matinee.store.served import read_exposures


def test_a_page_has_rows_of_films_with_reasons_that_add_up(service: Service) -> None:
    page = service.page("u5", rows=5, cards=4)
    assert page["personal"] is True
    assert page["degraded"] == []
    assert page["policy"].startswith("ease")
    assert 1 <= len(page["rows"]) <= 5
    for row in page["rows"]:
        assert 1 <= len(row["cards"]) <= 4
        for card in row["cards"]:
            parts = [r["contribution"] for r in card["reasons"] if r["contribution"] is not None]
            if parts:
                assert sum(parts) == pytest.approx(card["score"], abs=1e-4)


def test_what_is_not_wanted_is_off_the_next_page_and_back_when_taken_back(
    service: Service,
) -> None:
    before = service.page("u5")
    film = films_of(before)[0]
    said = service.ask("POST", "/v1/users/u5/not_interested", json={"item_id": film})
    assert said.status_code == 200
    assert film not in films_of(service.page("u5"))
    service.send(event("retract", user_id="u5", retracts=said.json()["event_id"]))
    after = service.page("u5")
    assert film in films_of(after)
    assert after["rows"] == before["rows"]


def test_a_viewer_who_came_a_second_ago_gets_a_page_of_their_own(service: Service) -> None:
    assert service.page("newcomer")["personal"] is False
    film = service.tables.movies["item_id"][3]
    rated = service.ask("PUT", f"/v1/users/newcomer/ratings/{film}", json={"rating": 5})
    assert rated.status_code == 200
    page = service.page("newcomer")
    assert page["personal"] is True
    assert film not in films_of(page)
    named = {r["item_id"] for row in page["rows"] for c in row["cards"] for r in c["reasons"]}
    assert film in named


def test_a_session_without_a_viewer_is_one_by_its_events(service: Service) -> None:
    film = service.tables.movies["item_id"][3]
    session = {"session_id": "tab-1"}
    assert service.send(event("like", film, **session))["accepted"] == 1
    found = service.ask("GET", "/v1/page", params=session).json()
    assert found["personal"] is True
    assert film not in films_of(found)
    other = service.ask("GET", "/v1/page", params={"session_id": "tab-2"}).json()
    assert other["personal"] is False


def test_a_film_is_put_on_the_list_and_taken_off(service: Service) -> None:
    films = films_of(service.page("u5"))[:4]
    for film in films:
        assert service.ask("PUT", f"/v1/users/u5/list/{film}").status_code == 200
    row = next(r for r in service.page("u5")["rows"] if r["kind"] == "my_list")
    assert {card["item_id"] for card in row["cards"]} == set(films)
    for film in films:
        assert service.ask("DELETE", f"/v1/users/u5/list/{film}").status_code == 200
    assert all(r["kind"] != "my_list" for r in service.page("u5")["rows"])


def test_without_a_model_the_page_is_anybodys_and_says_so(
    serve: Callable[..., Service],
) -> None:
    service = serve(model=None)
    page = service.page("u5")
    assert page["degraded"] == ["no model"]
    assert films_of(page)
    seen = set(service.tables.ratings.filter(user_id="u5")["item_id"])
    assert not seen & set(films_of(page, but=("watch_again",)))
    metrics = service.ask("GET", "/metrics", key=None).text
    assert 'matinee_degraded_total{reason="no model"} 1.0' in metrics


def test_what_was_shown_is_logged_with_its_page(service: Service) -> None:
    page = service.page("u5", rows=3, cards=5)
    for _ in range(100):
        if "matinee_pages_logged_total{" in service.ask("GET", "/metrics", key=None).text:
            break
        time.sleep(0.05)
    store = open_store(service.settings)
    shown = read_exposures(store.database, user_id="u5")
    store.database.close()
    assert set(shown["page_id"]) == {page["page_id"]}
    cards = [
        (row, slot, card["item_id"])
        for row, each in enumerate(page["rows"])
        for slot, card in enumerate(each["cards"])
    ]
    assert sorted(shown.select("row", "slot", "item_id").iter_rows()) == cards
    assert set(shown["propensity"]) == {1.0}


def test_answers_are_as_the_openapi_document_says(service: Service) -> None:
    PageOut.model_validate(service.page("u5"))
    PageOut.model_validate(service.page("nobody"))
    found = service.ask("GET", "/v1/recommendations?user_id=u5").json()
    ListOut.model_validate(found)
    document = service.ask("GET", "/openapi.json", key=None).json()
    schema = document["paths"]["/v1/page"]["get"]["responses"]["200"]["content"]
    assert schema["application/json"]["schema"]["$ref"].endswith("/PageOut")
    assert document["paths"]["/v1/page"]["get"]["security"]
    examples = document["components"]["schemas"]["CardOut"]["properties"]
    assert examples["title"]["examples"] == ["Aliens"]
