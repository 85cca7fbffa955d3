"""Pages for people: what they show, what they keep, what they never do."""

import re
from html import unescape

import polars as pl
import pytest
from tests.web.conftest import HTML, Pages, films_on

from matinee.schema import MOVIES
from matinee.service.worker import Worker
from matinee.store.catalogue import upsert_films
from matinee.web.identity import COOKIE


def worker(pages: Pages) -> Worker:
    found: Worker = pages.client.app.state.worker  # type: ignore[attr-defined]
    return found


@pytest.fixture
def fan(pages: Pages) -> tuple[Pages, str]:
    """A viewer of the imported data with a history."""
    data = worker(pages).live.served.data
    user_id = max(
        data.users.ids.to_list(),
        key=lambda one: len(data.histories.take(data.users.numbers([one])).numbers),
    )
    pages.be(user_id)
    return pages, user_id


def test_the_first_page_has_rows_of_films_that_were_logged_as_shown(fan):
    pages, user_id = fan
    html = pages.see("/")
    assert films_on(html)
    page_id = re.search(r'data-page="(\w+)"', html)
    assert page_id is not None
    pages.client.__exit__(None, None, None)  # what waits is written
    from matinee.store.opening import open_store
    from matinee.store.served import read_exposures

    store = open_store(pages.settings)
    shown = read_exposures(store.database, user_id=user_id)
    store.database.close()
    pages.client.__enter__()
    assert set(films_on(html)) <= set(shown["item_id"])
    assert shown["page_id"].unique().to_list() == [page_id[1]]


def test_a_film_page_adds_up_to_the_score_that_the_interface_gives(fan):
    pages, user_id = fan
    film = films_on(pages.see("/"))[0]
    html = pages.see(f"/films/{film}")
    told = re.findall(r'class="part">([+-][\d.]+)<', html)
    total = float(re.search(r"film’s score of (-?\d+\.\d+)", html)[1])
    assert sum(map(float, told)) == pytest.approx(total, abs=0.0006 * (len(told) + 1))
    served = worker(pages).live.served
    known = served.standing(user_id, worker(pages).viewers, 2_000_000_000)
    own = served.maker.scoring.scores(known.history.on(served.maker.items))
    assert total == pytest.approx(float(own[served.number(film)]), abs=1e-3)


def test_a_rating_from_a_form_is_kept_and_counts_on_the_next_page(fan):
    pages, user_id = fan
    film = films_on(pages.see("/"))[0]
    answer = pages.post(f"/films/{film}/say", kind="rate", value="5")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"/films/{film}?said=rate&event=")
    assert "Your rating is kept" in pages.see(answer.headers["location"])
    kept = pages.events(user_id)[-1]
    assert (kept["kind"], kept["item_id"], kept["value"]) == ("rate", film, 5)
    assert film not in films_on(pages.see("/"))


def test_a_form_that_is_sent_twice_is_kept_once(fan):
    pages, user_id = fan
    film = films_on(pages.see("/"))[0]
    before = len(pages.events(user_id))
    event_id = "0f8fad5bd9cb469fa16570867728950e"
    for _ in range(2):
        said = pages.post(f"/films/{film}/say", kind="like", event_id=event_id)
        assert said.status_code == 303
    assert len(pages.events(user_id)) == before + 1


def test_what_is_not_interesting_is_gone_until_it_is_taken_back(fan):
    pages, _ = fan
    film = films_on(pages.see("/"))[0]
    answer = pages.post(f"/films/{film}/say", kind="not_interested", next="/")
    assert film not in films_on(pages.see("/"))
    html = pages.see(answer.headers["location"])
    event = re.search(r'name="retracts" value="(\w+)"', html)[1]
    pages.post("/retract", retracts=event, next="/")
    assert film in films_on(pages.see("/"))


