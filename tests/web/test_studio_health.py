"""The studio's health: what was answered, and whether the world is still that of the training."""

import time
import uuid

import pytest

from matinee.store.uses import event_before, last_event
from matinee.web.studio.drifting import drift_document


def worker_of(pages):
    return pages.client.app.state.worker


def play(pages, films, viewers, start=0):
    """Each of these viewers plays each of these films, now."""
    now = int(time.time())
    batch = [
        {
            "event_id": str(uuid.uuid4()),
            "user_id": f"late{start + viewer}",
            "item_id": film,
            "kind": "play",
            "timestamp": now,
        }
        for viewer in range(viewers)
        for film in films
    ]
    answers = pages.log.append(batch, now)
    assert {answer.state for answer in answers} == {"accepted"}


def checks_of(pages):
    return {one["name"]: one for one in drift_document(worker_of(pages))["checks"]}


def test_health_tells_the_last_minutes_and_the_state_of_the_database(inside):
    recent = worker_of(inside).recent
    for _ in range(3):
        inside.see("/list")
        recent.look()
    html = inside.see("/studio/health?minutes=15")
    assert 'id="chart-answers"' in html
    assert "Database answers in" in html
    assert "too early" in html
    drawn = inside.client.get("/studio/health?minutes=15&picture=answers")
    assert drawn.text.startswith("<svg")
    inside.see("/studio/health?minutes=1", 422)


def test_without_a_model_health_says_how_to_come_by_one(open_pages):
    pages = open_pages(model=None)
    document = drift_document(worker_of(pages))
    assert (document["trained_at"], document["checks"]) == (None, [])


def test_few_events_are_too_early_to_say_anything(inside):
    play(inside, worker_of(inside).live.served.data.items.ids[:2].to_list(), 3)
    assert {one["state"] for one in checks_of(inside).values()} == {"unknown"}


def test_events_of_unknown_films_and_of_other_films_than_were_learnt_are_to_be_acted_on(inside):
    data = worker_of(inside).live.served.data
    rated = data.rated_items
    new = [film for film, known in zip(data.items.ids, rated, strict=True) if not known]
    old = [film for film, known in zip(data.items.ids, rated, strict=True) if known]
    assert data.histories.entries >= 200
    play(inside, (new or old[-1:])[:1], 150)
    play(inside, ["nowhere"], 150, start=200)
    found = checks_of(inside)
    assert found["unknown"]["state"] == "act"
    assert found["unknown"]["value"].startswith("50 %")
    assert found["popularity"]["state"] == "act"
    assert "matinee train" in found["popularity"]["advice"]


def test_pages_are_told_by_what_is_on_them(inside):
    inside.see("/")
    worker = worker_of(inside)
    worker.pages.close()
    found = drift_document(worker)["pages"]
    shown = worker.live.served.maker.shown.sum()
    assert found["pages"] == 1
    assert found["coverage"] == pytest.approx(found["films"] / shown)
    assert 0 <= found["unlike"] <= 1


def test_the_last_event_before_a_moment_is_found_by_its_number(inside):
    play(inside, worker_of(inside).live.served.data.items.ids[:3].to_list(), 4)
    database, now = worker_of(inside).store.database, int(time.time())
    last = last_event(database)
    assert event_before(database, now + 60) == last
    assert event_before(database, now - 30) == last - 12
    assert event_before(database, 0) == 0
