"""Events over HTTP: each is judged alone, and counts once."""

import time
import uuid

from tests.service.conftest import JSON, Service, event

from matinee.schema import EVENTS


def test_a_batch_is_judged_event_by_event(service: Service) -> None:
    good, late = event("like", "m11", user_id="u5"), event("play", "m12", user_id="u5")
    bad = event("adore", "m11", user_id="u5")
    nameless = event("like", "m11")
    far = event("like", "m11", user_id="u5", timestamp=1000 * int(time.time()))
    answer = service.send(good, bad, good, nameless, late, far)
    states = [each["state"] for each in answer["events"]]
    assert states == ["accepted", "refused", "repeated", "refused", "accepted", "refused"]
    assert [answer[state] for state in ("accepted", "repeated", "refused")] == [2, 1, 3]
    assert answer["events"][0] == {
        "event_id": good["event_id"],
        "state": "accepted",
        "code": None,
        "reason": None,
    }
    assert answer["events"][1]["code"] == "unknown_kind"
    assert answer["events"][3]["reason"] == "user_id: expected a text, got None"
    assert "milliseconds" in answer["events"][5]["reason"]
    assert service.send(good)["repeated"] == 1


def test_what_no_event_can_be_is_refused_and_answered(service: Service) -> None:
    body = (
        b'{"events": [{"event_id": NaN}, {"event_id": "\\ud800"}, {"kind": {"a": [1]}},'
        b' {"user_id": 7, "kind": "like"}, {"kind": "rate", "value": 1e999}, {"\\ud800": 1}]}'
    )
    found = service.ask("POST", "/v1/events", content=body, headers=JSON)
    assert found.status_code == 202, found.text
    assert found.json()["refused"] == 6
    assert all(each["event_id"] is None for each in found.json()["events"])


def test_events_of_the_log_have_the_columns_that_were_sent(service: Service) -> None:
    sent = event("stop", "m11", user_id="u5", position_s=60.5, page_id="p", row=1, slot=2)
    service.send(sent)
    worker = service.client.app.state.worker  # type: ignore[attr-defined]
    kept = worker.live.served.log.of_viewer("u5")[-1]
    assert list(kept.columns) == list(EVENTS)
    row = kept.row(0, named=True)
    assert uuid.UUID(row["event_id"]) == uuid.UUID(sent.pop("event_id"))
    assert {name: row[name] for name in sent} == sent


def test_the_metrics_count_what_became_of_events(service: Service) -> None:
    service.send(event("like", "m11", user_id="u5"), event("like", "m11"))
    text = service.ask("GET", "/metrics", key=None).text
    assert 'matinee_events_total{state="accepted"} 1.0' in text
    assert 'matinee_events_total{state="refused"} 1.0' in text
    assert 'matinee_requests_total{method="POST",route="/v1/events",status="202"} 1.0' in text
