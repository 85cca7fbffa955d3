"""The studio's interpretation: looked into once, honest about whom it asked, and true sums."""

import json
import re
import time
from html import unescape

import pytest
from tests.web.conftest import HTML, Pages

from matinee.store.measured import keep_measured, read_measured
from matinee.store.people import put_consent, read_audit
from matinee.store.workspace import Workspace
from matinee.web.studio.interpreting import Interpreting

PATH = "/studio/interpretation"


def looked_into(pages: Pages) -> str:
    """The page once all is known."""
    pages.see(PATH)
    until = time.monotonic() + 120
    while time.monotonic() < until:
        state = pages.client.get(f"{PATH}/state", headers={"Accept": "application/json"}).json()
        if not state["working"]:
            return pages.see(PATH)
        time.sleep(0.05)
    raise AssertionError(f"still: {state}")


def explain(pages: Pages, **fields: str) -> str:
    answer = pages.post(f"{PATH}/viewer", **fields)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def test_it_is_looked_into_once_and_kept(inside):
    html = unescape(looked_into(inside))
    assert "from whom the model has learnt" in html
    assert "how good it is, it does not" in html
    assert "Looking into it" not in html
    assert 'id="effects"' in html
    kept = read_measured(Workspace(inside.settings.home), "database", "served")
    worker = inside.client.app.state.worker
    other = Interpreting().of(worker, worker.live.served)  # another worker, or after a restart
    assert other.document == kept.document
    addresses = re.findall(r'data-picture="([^"]+)"', html)
    assert f"{PATH}?picture=genre-effects" in addresses
    for address in addresses:
        assert inside.client.get(address).text.startswith("<svg")


def test_what_interpret_measured_is_shown_beside(inside):
    figure = {"value": 0.2, "low": 0.18, "high": 0.22}
    bins = [{"predicted": 0.1 * k, "observed": {**figure, "value": 0.1 * k}} for k in (1, 2)]
    document = {
        "policy": {"name": "boxed"},
        "protocol": {"text": "Asked of others."},
        "quality": {
            "metric": "ndcg@10",
            "overall": [{"name": name, **figure} for name in ("boxed", "first stage alone")],
            "against_first_stage": {
                "boxed": {"difference": 0.01, "low": 0.0, "high": 0.02, "p": 0.04}
            },
            "segments": [],
        },
        "calibration": [{"ranker": "boxed", "bins": bins}],
    }
    workspace = Workspace(inside.settings.home)
    assert "by matinee interpret" not in inside.see(PATH)
    keep_measured(workspace, "database", "interpretation", document, 1_790_000_000)
    html = unescape(inside.see(PATH))
    assert "boxed, fitted anew for it on 2026-09-21" in html
    assert f"{PATH}?picture=calibration" in html
    assert inside.client.get(f"{PATH}?picture=quality").text.startswith("<svg")


def test_the_page_does_not_wait_for_it(inside):
    class Slow(Interpreting):
        def _work(self, worker, served, key):
            del worker, served, key

    inside.client.app.state.interpreting = Slow()
    html = inside.see(PATH)
    assert "Looking into it" in html
    assert f'data-progress="{PATH}/state"' in html
    assert "Model card" in html
    state = inside.client.get(f"{PATH}/state").json()
    assert state == {"working": True, "said": "reading what is kept"}


def test_the_card_says_what_it_learnt_from_and_that_nothing_was_measured(inside):
    html = unescape(inside.see(PATH))
    folder = Workspace(inside.settings.home).model_folder("database", "ease")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert manifest["data"]["fingerprint"] in html
    assert f"<dd>{manifest['data']['interactions']:,}</dd>" in html
    assert "<dt>ridge</dt><dd>500</dd>" in html
    assert "Not measured on viewers from whom nothing was learnt" in html


def test_without_a_model_it_says_how_to_train_one(open_pages, enter):
    pages = enter(open_pages(model=None))
    html = pages.see(PATH)
    assert "matinee train --data database --live" in html
    assert "Which films speak" not in html


def test_a_film_is_found_by_its_title_and_speaks_for_others(inside):
    html = unescape(inside.see(f"{PATH}?film=Film 3"))
    assert "Film 3</a> speaks for" in html
    assert "No film has a title like" in inside.see(f"{PATH}?film=zzzzqqq")


def test_parts_add_up_to_the_score_that_is_shown(inside):
    html = explain(inside, viewer="u14")
    films = re.findall(r"<details.*?</details>", html, re.S)
    summed = 0
    for film in films:
        parts = [float(v) for v in re.findall(r'<td class="value">([+-][\d.e+-]+)</td>', film)]
        if not parts:
            continue
        total = float(re.search(r'Score</th><td></td><td class="value">([^<]+)<', film)[1])
        score = float(re.search(r'<span class="value">([^<]+)</span></summary>', film)[1])
        scale = sum(abs(part) for part in parts)
        assert sum(parts) == pytest.approx(total, abs=1e-3 * scale)  # each is shown to 4 digits
        assert score == pytest.approx(total, rel=1e-3, abs=1e-3 * scale)
        summed += 1
    assert summed >= 4
    assert "the model was asked again" in html or "were found on which that hangs" in html


def test_who_looks_at_a_page_stands_in_the_audit_log(inside):
    database, key = (
        inside.client.app.state.worker.store.database,
        inside.client.app.state.worker.store.key,
    )
    explain(inside, viewer="u14")
    act = read_audit(database).rows(named=True)[-1]
    assert (act["actor"], act["action"]) == ("owner", "viewer's page looked at")
    assert act["subject"] == key.pseudonym("u14")
    assert not inside.events("u14") or "impression" not in {e["kind"] for e in inside.events("u14")}


def test_viewers_are_offered_by_pseudonym_alone(inside):
    html = inside.see(f"{PATH}/viewer")
    offered = re.findall(r'<option value="(\w{12})">', html)
    assert len(offered) >= 10
    assert not re.search(r"\bu\d+\b", re.sub(r"<[^>]*>", " ", html))
    key = inside.client.app.state.worker.store.key
    assert offered[0] in {key.pseudonym(f"u{5 + 3 * k}")[:12] for k in range(40)}
    assert f"Viewer <code>{offered[0]}</code>" in explain(inside, pseudonym=offered[0])
    assert inside.post(f"{PATH}/viewer").status_code == 422


def test_consent_is_honoured(inside):
    store = inside.client.app.state.worker.store
    before = explain(inside, viewer="u14")
    assert "Because you watched" in before or "Top picks for you" in before
    put_consent(
        store.database, store.key, "u14", {"personalisation": False}, "u14", int(time.time())
    )
    html = explain(inside, viewer="u14")
    assert "ersonalisation is switched off" in html
    assert "0 films of the history" in html
    assert "Top picks for you" not in html


def test_a_form_of_elsewhere_shows_nobody(inside):
    answer = inside.post(f"{PATH}/viewer", viewer="u14", token="x")
    assert answer.status_code == 403
    assert read_audit(inside.client.app.state.worker.store.database).height == 0


@pytest.mark.parametrize("path", [PATH, f"{PATH}/state", f"{PATH}/viewer"])
def test_nobody_is_inside_without_a_key(pages, path):
    answer = pages.client.get(path, follow_redirects=False, headers=HTML)
    assert answer.headers["location"] == "/studio/enter"
