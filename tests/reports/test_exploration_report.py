import json
import re
from html.parser import HTMLParser

import pytest

from matinee import intake
from matinee.exploration import explore
from matinee.reports import write_exploration
from matinee.reports.page import cell


class References(HTMLParser):
    """What a page would load or link to, and which elements it has."""

    def __init__(self, html):
        super().__init__()
        self.found, self.ids = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in {"src", "href", "srcset", "xlink:href", "action", "data", "poster"}:
                self.found.append((tag, value))
            if name == "id":
                self.ids.append(value)


def chart(dom, name):
    """The part of the document from one figure to the next."""
    return dom.split(f'<figure id="{name}">')[1].split("</figure>")[0]


def test_the_page_loads_nothing_from_anywhere(report):
    html = report.read_text()
    for tag, value in References(html).found:
        assert not value.startswith(("http:", "https:", "//")), (tag, value)
        if tag in {"script", "img", "link", "iframe"}:
            assert value.startswith(("data:", "pictures/"))
    style = html.split("<style>")[1].split("</style>")[0]
    assert "@import" not in style
    assert "url(" not in style


def test_the_drawing_libraries_are_in_the_page_once_and_it_stays_small(report):
    html = report.read_text()
    assert html.count("window.vegaEmbed=") == 1
    assert report.stat().st_size < 1_600_000


def test_text_of_the_data_stays_text(report):
    html = report.read_text()
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<title>starter &lt;/title&gt;&lt;script&gt;" in html
    assert html.count("<script") == html.count("</script>") == 4


def test_simulated_data_is_called_simulated(report):
    assert "<strong>Simulated data.</strong>" in report.read_text()


def test_published_tables_changes_and_quarantine_are_told(report):
    html = report.read_text()
    assert "2 rows × 2 columns" in html
    for words in ("zero is unknown", "no title", "1 broken rows were set aside"):
        assert words in html


def test_every_link_within_the_page_has_its_place(report):
    references = References(report.read_text())
    inside = [value[1:] for _, value in references.found if value.startswith("#")]
    assert inside
    assert set(inside) <= set(references.ids)
    assert len(set(references.ids)) == len(references.ids)


def test_every_picture_is_a_file_twice_and_a_figure_in_the_page(report, odd_tables):
    html = report.read_text()
    for one in explore(odd_tables).pictures():
        svg = (report.parent / "pictures" / f"{one.name}.svg").read_text()
        assert svg.startswith("<svg")
        png = (report.parent / "pictures" / f"{one.name}.png").read_bytes()
        assert png.startswith(b"\x89PNG")
        assert f'<figure id="{one.name}">' in html


def test_the_specifications_are_json(report):
    found = re.search(
        r'<script type="application/json" id="specs">(.*?)</script>', report.read_text()
    )
    specs = json.loads(found[1])
    assert {"genres", "ratings", "popularity"} <= specs.keys()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "True"),
        (1234567, "1,234,567"),
        (123456.7, "123,457"),
        (1234.56, "1234.6"),
        (float("nan"), "–"),
        ("x" * 61, "x" * 59 + "…"),
        (["Drama", "War"], "Drama, War"),
    ],
)
def test_cells_are_short(value, shown):
    assert cell(value) == shown


def test_charts_are_drawn_in_a_browser_without_network(report, dom, odd_tables):
    document = dom(report)
    for one in explore(odd_tables).pictures():
        assert 'data-drawn="yes"' in chart(document, one.name), one.name
    genres = explore(odd_tables).catalogue.genres.height
    assert chart(document, "genres").count('aria-roledescription="bar"') == min(genres, 20)


@pytest.mark.data
def test_tmdb_in_a_browser_shows_the_budget_histogram_and_the_genre_bars(real_data, tmp_path, dom):
    exploration = explore(intake.read(real_data / "tmdb-5000.zip"))
    page = write_exploration(exploration, tmp_path)
    assert page.stat().st_size < 3_000_000
    document = dom(page)
    budgets, genres = chart(document, "budgets"), chart(document, "genres")
    assert budgets.count('aria-roledescription="bar"') == exploration.catalogue.budgets.height > 30
    assert genres.count('aria-roledescription="bar"') == 20
    assert re.search(r'aria-label="[^"]*2297[^"]*Drama', genres)
    for _, value in References(document).found:
        assert not (value or "").startswith(("http:", "https:", "//"))
