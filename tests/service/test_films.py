"""Lists, filters, likeness, explanations, titles and the catalogue over HTTP."""

from typing import Any

import polars as pl
import pytest
from tests.service.conftest import Service, films_of

from matinee.store.catalogue import withdraw


def listed(service: Service, **wanted: Any) -> list[dict[str, Any]]:
    found = service.ask("GET", "/v1/recommendations", params={"user_id": "u5"} | wanted)
    assert found.status_code == 200, found.text
    items: list[dict[str, Any]] = found.json()["items"]
    return items


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["item_id"] for item in items]


def test_a_list_is_of_unseen_films_best_first_and_explained(service: Service) -> None:
    items = listed(service, n=8)
    assert len(items) == 8
    scores = [item["score"] for item in items]
    assert scores == sorted(scores, reverse=True)
    seen = set(service.tables.ratings.filter(user_id="u5")["item_id"])
    assert not seen & set(ids(items))
    for item in items:
        parts = [reason["contribution"] for reason in item["reasons"]]
        assert sum(parts) == pytest.approx(item["score"], abs=1e-4)


def test_every_filter_holds(service: Service) -> None:
    movies = service.tables.movies
    drama = set(movies.filter(pl.col("genres").list.contains("Drama"))["item_id"])
    everything = ids(listed(service, n=50))
    assert set(ids(listed(service, n=50, genre="Drama"))) == drama & set(everything)
    both = ids(listed(service, n=50, genre="Drama", year_from=1990, year_to=2000))
    years = dict(movies.select("item_id", "year").iter_rows())
    assert both == [f for f in everything if f in drama and 1990 <= years[f] <= 2000]
    assert ids(listed(service, n=50, without_genre="Drama")) == [
        film for film in everything if film not in drama
    ]
    few = everything[2:5]
    assert ids(listed(service, n=50, include=few)) == few
    assert ids(listed(service, n=50, exclude=few)) == [f for f in everything if f not in few]
    wrong = service.ask("GET", "/v1/recommendations?user_id=u5&include=nope")
    assert (wrong.status_code, wrong.json()["code"]) == (404, "unknown_id")


def test_similar_films_share_what_they_are_and_who_liked_them(service: Service) -> None:
    film = service.tables.movies["item_id"][4]
    found = service.ask("GET", f"/v1/films/{film}/similar?n=5").json()["items"]
    assert 1 <= len(found) <= 5
    assert film not in ids(found)
    likeness = [item["likeness"] for item in found]
    assert likeness == sorted(likeness, reverse=True)
    assert 0 < likeness[-1] <= likeness[0] <= 1.0001


def test_an_explanation_is_what_the_score_is_made_of(service: Service) -> None:
    best = listed(service, n=1)[0]
    path = f"/v1/films/{best['item_id']}/explanation"
    found = service.ask("GET", path, params={"user_id": "u5"}).json()
    assert found["score"] == pytest.approx(best["score"])
    assert found["reasons"] == best["reasons"]
    assert found["left_out"] is False
    service.ask("POST", "/v1/users/u5/seen_elsewhere", json={"item_id": best["item_id"]})
    after = service.ask("GET", path, params={"user_id": "u5"}).json()
    assert after["left_out"] is True
    assert best["item_id"] not in ids(listed(service, n=50))


def test_a_title_with_a_typing_error_is_found(service: Service) -> None:
    found = service.ask("GET", "/v1/search", params={"q": "flim 12"}).json()["items"]
    assert found[0]["title"] == "Film 12"


def test_a_new_film_is_in_the_catalogue_and_a_withdrawn_one_off_the_page(
    service: Service,
) -> None:
    live = service.client.app.state.worker.live  # type: ignore[attr-defined]
    film = {"item_id": "new", "title": "Brand New", "year": 2026, "genres": ["Drama"]}
    put = service.ask("PUT", "/v1/films", json={"films": [film]})
    assert put.json() == {"films": 1}
    # A viewer may rate it before any worker has taken the new catalogue up.
    assert service.ask("PUT", "/v1/users/u5/ratings/new", json={"rating": 4}).status_code == 200
    assert live.refresh() is True
    assert service.ask("GET", "/v1/search?q=brand new").json()["items"][0]["item_id"] == "new"
    gone = films_of(service.page("u8"))[0]
    withdraw(live.store.database, [gone], live.served.read_at)
    assert live.refresh() is True
    assert gone not in films_of(service.page("u8"))
    assert gone not in ids(listed(service, n=50))


def test_films_that_cannot_be_kept_are_refused(service: Service) -> None:
    for film, field in (
        ({"item_id": "x", "titel": "X"}, "films.0.titel"),
        ({"item_id": ""}, "films.0.item_id"),
        ({"item_id": "x", "title": "a\0b"}, "films.0.title"),
        ({"item_id": "x", "year": 3000}, "films.0.year"),
        ({"item_id": "x", "tmdb_id": True}, "films.0.tmdb_id"),
    ):
        found = service.ask("PUT", "/v1/films", json={"films": [film]})
        assert found.status_code == 422
        assert found.json()["field"] == field
    twice = service.ask("PUT", "/v1/films", json={"films": [{"item_id": "x"}] * 2})
    assert "got repeated 'x'" in twice.json()["detail"]
