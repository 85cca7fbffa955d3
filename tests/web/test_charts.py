"""Charts of the studio: drawn in a browser, pictures without scripts, tables for all."""

import json
import re
import time
from html import unescape

import pytest
from tests.web.browser import PHONE

from matinee.store.access import make_api_key
from matinee.web.library import library


@pytest.fixture
def data_page(pages):
    database = pages.client.app.state.worker.store.database
    pages.post("/studio/enter", key=make_api_key(database, "owner", "admin", int(time.time())))
    return pages.see("/studio")


def test_every_chart_has_its_sentence_its_picture_and_its_values(pages, data_page):
    figures = re.findall(r"<figure class=\"chart\".*?</figure>", data_page, re.S)
    assert len(figures) > 5
    for figure in figures:
        drawn = pages.client.get(unescape(re.search(r'data-picture="([^"]+)"', figure)[1]))
        assert drawn.headers["content-type"].startswith("image/svg+xml")
        assert drawn.text.startswith("<svg")
        assert "prefers-color-scheme" in drawn.text
        spec = json.loads(re.search(r'<script type="application/json">(.*?)</script>', figure)[1])
        assert spec["width"] == "container"
        assert re.search(r"<figcaption>\S", figure)
        assert len(re.findall(r"<tr>", figure)) > 1


def test_the_library_is_the_one_that_is_named_and_kept_for_good(pages):
    found = pages.client.get(library(), headers={"Accept-Encoding": "gzip"})
    assert "immutable" in found.headers["cache-control"]
    assert int(found.headers["content-length"]) < 320_000
    assert "window.vegaEmbed=" in found.text.replace(" ", "")
    plain = pages.client.get(library(), headers={"Accept-Encoding": "identity"})
    assert plain.content == found.content
    assert int(plain.headers["content-length"]) == len(plain.content)
    assert pages.client.get("/static/charts-other.js").status_code == 404


def test_a_chart_is_drawn_and_tells_its_values_under_the_pointer(visit):
    page = visit().enter_studio()
    figure = page.locator("#chart-ratings")
    figure.scroll_into_view_if_needed()
    bar = figure.locator(".mark-rect path").last
    bar.wait_for()
    assert figure.get_attribute("data-drawn") == "yes"
    bar.hover()
    page.locator(".vg-tooltip.visible", has_text="ratings").wait_for()
    colour = "getComputedStyle(document.documentElement).getPropertyValue('--chart-1')"
    dark = page.emulate_media(color_scheme="dark") or page.evaluate(colour)
    light = page.emulate_media(color_scheme="light") or page.evaluate(colour)
    assert dark != light
    figure.get_by_text("Show as a table").click()
    assert figure.locator("tbody tr").count() == figure.locator(".mark-rect path").count()


def test_without_scripts_there_are_pictures(visit):
    here = visit(java_script_enabled=False, viewport=PHONE)
    page = here.enter_studio()
    picture = page.locator("#chart-genres img")
    picture.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    assert picture.evaluate("each => each.complete && each.naturalWidth > 300")
