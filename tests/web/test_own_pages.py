"""The first visit, the player, and what a viewer's own taste can be told."""

import io
import re
import time
import zipfile
from html import unescape

import pytest
from tests.web.conftest import HTML, Pages, films_on

from matinee.schema import RatingScale
from matinee.store.viewer_tokens import make_viewer_token
from matinee.web.welcome import rescaled

JSON = {"Accept": "application/json"}


@pytest.fixture
def newcomer(pages: Pages) -> Pages:
    pages.be("guest-0011223344556677")
    return pages


NEWCOMER = "guest-0011223344556677"


def offered(pages: Pages) -> list[str]:
    return re.findall(r'name="film" value="([^"]+)"', pages.see("/welcome"))


def test_what_is_picked_makes_a_page_of_ones_own(newcomer):
    assert "the same for everybody" in newcomer.see("/")
    films = offered(newcomer)
    assert len(films) >= 5
    answer = newcomer.post("/welcome", film=films[:3])
    assert answer.headers["location"] == "/?said=picked"
    said = [(event["kind"], event["item_id"]) for event in newcomer.events(NEWCOMER)]
    assert sorted(said) == sorted(("like", film) for film in films[:3])
    html = newcomer.see("/")
    assert "the same for everybody" not in html
    assert not set(films[:3]) & set(films_on(html))


def titled(pages: Pages, count: int) -> list[tuple[str, str, int]]:
    movies = pages.client.app.state.worker.live.served.data.movies
    return movies.select("item_id", "title", "year").drop_nulls().head(count).rows()


@pytest.mark.parametrize("zipped", [False, True])
def test_a_history_from_elsewhere_counts_at_once_and_only_once(newcomer, tmp_path, zipped):
    films = titled(newcomer, 3)
    table = "Date,Name,Year,Letterboxd URI,Rating\n" + "".join(
        f'2024-05-0{k},"{title}",{year},https://boxd.it/{k},{5 - k}\n'
        for k, (_, title, year) in enumerate(films, 1)
    )
    content, name = table.encode(), "ratings.csv"
    if zipped:
        path, name = tmp_path / "export.zip", "export.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("ratings.csv", table)
        content = path.read_bytes()
    for _ in range(2):
        answer = newcomer.client.post(
            "/welcome/history",
            data={"token": newcomer.token()},
            files={"history": (name, content)},
            headers=HTML,
        )
        assert answer.status_code == 200, answer.text
        assert "3 films found here" in answer.text
        assert films_on(answer.text) == [film for film, _, _ in films]
    said = newcomer.events(NEWCOMER)
    assert len(said) == 3
    assert {event["item_id"]: event["value"] for event in said} == {
        film: 5.0 - k for k, (film, _, _) in enumerate(films, 1)
    }


@pytest.mark.parametrize("content", [b"", b"\x00\xff\x00", b"a,b\n1,2\n", b"PK\x03\x04broken"])
def test_a_file_that_is_no_history_says_what_was_expected(newcomer, content):
    answer = newcomer.client.post(
        "/welcome/history",
        data={"token": newcomer.token()},
        files={"history": ("mine.zip" if content[:2] == b"PK" else "mine.csv", content)},
        headers=HTML,
    )
    assert answer.status_code == 422
    assert "expected" in answer.text
    assert not newcomer.events(NEWCOMER)


@pytest.mark.parametrize(
    ("rating", "own", "to", "expected"),
    [
        (5, RatingScale(0.5, 5, 0.5), RatingScale(1, 10, 1), 10),
        (0.5, RatingScale(0.5, 5, 0.5), RatingScale(1, 10, 1), 1),
        (7, RatingScale(1, 10, 1), RatingScale(0.5, 5, 0.5), 3.5),
        (3, RatingScale(1, 5, 1), RatingScale(1, 5, 1), 3),
    ],
)
def test_ratings_come_to_the_scale_of_the_database(rating, own, to, expected):
    assert rescaled(rating, own, to) == expected


