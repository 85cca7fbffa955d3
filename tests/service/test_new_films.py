"""A film that is put into the catalogue is recommended within seconds, by what it is."""

import time
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from tests.service.conftest import Service, event


def _until_known(service: Service, film: str) -> None:
    until = time.monotonic() + 30
    path = f"/v1/films/{film}/similar"
    while service.ask("GET", path).status_code == 404:
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.mark.parametrize("model", ["ease", "blend"])
def test_a_new_film_is_recommended_before_anything_is_trained_again(
    serve: Callable[..., Service], model: str
) -> None:
    service = serve(model)
    liked = service.tables.movies.filter(pl.col("item_id") == "m12").row(0, named=True)
    fields = ("genres", "keywords", "directors", "cast", "overview")
    film: dict[str, Any] = {name: liked[name] for name in fields}
    film |= {"item_id": "brand-new", "title": "Brand new", "year": 2026}
    service.send(event("like", "m12", user_id="fan"))
    assert service.ask("PUT", "/v1/films", json={"films": [film]}).json() == {"films": 1}
    _until_known(service, "brand-new")
    params = {"user_id": "fan", "n": 40}
    items = service.ask("GET", "/v1/recommendations", params=params).json()["items"]
    place = [item["item_id"] for item in items].index("brand-new")
    assert place < len(items) / 3  # it is what they like; most films are not
    new = items[place]
    assert new["score"] > 0
    parts = [reason["contribution"] for reason in new["reasons"]]
    assert sum(parts) == pytest.approx(new["score"], rel=1e-3)
    assert new["reasons"][0]["item_id"] == "m12"
    explained = service.ask("GET", "/v1/films/brand-new/explanation", params={"user_id": "fan"})
    assert explained.json()["score"] == pytest.approx(new["score"], rel=1e-4)
