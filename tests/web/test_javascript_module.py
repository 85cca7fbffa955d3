"""The module for pages of others: on a page of another origin, in a real browser."""

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.web.browser import Site, serving

from matinee.settings import Settings
from matinee.store.opening import open_store
from matinee.store.viewer_tokens import make_viewer_token

VIEWER, FILM = "module-1", "alien-1979"
PAGE = """<!doctype html><title>Elsewhere</title><video></video><script type="module">
import { Events, watch } from "SERVICE/static/events.js";
let renewals = 0;
const renew = async () => { renewals += 1; return "TOKEN"; };
const events = new Events({ service: "SERVICE", user: "VIEWER", token: "FIRST", renew });
const video = document.querySelector("video");
Object.defineProperty(video, "currentTime", { value: 61, writable: true });
Object.assign(window, { events, renewed: () => renewals, ready: true });
window.watching = watch(video, events, "FILM", { page_id: "p1", row: 0, slot: 2 });
</script>"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Serves a page at another origin; the address of it."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()

        def page(text: str) -> str:
            (tmp_path / "index.html").write_text(text)
            return f"http://127.0.0.1:{server.server_address[1]}"

        yield page
        server.shutdown()


def token(site: Site, seconds: int = 600) -> str:
    store = open_store(Settings(home=site.home, database_url=None))
    made = make_viewer_token(store.key, VIEWER, int(time.time()) + seconds)
    store.database.close()
    return made


def kinds(site: Site) -> list[str]:
    return [event["kind"] for event in site.events(VIEWER)]


def until(page: Any, done: Callable[[], bool]) -> None:
    ends = time.monotonic() + 30
    while not done():
        assert time.monotonic() < ends, "it did not come"
        page.wait_for_timeout(100)


def test_a_video_on_a_page_elsewhere_tells_what_is_done(
    site: Site, chromium: Any, elsewhere: Callable[[str], str]
) -> None:
    origin = elsewhere("")
    context = chromium.new_context()
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    with serving(site.home, MATINEE_CORS_ORIGINS=f'["{origin}"]') as url:
        text = PAGE.replace("TOKEN", token(site)).replace("FIRST", token(site, -60))
        elsewhere(text.replace("SERVICE", url).replace("VIEWER", VIEWER).replace("FILM", FILM))
        page.goto(origin)
        page.wait_for_function("window.ready")

        video = "document.querySelector('video').dispatchEvent(new Event('{}'))"
        page.evaluate(video.format("play"))
        until(page, lambda: kinds(site) == ["play"])
        assert page.evaluate("renewed()") == 1  # the first token was an old one
        context.set_offline(True)
        for one in ("pause", "play"):
            page.evaluate(video.format(one))
        until(page, lambda: page.evaluate("events.waiting") == 2)
        assert kinds(site) == ["play"]
        context.set_offline(False)
        until(page, lambda: sorted(kinds(site)) == ["pause", "play", "resume"])
        until(page, lambda: page.evaluate("events.waiting") == 0)

        page.evaluate("watching.stop()")
        until(page, lambda: "stop" in kinds(site))
        page.evaluate("events.send()")  # what was handed over comes again, and is the same event
        until(page, lambda: page.evaluate("events.waiting") == 0)
    context.close()
    assert sorted(kinds(site)) == ["pause", "play", "resume", "stop"]
    last = next(event for event in site.events(VIEWER) if event["kind"] == "stop")
    place = {"item_id": FILM, "position_s": 61, "page_id": "p1", "row": 0, "slot": 2}
    assert {name: last[name] for name in place} == place
    assert wrong == []


def test_any_origin_may_import_it(site: Site) -> None:
    answer = httpx.get(f"{site.url}/static/events.js")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "import " not in answer.text.split("export class")[0].replace("it imports", "")