def test_my_list_holds_what_was_put_there(fan):
    pages, _ = fan
    film = films_on(pages.see("/"))[0]
    pages.post(f"/films/{film}/say", kind="add_to_list")
    assert films_on(pages.see("/list")) == [film]
    pages.post(f"/films/{film}/say", kind="remove_from_list")
    assert films_on(pages.see("/list")) == []


@pytest.mark.parametrize("token", ["", "x", "0011223344556677.00112233445566778899aabbccddeeff"])
def test_a_form_of_another_site_keeps_nothing(fan, token):
    pages, user_id = fan
    film = films_on(pages.see("/"))[0]
    before = pages.events(user_id)
    answer = pages.post(f"/films/{film}/say", kind="like", token=token)
    assert answer.status_code == 403
    assert "Nothing was kept" in answer.text
    assert pages.events(user_id) == before


def test_a_token_of_another_viewer_is_none(fan):
    pages, _ = fan
    film, token = films_on(pages.see("/"))[0], pages.token()
    pages.be("somebody else")
    assert pages.post(f"/films/{film}/say", kind="like", token=token).status_code == 403


def test_a_request_that_another_site_made_keeps_nothing(fan):
    pages, _ = fan
    film = films_on(pages.see("/"))[0]
    answer = pages.client.post(
        f"/films/{film}/say",
        data={"kind": "like", "token": pages.token()},
        headers=HTML | {"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("elsewhere", ["https://a.example/", "//a.example", "/\\a.example", "x"])
def test_no_form_leads_to_another_site(fan, elsewhere):
    pages, _ = fan
    film = films_on(pages.see("/"))[0]
    answer = pages.post(f"/films/{film}/say", kind="like", next=elsewhere)
    assert re.fullmatch(r"/\?said=like&event=\w+", answer.headers["location"])


@pytest.mark.parametrize(
    "change", [lambda c: c[:-1] + "0", lambda c: "x" + c, lambda c: c.replace(".", ":"), str.upper]
)
def test_a_cookie_that_was_not_made_here_is_a_new_viewer(fan, change):
    pages, user_id = fan
    changed = change(pages.client.cookies[COOKIE])
    if changed == pages.client.cookies[COOKIE]:
        changed = changed[:-1] + "1"
    pages.client.cookies.clear()
    pages.client.cookies.set(COOKIE, changed)
    html = pages.see("/")
    assert f'data-viewer="{user_id}"' not in html
    assert "this browser is a new viewer now" in html


def test_events_of_scripts_are_the_cookies_viewer_and_come_once(fan):
    pages, user_id = fan
    film = films_on(pages.see("/"))[0]
    before = len(pages.events(user_id))
    event = {"event_id": "0f8fad5bd9cb469fa16570867728950e", "user_id": "victim", "item_id": film}
    event |= {"kind": "play", "timestamp": 1_700_000_000, "position_s": 0}
    body = {"token": pages.token(), "events": [event]}
    for state in ("accepted", "repeated"):
        answer = pages.client.post("/events", json=body, headers={"Accept": "application/json"})
        assert answer.json() == {"states": [state]}
    assert len(pages.events(user_id)) == before + 1
    assert not pages.events("victim")


def test_search_forgives_and_says_where_nothing_is_near(fan):
    pages, _ = fan
    data = worker(pages).live.served.data
    film_id, title = data.movies.select("item_id", "title").drop_nulls().row(0)
    assert film_id in films_on(pages.see(f"/search?q={title}"))
    first = films_on(pages.see(f"/search?q={title}"))[0]
    assert first == film_id  # and nothing far from it when something is near
    assert "Nothing like" in pages.see("/search?q=qqqqqqqqqqqqqqqq")
    found = pages.client.get(f"/search?q={title}", headers={"Accept": "application/json"}).json()
    assert film_id in [each["item_id"] for each in found]


def test_search_finds_films_of_a_person_whose_name_was_misspelt(fan):
    pages, _ = fan
    live = worker(pages).live
    varda = {"directors": ["Agnès Varda"]}
    rows = [
        {"item_id": "p1", "title": "The Gleaners", "vote_count": 3} | varda,
        {"item_id": "p2", "title": "Vagabond", "vote_count": 9} | varda,
        {"item_id": "p3", "title": "Elsewhere", "vote_count": 50, "cast": ["Agnes Moorehead"]},
    ]
    films = pl.DataFrame(rows, schema=MOVIES)
    upsert_films(live.store.database, films, 2_000_000_000)
    live.reread()
    html = pages.see("/search?q=agnes+vrada")
    assert "<h2>Agnès Varda</h2>" in html
    assert films_on(html) == ["p2", "p1"]  # the better known first
    asked = {"headers": {"Accept": "application/json"}}
    proposed = pages.client.get("/search?q=agnes+vrada", **asked).json()
    assert [each["item_id"] for each in proposed] == ["p2", "p1"]
    assert "Agnès" not in pages.see("/search?q=Vagabond")  # no name is nearer than that title


def test_every_page_forbids_what_is_not_its_own(fan):
    pages, _ = fan
    film = films_on(pages.see("/"))[0]
    for path in ("/", f"/films/{film}", "/list", "/search?q=a", "/films/none"):
        policy = pages.client.get(path, headers=HTML).headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "http" not in policy


def test_pages_have_no_script_or_style_of_their_own(fan):
    pages, _ = fan
    film = films_on(pages.see("/"))[0]
    for path in ("/", f"/films/{film}", "/list", "/search?q=a"):
        html = pages.see(path)
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]+src=)", html)
        assert not re.search(r'(src|href)="https?:', html)


