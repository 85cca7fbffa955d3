"""The studio: who may enter, and what it shows is what there is."""

import time

import pytest
from tests.web.conftest import Pages

from matinee.store.access import make_api_key, revoke_api_keys
from matinee.store.served import add_artefact, read_artefacts
from matinee.web.studio.health_page import labelled, routes

PAGES = [
    "/studio",
    "/studio/catalogue",
    "/studio/catalogue/cold.csv",
    "/studio/models",
    "/studio/policies",
    "/studio/health",
]


def database(pages: Pages):
    return pages.client.app.state.worker.store.database


@pytest.mark.parametrize("path", [*PAGES, "/studio?picture=genres"])
def test_nobody_is_inside_without_a_key(pages, path):
    answer = pages.client.get(path, follow_redirects=False)
    assert answer.headers["location"] == "/studio/enter"


@pytest.mark.parametrize("scope", ["serve", "ingest", None])
def test_only_an_admin_key_opens(pages, scope):
    now = int(time.time())
    key = "matinee_x" if scope is None else make_api_key(database(pages), "k", scope, now)
    answer = pages.post("/studio/enter", key=key)
    assert answer.status_code == 403
    assert "opens nothing here" in answer.text
    assert pages.client.get("/studio", follow_redirects=False).status_code == 303


def test_a_key_that_is_revoked_holds_nobody_inside(inside):
    assert "Data" in inside.see("/studio")
    revoke_api_keys(database(inside), "owner", int(time.time()))
    assert inside.client.get("/studio", follow_redirects=False).status_code == 303


def test_a_note_that_was_changed_is_none(inside):
    note = inside.client.cookies.get("matinee_studio").strip('"')
    inside.client.cookies.delete("matinee_studio")
    inside.client.cookies.set("matinee_studio", f"x{note}", path="/studio")
    assert inside.client.get("/studio", follow_redirects=False).status_code == 303


def test_a_version_can_be_gone_back_to(inside):
    now = int(time.time())
    for name in ("v1", "v2"):
        add_artefact(database(inside), name, f"/nowhere/{name}", {"name": "ease"}, now)
    assert inside.post("/studio/models", version="v1").status_code == 303
    assert {each.artefact_id: each.state for each in read_artefacts(database(inside))}[
        "v1"
    ] == "live"
    assert "artefact live" in inside.see("/studio/models")
    assert inside.post("/studio/models", version="v9").status_code == 404


def test_health_counts_what_was_answered(inside):
    for _ in range(3):
        inside.see("/list")
    html = inside.see("/studio/health")
    assert "/list" in html
    text = inside.client.app.state.worker.metrics.text().decode()
    found = {each.route: each for each in routes(text)}
    assert found["/list"].count >= 3
    assert found["/list"].failed == 0
    assert labelled(text, "matinee_events_total", "state") == []
