"""Consent counts on the next request; a film taken out of the taste is felt, and comes back."""

import time
from typing import Any

import pytest
from tests.service.conftest import Service, event, films_of

from matinee.service.asking import SWITCHED_OFF
from matinee.store.catalogue import read_tables
from matinee.store.lake import read_lake, snapshot
from matinee.store.opening import open_store

OUT = "/v1/users/u5/taste/taken_out"


def asked(service: Service, path: str, **more: Any) -> dict[str, Any]:
    found = service.ask(more.pop("method", "GET"), path, **more)
    assert found.status_code == 200, found.text
    document: dict[str, Any] = found.json()
    return document


def consent(service: Service, **said: bool) -> dict[str, Any]:
    return asked(service, "/v1/users/u5/consent", method="PUT", json=said)


def named(page: dict[str, Any]) -> set[str | None]:
    """The films that reasons name."""
    return {r["item_id"] for row in page["rows"] for c in row["cards"] for r in c["reasons"]}


def test_without_personalisation_the_next_page_is_everybodys_and_says_so(service: Service) -> None:
    before = service.page("u5")
    assert before["personal"] is True
    assert consent(service, personalisation=False) == {
        "personalisation": False,
        "improvement": None,
        "experiments": None,
    }
    page, anybody = service.page("u5"), service.page("nobody knows")
    assert page["personal"] is False
    assert page["notes"][0] == SWITCHED_OFF
    assert page["rows"] == anybody["rows"]
    assert len(films_of(page)) > 5
    listed = asked(service, "/v1/recommendations?user_id=u5&n=3")
    assert listed["personal"] is False
    assert SWITCHED_OFF in listed["notes"]
    assert all(r["kind"] != "history" for card in listed["items"] for r in card["reasons"])
    assert asked(service, "/v1/users/u5/taste")["personalised"] is False
    consent(service, personalisation=True)
    assert service.page("u5")["rows"] == before["rows"]


def test_models_and_snapshots_do_without_a_viewer_who_refuses_them(service: Service) -> None:
    store = open_store(service.settings)
    snapshot(store.log, store.lake)
    own = store.key.pseudonym("u5")

    def counts() -> tuple[int, int]:
        ratings = read_tables(store.database).ratings
        lake = read_lake(store.lake).collect()
        return (ratings["user_id"] == "u5").sum(), (lake["user_id"] == own).sum()

    assert min(counts()) > 0
    others = read_tables(store.database).ratings.height - counts()[0]
    consent(service, improvement=False)
    service.send(event("like", "m11", user_id="u5"), event("like", "m11", user_id="u8"))
    assert snapshot(store.log, store.lake) == 1
    assert counts() == (0, 0)
    assert read_tables(store.database).ratings.height == others
    assert service.page("u5")["personal"] is True
    consent(service, improvement=True)
    service.send(event("like", "m12", user_id="u5"))
    snapshot(store.log, store.lake)
    assert counts()[1] == 1
    store.database.close()


def test_the_taste_names_films_with_their_weight_and_what_they_say_together(
    service: Service,
) -> None:
    taste = asked(service, "/v1/users/u5/taste")
    ratings = service.tables.ratings.filter(service.tables.ratings["user_id"] == "u5")
    assert {film["item_id"] for film in taste["films"]} == set(ratings["item_id"])
    assert all(-1 <= film["weight"] <= 1 for film in taste["films"])
    assert sum(film["influence"] for film in taste["films"]) == pytest.approx(1)
    movies = dict(service.tables.movies.select("item_id", "genres").iter_rows())
    belief = taste["genres"][0]
    own = [f["weight"] for f in taste["films"] if belief["name"] in movies[f["item_id"]]]
    assert belief["films"] == len(own)
    assert belief["weight"] == pytest.approx(sum(own) / (len(own) + 3), abs=1e-6)
    assert all(person["films"] >= 2 for person in taste["people"])
    assert {decade["name"] for decade in taste["decades"]} <= {"1980s", "1990s", "2000s"}


def test_a_film_taken_out_has_no_part_in_scores_and_reasons_until_it_is_put_back(
    service: Service,
) -> None:
    before = service.page("u5")
    film = max(asked(service, "/v1/users/u5/taste")["films"], key=lambda each: each["influence"])[
        "item_id"
    ]
    assert film in named(before)
    assert asked(service, f"{OUT}/{film}", method="PUT")["taken_out"] is True
    after = service.page("u5")
    assert film not in named(after)
    assert film not in films_of(after)
    assert after["rows"] != before["rows"]
    assert "1 film taken out of this viewer's taste: no part of any score" in after["notes"]
    taste = asked(service, "/v1/users/u5/taste")
    own = next(each for each in taste["films"] if each["item_id"] == film)
    assert own["taken_out"] is True
    assert own["influence"] is None
    assert own["weight"] != 0
    told = asked(service, f"/v1/films/{film}/explanation?user_id=u5")
    assert told["left_out"] is True
    assert asked(service, f"{OUT}/{film}", method="DELETE")["taken_out"] is False
    assert service.page("u5")["rows"] == before["rows"]


def test_the_page_is_as_if_the_film_had_never_been_rated_but_for_the_film(
    service: Service,
) -> None:
    """Another viewer with the same history less one film gets the same scores."""
    ratings = service.tables.ratings.filter(service.tables.ratings["user_id"] == "u5")
    film = ratings["item_id"][0]
    asked(service, f"{OUT}/{film}", method="PUT")
    for item, rating in ratings.select("item_id", "rating").iter_rows():
        if item != film:
            service.ask("PUT", f"/v1/users/twin/ratings/{item}", json={"rating": rating})
    for other in ("m30", "m35", film):
        path = f"/v1/films/{other}/explanation?user_id="
        assert asked(service, path + "u5")["score"] == pytest.approx(
            asked(service, path + "twin")["score"], abs=1e-6
        )


def test_what_cannot_be_is_told(service: Service) -> None:
    assert service.ask("PUT", f"{OUT}/nope").json()["code"] == "unknown_film"
    wrong = service.ask("PUT", "/v1/users/u5/consent", json={"sale": True})
    assert wrong.json()["detail"] == "sale: expected no such field, got it"
    wrong = service.ask("PUT", "/v1/users/u5/consent", json={"experiments": "yes"})
    assert wrong.status_code == 422
    assert service.ask("GET", "/v1/users/u5/taste", key="ingest").json()["code"] == "wrong_scope"


def test_nothing_is_written_of_a_viewer_who_was_erased(service: Service) -> None:
    from matinee.store.erasing import erase

    store = open_store(service.settings)
    erase(store.database, store.key, "u5", int(time.time()))
    for path in (f"{OUT}/m11", "/v1/users/u5/consent"):
        found = service.ask("PUT", path, json={"experiments": True})
        assert (found.status_code, found.json()["code"]) == (410, "erased")
    assert service.page("u5")["personal"] is False
    store.database.close()
