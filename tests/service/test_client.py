"""The client against the running application: what it gives, and that nothing counts twice."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.service.conftest import Service, films_of

from matinee.client import Event, Matinee, ServiceError
from matinee.store.opening import open_store


class Flaky(httpx.BaseTransport):
    """Hands requests on, and loses what `lost` says: before the service or after it."""

    def __init__(self, inner: httpx.BaseTransport, lost: list[str]) -> None:
        self.inner, self.lost, self.asked = inner, lost, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        how = self.lost.pop(0) if self.lost else ""
        if how == "before":
            raise httpx.ConnectError("lost on the way", request=request)
        answer = self.inner.handle_request(request)
        if how == "after":
            raise httpx.ReadTimeout("the answer was lost", request=request)
        if how == "busy":
            return httpx.Response(
                503, headers={"Retry-After": "0"}, json={"detail": "", "code": ""}
            )
        return answer


Client = Callable[..., tuple[Matinee, Flaky]]


@pytest.fixture
def client(service: Service) -> Client:
    def made(*lost: str, key: str = "admin", **more: Any) -> tuple[Matinee, Flaky]:
        transport = Flaky(service.client._transport, list(lost))
        key = service.keys.get(key, key)
        return Matinee("http://testserver", key, transport=transport, **more), transport

    return made


def test_every_answer_is_what_the_service_says(service: Service, client: Client) -> None:
    matinee, _ = client()
    page = matinee.page("u5", rows=3, cards=4)
    raw = service.page("u5", rows=3, cards=4)
    assert [card.item_id for row in page.rows for card in row.cards] == films_of(raw)
    assert (page.policy, page.personal) == (raw["policy"], raw["personal"])
    card = page.rows[0].cards[0]
    assert sum(r.contribution or 0 for r in card.reasons) == pytest.approx(card.score, abs=1e-4)
    found = matinee.recommendations("u5", n=20, genre=["Drama"], year_from=1985, exclude=["m11"])
    params = {"user_id": "u5", "n": 20, "genre": "Drama", "year_from": 1985, "exclude": "m11"}
    items = service.ask("GET", "/v1/recommendations", params=params).json()["items"]
    assert [each.item_id for each in found.items] == [each["item_id"] for each in items]
    film = page.rows[0].cards[0].item_id
    alike = service.ask("GET", f"/v1/films/{film}/similar?n=3").json()["items"]
    assert [each.item_id for each in matinee.similar(film, 3)] == [e["item_id"] for e in alike]
    explained = matinee.explanation(film, session_id="tab")
    assert (explained.item_id, explained.left_out) == (film, False)
    assert matinee.search("Flim 7")[0].title == "Film 7"
    assert not matinee.page(session_id="tab").personal


def test_an_event_counts_once_however_often_its_answer_is_lost(
    service: Service, client: Client
) -> None:
    matinee, transport = client("after", "before", "busy", "after")
    events = [Event("like", "m12", user_id="fan"), Event("adore", "m12", user_id="fan")]
    answers = matinee.send(events)
    assert transport.asked == 5
    assert [answer.state for answer in answers] == ["repeated", "refused"]
    assert answers[1].code == "unknown_kind"
    assert [answer.state for answer in matinee.send(events)] == ["repeated", "refused"]
    store = open_store(service.settings)
    assert store.log.of_viewer("fan").height == 1
    store.database.close()


def test_many_events_go_in_several_requests(client: Client) -> None:
    matinee, transport = client()
    events = [Event("open", "m12", user_id="fan") for _ in range(2_100)]
    assert {answer.state for answer in matinee.send(events)} == {"accepted"}
    assert transport.asked == 3
    assert matinee.send([]) == []


def test_a_no_is_told_at_once_and_a_service_that_is_away_after_a_while(client: Client) -> None:
    matinee, transport = client()
    with pytest.raises(ServiceError, match="expected a film of the catalogue, got 'x y'") as no:
        matinee.similar("x y")
    assert (no.value.status, no.value.code, transport.asked) == (404, "unknown_film", 1)
    wrong, _ = client(key="guess")
    with pytest.raises(ServiceError, match="expected a key of this service"):
        wrong.page("u5")
    away, transport = client(*["before"] * 50, patience_s=1.0)
    with pytest.raises(ServiceError, match="expected an answer, got ConnectError: lost") as gone:
        away.page("u5")
    assert gone.value.status is None
    assert 2 <= transport.asked < 10
