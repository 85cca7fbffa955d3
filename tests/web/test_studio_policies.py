"""The studio's policies: errors beside their line, what is kept, two pages and how they differ."""

import re
import time
from html import unescape

import numpy as np
import pytest
from tests.web.conftest import Pages

from matinee import training
from matinee.page.values import Card, Page, PageRow
from matinee.ranking.policy import policy_from_toml
from matinee.store.index import make_live
from matinee.store.people import read_audit
from matinee.store.served import add_artefact, put_policy, read_policies
from matinee.training.version_folders import save_version
from matinee.web.studio.page_difference import difference
from matinee.web.studio.policy_lines import changes, line_of
from matinee.web.studio.previewing import maker_of, serving_policy

ONE = '[page]\nrows = 2\nkinds = ["top_picks", "trending"]\n'
OTHER = '[reranking]\ndiversity = 0.9\n[page]\nrows = 1\nkinds = ["top_picks"]\n'

OLD = "20260101-000000-aaaa"


def database(pages: Pages):
    return pages.client.app.state.worker.store.database


def texts(html: str) -> list[str]:
    return [unescape(t) for t in re.findall(r"<textarea[^>]*>(.*?)</textarea>", html, re.S)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("rows = = 2", 1),
        ('name = "a"\n\n[page]\nrows = 3\ncards = 0\n', 5),
        ('name = "a"\n[page]\nrowz = 3\n', 3),
        ('[candidates]\nn = 100\nmodel = "nosuch"\n[page]\nrows = 2\n', 3),
        ('[ranker]\nkind = "none"\n[reranking]\ndiversity = -1\n', 4),
        ('[page]\nrows = 2\nkinds = ["top_picks", "nosuch"]\n', 3),
        ("name = 'a'\n[pages]\nrows = 2\n", 2),
        ('name = "a"\n[page]\nrows = 2\n[ranker]\nkind = "tree"\n', 5),
        ("[page.weights]\ntheme = 1.0\nnosuch = 2.0\n", 3),
    ],
)
def test_an_error_is_told_beside_its_line(inside, text, line):
    answer = inside.post("/studio/policies/edit", name="mine", text=text)
    assert answer.status_code == 422
    here = re.search(r'<li class="here"><span class="line-number">(\d+)</span>', answer.text)
    assert int(here[1]) == line
    assert texts(answer.text)[0].strip() == text.strip()
    assert read_policies(database(inside)) == {}


def test_a_line_is_one_of_the_text_whatever_the_error_says():
    assert line_of("", "policy a: expected TOML, got Invalid (at line 7, column 1)") == 1
    assert line_of("[page]\nrows = 1", "something else altogether") == 1


def test_a_policy_is_kept_under_its_name(inside):
    assert "None is kept yet" in inside.see("/studio/policies")
    answer = inside.post("/studio/policies/edit", name="calm evening", text=OTHER)
    assert answer.headers["location"] == "/studio/policies?said=policy"
    kept = policy_from_toml(read_policies(database(inside))["calm evening"], "x")
    assert (kept.name, kept.page.rows, kept.reranking.diversity) == ("calm evening", 1, 0.9)
    assert read_audit(database(inside))["action"].to_list() == ["policy kept: calm evening"]
    html = inside.see("/studio/policies")
    assert "calm evening" in html
    assert texts(inside.see("/studio/policies/edit?name=calm evening"))[0].startswith("name =")


@pytest.mark.parametrize("name", ["", "../x", "a" * 61, "<b>"])
def test_a_name_that_is_none_is_told(inside, name):
    answer = inside.post("/studio/policies/edit", name=name, text=OTHER)
    assert answer.status_code == 422
    assert 'id="name-wrong"' in answer.text
    assert read_policies(database(inside)) == {}


def test_what_is_kept_and_cannot_be_read_is_shown_so(inside):
    put_policy(database(inside), "old", "[page]\nrows = 0\n", 1)
    html = inside.see("/studio/policies")
    assert "rows: expected" in html


def test_what_serves_is_the_beginning_of_a_new_one(inside):
    text = texts(inside.see("/studio/policies/edit"))[0]
    served = inside.client.app.state.worker.live.served
    assert policy_from_toml(text, "x").candidates == serving_policy(served).candidates


def test_a_policy_says_what_it_takes_to_serve(inside):
    put_policy(database(inside), "learns", '[candidates]\nmodel = "als"\n', 1)
    put_policy(database(inside), "lays out", '[candidates]\nmodel = "ease"\n[page]\nrows = 3\n', 1)
    html = inside.see("/studio/policies")
    assert "<code>[candidates]</code>" in html.partition("How one comes to serve")[0]
    assert "if what serves were a version" in html  # it was kept by train, without --live
    answer = inside.post("/studio/policies/serve", name="lays out")
    assert answer.status_code == 409
    assert "expected a live version" in answer.text
    assert inside.post("/studio/policies/serve", name="nosuch").status_code == 404


