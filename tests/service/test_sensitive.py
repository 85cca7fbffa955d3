"""No answer of the service and no page says what is sensitive of a viewer."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from tests.page.test_sensitive import GENRES, KEYWORDS, SPOKEN
from tests.service.conftest import Service, fill

from matinee.schema import Tables
from matinee.settings import Settings
from matinee.store.database import sqlite_url
from matinee.web.app import create_app
from matinee.web.identity import COOKIE, cookie_of
from matinee.web.studio.curated import catalogue_document

# Facts about a film, which are in a catalogue for anybody to read.
_FACTS = ("title", "genres", "keywords", "overview")


@pytest.fixture(params=["soup", "ease"])
def site(request: pytest.FixtureRequest, tmp_path: Any, lately: Tables) -> Iterator[Service]:
    """A service over films that are about sensitive matters, half of them new to the model."""
    count = lately.movies.height
    words = pl.Series([[KEYWORDS[n % 30], KEYWORDS[n % 7], "robot"] for n in range(count)])
    genres = pl.Series([[GENRES[n % 3], ("Drama", "Comedy")[n % 2]] for n in range(count)])
    movies = lately.movies.with_columns(
        keywords=words, genres=genres, overview=words.list.join(" and ")
    )
    settings = Settings(
        home=tmp_path, database_url=SecretStr(sqlite_url(tmp_path)), simulated_viewers=True
    )
    films = replace(lately, movies=movies)
    keys = fill(settings, films, request.param)
    with TestClient(create_app(settings)) as client:
        yield Service(client, settings, keys, films)


def strings(document: Any) -> Iterator[str]:
    """Every text of an answer but those that state a film's own facts."""
    if isinstance(document, dict):
        for name, value in document.items():
            beliefs = isinstance(value, list) and any(isinstance(each, dict) for each in value)
            if name not in _FACTS or "cards" in document or beliefs:  # of rows, or of the taste
                yield from strings(value)
    elif isinstance(document, list):
        for value in document:
            yield from strings(value)
    elif isinstance(document, str):
        yield document


def test_no_answer_names_a_sensitive_matter(site: Service) -> None:
    new = {"item_id": "new", "title": "New", "genres": ["Faith"], "keywords": ["islam", "robot"]}
    assert site.ask("PUT", "/v1/films", json={"films": [new]}).status_code == 200
    site.client.app.state.worker.live.refresh()  # type: ignore[attr-defined]
    found: list[str] = []
    for user in site.tables.ratings["user_id"].unique().sort()[:8]:
        for path in (
            f"/v1/page?user_id={user}&rows=30&cards=8",
            f"/v1/recommendations?user_id={user}&n=20",
            f"/v1/users/{user}/taste",
            f"/v1/films/new/explanation?user_id={user}",
            "/v1/films/m10/similar?n=20",
        ):
            answer = site.ask("GET", path)
            assert answer.status_code == 200, answer.text
            found += strings(answer.json())
    assert len(found) > 500
    assert [text for text in found if any(word in text.lower() for word in SPOKEN)] == []
    assert any("drama" in text.lower() for text in found), "what is not sensitive is said"


def test_no_page_of_a_viewer_and_no_figure_of_the_studio_does(site: Service) -> None:
    key = site.client.app.state.worker.store.key  # type: ignore[attr-defined]
    for user in ("u5", "u8"):
        site.client.cookies.clear()
        site.client.cookies.set(COOKIE, cookie_of(key, user, int(time.time())))
        for path in ("/", "/taste", "/viewers"):
            page = site.client.get(path, headers={"Accept": "text/html"})
            assert page.status_code == 200
            facts = r'<p class="(facts|overview)">.*?</p>'  # of the film that stands first
            text = re.sub(
                rf"<style.*?</style>|<script.*?</script>|{facts}", "", page.text, flags=re.S
            )
            shown = re.sub(r"<[^>]*>", " ", text).lower()
            assert [word for word in SPOKEN if re.search(rf"\b{word}", shown)] == [], path
    document = catalogue_document(site.client.app.state.worker)  # type: ignore[attr-defined]
    found = list(strings({**document, "findings": []}))  # those are lists of films
    assert [text for text in found if any(word in text.lower() for word in SPOKEN)] == []
    assert {cell["genre"] for one in document["segments"] for cell in one["cells"]} == {
        "Drama",
        "Comedy",
    }
    assert document["segments"][0]["name"] == "Everybody"
