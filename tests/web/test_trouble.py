"""What is missing or wrong has a page that says what to do."""

from dataclasses import replace

import pytest
from pydantic import SecretStr
from tests.conftest import tables
from tests.service.conftest import fill
from tests.service.test_degraded import away
from tests.web.conftest import HTML, Pages, films_on

from matinee.settings import Settings
from matinee.web.app import create_app

PLACES = ["/", "/list", "/taste", "/welcome", "/search?q=a", "/taste/erase"]
NEW = "guest-0011223344556677"


def live(pages: Pages):
    return pages.client.app.state.worker.live


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize("state", [{"filled": False}, {"model": None}], ids=["empty", "untrained"])
def test_no_page_needs_a_catalogue_or_a_model(open_pages, state, path):
    pages = open_pages(**state)
    pages.be(NEW)
    assert "<main" in pages.see(path)


def test_a_film_without_a_model_says_who_likes_it_and_how_to_get_reasons(open_pages):
    pages = open_pages(model=None)
    pages.be(NEW)
    html = pages.see(f"/films/{films_on(pages.see('/'))[0]}")
    assert 'href="/welcome"' in html
    assert "score of" not in html


def test_an_unknown_film_can_be_searched_for(pages):
    html = pages.see("/films/none", 404)
    assert 'action="/search"' in html
    assert 'name="q"' in html
    assert 'href="/"' in html


def test_a_service_that_has_just_started_says_that_rows_are_to_come(pages):
    live(pages).served = replace(live(pages).served, degraded=("starting",))
    html = pages.see("/")
    assert "load this page again in a minute" in html
    assert films_on(html)


def test_what_nobody_foresaw_says_whose_fault_it_is_not_and_tells_nothing_of_the_inside(pages):
    film = films_on(pages.see("/"))[0]
    live(pages).served = replace(live(pages).served, maker=None)
    html = pages.see(f"/films/{film}", 500)
    assert "not your fault" in html
    assert f'href="/films/{film}">Try again' in html
    assert "Traceback" not in html
    assert "maker" not in html


def test_a_form_is_not_tried_again_from_the_page_of_its_failure(pages):
    film, token = films_on(pages.see("/"))[0], pages.token()
    live(pages).served = replace(live(pages).served, films=None, maker=None)
    answer = pages.client.post("/taste/films", data={"token": token, "film": film}, headers=HTML)
    assert answer.status_code == 500
    assert "Try again</a>" not in answer.text


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_page_is_from_memory_while_the_database_is_away_and_says_so(url, tmp_path):
    from fastapi.testclient import TestClient

    settings = Settings(home=tmp_path, database_url=SecretStr(url))
    fill(settings, tables(), "ease")
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        pages = Pages(client, settings)
        pages.be("u14")
        film = films_on(pages.see("/"))[0]
        pages.post(f"/films/{film}/say", kind="not_interested")
        known, token = films_on(pages.see("/")), pages.token()
        with away(url):
            html = pages.see("/")
            assert "This page is from memory" in html
            assert films_on(html) == known
            html = pages.see("/taste", 503)
            assert 'href="/taste">Try again' in html
            body = {"token": token, "kind": "like"}
            told = client.post(f"/films/{known[0]}/say", data=body, headers=HTML)
            assert told.status_code == 503
            assert "was not kept" in told.text
            assert "Try again</a>" not in told.text


def test_an_address_that_asks_without_end_is_told_to_wait_and_pictures_come_on(open_pages):
    pages = open_pages(viewer_rate_limit=1, rate_burst=2)
    pages.be(NEW)
    found = [pages.client.get("/list", headers=HTML) for _ in range(4)]
    assert [answer.status_code for answer in found][::3] == [200, 429]
    assert int(found[-1].headers["Retry-After"]) >= 1
    assert 'href="/list">Try again' in found[-1].text
    film = live(pages).served.maker.ids[0]
    drawn = [pages.client.get(f"/art/poster.svg?film={film}").status_code for _ in range(4)]
    assert drawn == [200] * 4
    assert [pages.client.get("/readyz").status_code for _ in range(4)] == [200] * 4
