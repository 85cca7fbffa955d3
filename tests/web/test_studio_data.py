"""The studio's data and catalogue: counted in the background, and true to what there is."""

import csv
import io
import re
import threading
import time

import pytest

from matinee.store.access import make_api_key
from matinee.store.catalogue import withdraw
from matinee.store.uses import uses
from matinee.web.studio.counting import Counting
from matinee.web.studio.curated import segments_of


def worker_of(pages):
    return pages.client.app.state.worker


def like(pages):
    """Say that a film was liked; which."""
    film = worker_of(pages).live.served.data.items.ids[3]
    assert pages.post(f"/films/{film}/say", kind="like").status_code == 303
    return film


def enter(pages):
    key = make_api_key(worker_of(pages).store.database, "owner", "admin", int(time.time()))
    assert pages.post("/studio/enter", key=key).status_code == 303
    return pages


def test_the_data_page_tells_what_the_database_has(inside):
    data = worker_of(inside).live.served.data
    html = inside.see("/studio")
    assert f"<dt>Films</dt><dd>{len(data.items):,}</dd>" in html
    assert f"<dt>Ratings</dt><dd>{data.histories.entries:,}</dd>" in html
    assert "Summary statistics" in html
    assert not [one for one in data.users.ids if f">{one}<" in html]


@pytest.mark.parametrize("path", ["/studio", "/studio/catalogue"])
def test_an_empty_database_gives_a_page_that_says_what_to_do(open_pages, path):
    html = enter(open_pages(filled=False)).see(path)
    assert "matinee database import" in html or "Nobody has liked a film yet" in html


def test_a_count_is_made_once_kept_and_made_again_when_asked(inside):
    worker, made = worker_of(inside), []

    def make(_worker):
        made.append(1)
        return {"n": len(made)}

    first = Counting().of(worker, "data", make, False)
    assert (first.document, first.working) == ({"n": 1}, False)
    other = Counting()  # that of another worker of the workspace
    assert other.of(worker, "data", make, False).document == {"n": 1}
    like(inside)
    since = other.of(worker, "data", make, False)
    assert (since.document, since.events_since) == ({"n": 1}, 1)
    other.of(worker, "data", make, True)
    other._threads["data"].join()
    assert other.of(worker, "data", make, False).document == {"n": 2}


def test_while_it_is_counted_the_page_says_so_and_an_error_is_told(inside, monkeypatch):
    worker, held = worker_of(inside), threading.Event()
    monkeypatch.setattr("matinee.web.studio.counting._WAITED_S", 0.01)

    def slow(_worker):
        held.wait(20)
        raise OSError("the disk is full")

    counting = Counting()
    assert counting.of(worker, "data", slow, False).working
    inside.client.app.state.counting = counting
    html = inside.see("/studio")
    assert 'data-progress="/studio/state"' in html
    assert inside.client.get("/studio/state").json()["working"] is True
    held.set()
    counting._threads["data"].join()
    counting._threads["data"] = threading.Thread()  # nothing more is begun below
    assert counting._failed["data"] == "the disk is full"


def test_the_catalogue_page_lists_what_is_wrong_with_links_and_files(inside):
    html = inside.see("/studio/catalogue")
    movies = worker_of(inside).live.served.data.movies
    without = movies.filter(movies["poster_url"].is_null())["item_id"].to_list()
    assert without
    answer = inside.client.get("/studio/catalogue/poster.csv")
    assert answer.headers["content-disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["item_id"] for row in rows] == without
    for href in re.findall(r'<li><a href="(/films/[^"]+)"', html)[:3]:
        inside.see(href)
    inside.see("/studio/catalogue/nothing.csv", 404)
    inside.see("/studio/catalogue?segment=40", 404)


def test_uses_count_cards_of_pages_and_events_of_films(inside):
    worker = worker_of(inside)
    database = worker.store.database
    before = {r["item_id"]: r for r in uses(database).films.rows(named=True)}
    inside.see("/")
    film = like(inside)
    worker.pages.close()
    found = uses(database)
    after = {row["item_id"]: row for row in found.films.rows(named=True)}
    assert found.pages == 1
    assert sum(row["shown"] for row in after.values()) > 5
    played = before.get(film, {"played": 0})["played"]
    assert after[film]["played"] == played + 1


def test_withdrawn_films_are_not_offered_and_demand_of_few_is_nowhere(inside):
    worker = worker_of(inside)
    served = worker.live.served
    segments = segments_of(served.data, served.maker.shown)
    assert segments[0]["name"] == "Everybody"
    for one in segments:
        assert all(cell["viewers"] >= 10 for cell in one["cells"])
    withdraw(worker.store.database, served.data.items.ids.to_list(), int(time.time()))
    html = inside.see("/studio/catalogue")
    assert 'class="how-many"' in html
    assert "Without a poster" in html