def test_a_policy_serves_at_once_where_nothing_has_to_be_learnt(inside):
    worker = inside.client.app.state.worker
    data, places = worker.live.served.data, worker.store.versions
    save_version(training.fit("ease", data, 0), places.local(OLD), data)
    now = int(time.time())
    add_artefact(database(inside), OLD, places.keep(OLD), {"name": "ease"}, now)
    make_live(database(inside), OLD, "test", now)
    worker.live.refresh()
    put_policy(database(inside), "calm", '[candidates]\nmodel = "ease"\n[page]\nrows = 3\n', 1)
    assert "/studio/policies/serve?name=calm" in inside.see("/studio/policies")
    asked = inside.see("/studio/policies/serve?name=calm")
    assert '<span class="new">Then  rows = 3</span>' in asked
    assert worker.live.served.artefact_id == OLD
    assert inside.post("/studio/policies/serve", name="calm").status_code == 303
    worker.live.refresh()
    assert worker.live.served.maker.layout.rows == 3
    assert worker.live.served.artefact_id != OLD
    inside.see("/studio/policies/serve?name=nosuch", 404)
    assert f"Go back to {OLD}" in inside.see("/studio/models")


def test_a_policy_that_is_wrong_says_so_beside_its_text(inside):
    a, b = texts(inside.see("/studio/preview"))
    answer = inside.post("/studio/preview", viewer="u14", a=a, b=b.replace("rows =", "rowz ="))
    assert answer.status_code == 422
    assert "rowz" in re.search(r'id="wrong-B">(.*?)</div>', answer.text, re.S)[1]
    assert 'id="wrong-A"' not in answer.text
    assert "rowz" in texts(answer.text)[1]
    assert read_audit(database(inside)).height == 0  # nobody's page was made


def test_two_policies_make_two_pages(inside):
    answer = inside.post("/studio/preview", viewer="u14", a=ONE, b=OTHER)
    sides = answer.text.split('aria-label="Page of policy ')[1:]
    assert answer.status_code == 200
    assert [len(re.findall(r'<ol class="strip"', side)) for side in sides][1] == 1
    assert not inside.events("u14") or "impression" not in {e["kind"] for e in inside.events("u14")}
    assert read_audit(database(inside))["action"].to_list() == ["viewer's page looked at"]
    assert '<span class="new">B     [reranking]</span>' in answer.text


def test_kept_policies_are_compared_by_name(inside):
    put_policy(database(inside), "mine", OTHER, 1)
    assert texts(inside.see("/studio/preview?b=mine"))[1].strip() == OTHER.strip()


def page_of(*rows: str) -> Page:
    return Page(
        tuple(
            PageRow(
                "theme", f"row {k}", tuple(Card(film, film, None, 1.0, ()) for film in row.split())
            )
            for k, row in enumerate(rows)
        ),
        True,
        (),
    )


def test_a_difference_counts_each_film_once(inside):
    served = inside.client.app.state.worker.live.served
    a, b = page_of("m10 m11 m12", "m13 m14"), page_of("m10 m12 m15", "m13 m14 m10")
    found = difference(a, b, served)
    assert (found.only_a, found.only_b, found.moved, found.alike) == (1, 1, 1, 3)
    assert found.a == {"m11": "only in A", "m12": "row 1, place 2 in B"}
    assert found.b == {"m15": "only in B", "m12": "row 1, place 3 in A"}
    facts = {fact.name: (fact.a, fact.b) for fact in found.facts}
    assert facts["Films"] == ("5", "5")
    data = served.data
    counts = np.bincount(data.histories.numbers, minlength=len(data.items))
    numbers = [served.number(film) for film in ("m10", "m11", "m12", "m13", "m14")]
    bits = -np.log2(np.maximum(counts[numbers], 1) / data.histories.rows)
    assert facts["Novelty: how few took a film, on average"][0] == f"{bits.mean():.2f} bits"


def test_changes_are_all_lines_of_both_texts():
    old, new = "a\nb\nc", "a\nx\nc\nd"
    found = changes(old, new)
    assert "\n".join(one.text for one in found if one.kind != "new") == old
    assert "\n".join(one.text for one in found if one.kind != "gone") == new


def test_a_preview_is_prepared_once(inside):
    served = inside.client.app.state.worker.live.served
    policy = policy_from_toml(OTHER, "x")
    assert maker_of(served, policy) is maker_of(served, policy_from_toml(OTHER, "x"))
    assert maker_of(served, policy).layout.rows == 1


@pytest.mark.parametrize("path", ["/studio/policies/edit", "/studio/preview"])
def test_nobody_is_inside_without_a_key(pages, path):
    answer = pages.client.get(path, follow_redirects=False)
    assert answer.headers["location"] == "/studio/enter"