def test_titles_cannot_become_markup(pages):
    html = pages.see("/search?q=<script>alert(1)</script>")
    assert "<script>alert" not in html
    assert "<script>alert(1)</script>" in unescape(html)


@pytest.mark.parametrize("path", ["/films/none", "/nowhere", "/viewers"])
def test_what_there_is_not_has_a_page_that_says_what_to_do(pages, path):
    html = pages.see(path, 404)
    assert 'href="/"' in html
    assert "first page" in html


def test_programs_are_still_answered_as_programs(pages):
    found = pages.client.get("/v1/nowhere", headers=HTML)
    assert found.headers["content-type"] == "application/problem+json"
    assert pages.client.get("/v1/events", headers=HTML).status_code == 405


def test_an_empty_catalogue_says_how_to_fill_it(open_pages):
    assert "matinee database import" in open_pages(filled=False).see("/")


def test_without_a_model_the_page_says_so_and_has_films(open_pages):
    html = open_pages(model=None).see("/")
    assert "matinee train --data database" in html
    assert films_on(html)


def test_simulated_viewers_can_be_chosen_in_the_demo_alone(open_pages):
    pages = open_pages(simulated_viewers=True)
    pages.see("/viewers")
    user_id = worker(pages).live.served.data.users.ids[0]
    assert pages.post("/viewers", viewer=user_id).status_code == 303
    assert f'data-viewer="{user_id}"' in pages.see("/")
    assert "simulated" in pages.see("/")
    assert pages.post("/viewers", viewer="guest-0123").status_code == 422


def test_art_is_kept_by_browsers_and_answered_by_its_tag(pages):
    film = worker(pages).live.served.data.items.ids[0]
    found = pages.client.get("/art/poster.svg", params={"film": film})
    assert found.headers["content-type"] == "image/svg+xml"
    again = {"If-None-Match": found.headers["etag"]}
    path = "/art/poster.svg"
    assert pages.client.get(path, params={"film": film}, headers=again).status_code == 304
    assert pages.client.get(path, params={"film": "none"}).status_code == 404
    address = re.search(r'src="(/art/poster[^"]+)"', pages.see("/"))[1]
    assert "immutable" in pages.client.get(unescape(address)).headers["cache-control"]