def test_a_film_that_was_left_is_gone_on_with(newcomer):
    film = films_on(newcomer.see("/"))[0]
    html = newcomer.see(f"/films/{film}/play")
    seconds = int(re.search(r'data-seconds="(\d+)"', html)[1])
    newcomer.post(f"/films/{film}/say", kind="stop", position=str(seconds // 2))
    kept = newcomer.events(NEWCOMER)[-1]
    assert (kept["kind"], kept["position_s"]) == ("stop", seconds // 2)
    begun = int(re.search(r'data-begun="(\d+)"', newcomer.see(f"/films/{film}/play"))[1])
    runtime = newcomer.client.app.state.worker.live.served.data.movies.filter(item_id=film)
    if runtime["runtime"][0] is not None:
        assert begun == pytest.approx(seconds / 2, abs=1)
    else:
        assert begun == 0


def test_a_film_that_is_taken_out_says_what_that_changes(newcomer):
    films = offered(newcomer)[:4]
    newcomer.post("/welcome", film=films)
    before = films_on(newcomer.see("/"))
    token = newcomer.token()
    body = {"token": token, "film": films[0], "kind": "take_out"}
    told = newcomer.client.post("/taste/films", data=body, headers=JSON).json()
    assert told["taken_out"] is True
    assert set(told["gone"]).isdisjoint(told["come"])
    assert f'value="{films[0]}"' in newcomer.see("/taste")
    assert "put_back" in newcomer.see("/taste")
    told = newcomer.client.post(
        "/taste/films", data=body | {"kind": "put_back"}, headers=JSON
    ).json()
    assert told["taken_out"] is False
    assert films_on(newcomer.see("/")) == before


def test_without_consent_the_page_is_everybodys_and_nothing_is_lost(newcomer):
    everybodys = films_on(newcomer.see("/"))
    newcomer.post("/welcome", film=offered(newcomer)[:3])
    own = films_on(newcomer.see("/"))
    assert own != everybodys
    answer = newcomer.post("/taste/consent", purpose="personalisation", on="no")
    assert "Switched off" in newcomer.see(answer.headers["location"])
    assert films_on(newcomer.see("/")) == everybodys
    newcomer.post("/taste/consent", purpose="personalisation", on="yes")
    assert films_on(newcomer.see("/")) == own


@pytest.mark.parametrize("path", ["/welcome", "/taste/films", "/taste/consent", "/welcome/history"])
def test_nothing_of_a_viewer_changes_without_a_page_of_theirs(newcomer, path):
    film = offered(newcomer)[0]
    fields = {"token": "x.y", "film": film, "purpose": "personalisation", "on": "no"}
    answer = newcomer.client.post(path, data=fields, headers=HTML)
    assert answer.status_code == 403
    assert not newcomer.events(NEWCOMER)
    assert "personalisation" in newcomer.see("/taste")


def test_everything_that_is_known_can_be_taken_along(newcomer):
    films = offered(newcomer)[:2]
    newcomer.post("/welcome", film=films)
    found = newcomer.client.get("/taste/export")
    with zipfile.ZipFile(io.BytesIO(found.content)) as archive:
        events = archive.read("events.csv").decode()
    assert all(film in events for film in films)


def test_a_viewer_who_is_erased_is_a_new_one_and_may_check_the_certificate(newcomer):
    newcomer.post("/welcome", film=offered(newcomer)[:2])
    assert newcomer.post("/taste/erase").status_code == 422
    assert newcomer.events(NEWCOMER)
    answer = newcomer.post("/taste/erase", sure="yes")
    assert "hmac_sha256" in answer.text
    assert NEWCOMER not in unescape(answer.text).split("<main")[1]
    assert not newcomer.events(NEWCOMER)
    assert f'data-viewer="{NEWCOMER}"' not in newcomer.see("/")
    newcomer.be(NEWCOMER)  # another browser of the same viewer
    film = films_on(newcomer.see("/"))[0]
    answer = newcomer.post(f"/films/{film}/say", kind="like")
    assert "This viewer was erased" in answer.text
    assert f'data-viewer="{NEWCOMER}"' not in newcomer.see("/")


def test_a_token_lets_a_viewer_in_while_it_is_good(newcomer):
    good = make_viewer_token(newcomer.key, "u14", int(time.time()) + 60)
    over = make_viewer_token(newcomer.key, "u14", int(time.time()) - 1)
    for token in (over, f"{good}0", "viewer.x.y", ""):
        answer = newcomer.client.get("/enter", params={"token": token}, headers=HTML)
        assert answer.status_code == 403
        assert "follow a new one" in answer.text
        assert f'data-viewer="{NEWCOMER}"' in newcomer.see("/")
    newcomer.client.get("/enter", params={"token": good}, headers=HTML)
    assert 'data-viewer="u14"' in newcomer.see("/")
