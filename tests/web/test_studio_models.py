"""The studio's models: the board, the versions, and letting one serve."""

import re
import time
from html import unescape

import pytest
from tests.web.conftest import Pages

from matinee.store.index import refuse_for
from matinee.store.measured import keep_measured, read_measured
from matinee.store.people import read_audit
from matinee.store.served import add_artefact, read_artefacts
from matinee.store.workspace import Workspace
from matinee.web.studio.board import board_of
from matinee.web.studio.history import versions_of

CHECK = {
    "metric": "ndcg@10",
    "viewers": 304,
    "running": 0.1,
    "candidate": 0.12,
    "difference": 0.02,
    "low": 0.005,
    "high": 0.035,
    "threshold": 0.01,
    "passed": True,
    "reason": "ndcg@10 0.1200 against 0.1000",
}


def figure(value, spread=0.01):
    return {"value": value, "low": value - spread, "high": value + spread}


def leaderboard():
    """As `evaluate --json` prints it, with an oracle and a model without a figure."""
    models = [
        ("popularity", "popularity", 0.05, 0.1),
        ("ease", "ease", 0.11, 0.5),
        ("oracle", "oracle", 0.2, 0.9),
        ("soup", "soup", 0.06, 0.8),
        ("mf", "mf", None, 0.2),
    ]
    return {
        "data": "database",
        "split": "time",
        "by": "ndcg@10",
        "users": 304,
        "models": [
            {
                "name": name,
                "recipe": recipe,
                "metrics": {
                    "ndcg@10": figure(value)
                    if value is not None
                    else dict.fromkeys(("value", "low", "high")),
                    "coverage@10": figure(covered),
                    "coverage@20": figure(covered),
                },
            }
            for name, recipe, value, covered in models
        ],
        "notes": ["the viewers are <made up>"],
    }


def measured(pages: Pages) -> None:
    workspace = Workspace(pages.settings.home)
    keep_measured(workspace, "database", "leaderboard", leaderboard(), 1_790_000_000)


def database(pages: Pages):
    return pages.client.app.state.worker.store.database


def versions(pages: Pages) -> None:
    """An old one, one that was compared with it, and one that the comparison refused."""
    for number, (name, metrics) in enumerate(
        {
            "v1": {"name": "popularity"},
            "v2": {"name": "ease", "check": CHECK, "against": "v1"},
            "v3": {"name": "als", "check": {**CHECK, "difference": -0.03, "low": -0.05}},
        }.items()
    ):
        add_artefact(
            database(pages), name, f"/nowhere/{name}", metrics, int(time.time()) - 9 + number
        )
    refuse_for(database(pages), "v3", "check", "worse")


def test_what_was_not_measured_is_not_shown(inside):
    html = inside.see("/studio/models")
    assert "matinee evaluate --data database" in html
    assert 'class="sheet board"' not in html
    assert "matinee train --data database --live" in html


def test_the_board_shows_what_was_measured_best_first(inside):
    measured(inside)
    html = inside.see("/studio/models")
    board = re.search(r'<table class="sheet board">(.*?)</table>', html, re.S)[1]
    names = re.findall(r'<th scope="row">(\w+)', board)
    assert names == ["oracle", "ease", "soup", "popularity"]  # mf has no figure
    assert "0.1100" in board
    assert "0.1000 to 0.1200" in board
    assert "2026-09-21" in html
    assert "matinee evaluate --data database" not in html
    assert "&lt;made up&gt;" in html
    addresses = re.findall(r'data-picture="([^"]+)"', html)
    assert "/studio/models?picture=accuracy-coverage" in addresses
    for address in addresses:
        assert inside.client.get(address).text.startswith("<svg")


def test_only_a_model_that_competes_is_the_best_of_a_column(inside):
    measured(inside)
    found = read_measured(Workspace(inside.settings.home), "database", "leaderboard")
    board = board_of(found, "ease")
    best = {one.name: [cell.best for cell in one.cells] for one in (*board.first, *board.rest)}
    assert best == {"oracle": [False], "ease": [False], "soup": [True], "popularity": [False]}
    assert [one.name for one in board.first if one.serves] == ["ease"]
    ends = [(one.span.start, one.span.at, one.span.end) for one in board.first]
    assert all(start < at < end for start, at, end in ends)
    assert (min(start for start, _, _ in ends), max(end for _, _, end in ends)) == (0, 100)


def test_a_board_of_the_oracle_alone_and_of_zeros_is_a_board(inside):
    document = leaderboard()
    document["models"] = [one for one in document["models"] if one["name"] == "oracle"]
    document["models"][0]["metrics"]["ndcg@10"] = {"value": 0.0, "low": None, "high": None}
    keep_measured(Workspace(inside.settings.home), "database", "leaderboard", document, 1)
    assert "<td>0.0000</td>" in inside.see("/studio/models")


def test_a_file_that_is_damaged_is_as_none(inside):
    measured(inside)
    path = Workspace(inside.settings.home).measured_file("database", "leaderboard")
    path.write_text("{")
    assert "matinee evaluate --data database" in inside.see("/studio/models")


def test_intervals_of_versions_lie_on_one_scale(inside):
    versions(inside)
    found = {one.artefact_id: one for one in versions_of(read_artefacts(database(inside)))}
    assert found["v1"].check is None
    passed, refused = found["v2"].check, found["v3"].check
    assert passed.threshold == refused.threshold < passed.zero == 50
    assert passed.span.start > passed.threshold
    assert refused.span.start < refused.threshold
    assert "below -0.0100" in found["v3"].reason
    assert found["v3"].forced
    assert not found["v3"].may_serve


def test_a_version_serves_after_it_was_asked_once_more(inside):
    versions(inside)
    assert "/studio/models/live?version=v2" in inside.see("/studio/models")
    asked = inside.see("/studio/models/live?version=v2")
    assert "Let this version serve?" in asked
    assert {each.state for each in read_artefacts(database(inside))} == {"candidate", "refused"}
    assert inside.post("/studio/models", version="v2").status_code == 303
    assert "Go back to v1" not in inside.see("/studio/models")
    inside.post("/studio/models", version="v1")
    inside.post("/studio/models", version="v2")
    assert "Go back to v1" in inside.see("/studio/models")
    inside.see("/studio/models/live?version=v9", 404)


def test_what_the_check_refused_serves_by_force_alone(inside):
    versions(inside)
    assert 'name="force"' in inside.see("/studio/models/live?version=v3")
    assert 'name="force"' not in inside.see("/studio/models/live?version=v1")
    assert inside.post("/studio/models", version="v3").status_code == 409
    assert inside.post("/studio/models", version="v3", force="yes").status_code == 303
    acts = read_audit(database(inside))["action"].to_list()
    assert acts[-1] == "artefact live by force"


def test_the_audit_log_is_there_whole(inside):
    versions(inside)
    inside.post("/studio/models", version="v1")
    html = unescape(inside.see("/studio/models/audit"))
    assert re.search(r"<td>owner</td><td>artefact live</td><td><code>v1</code>", html)


@pytest.mark.parametrize("path", ["/studio/models/live?version=v1", "/studio/models/audit"])
def test_nobody_is_inside_without_a_key(pages, path):
    answer = pages.client.get(path, follow_redirects=False)
    assert answer.headers["location"] == "/studio/enter"
