"""Too many requests: refused, told when to come back, and nobody else is."""

from collections.abc import Callable

import pytest
from tests.service.conftest import Service

from matinee.service import limits
from matinee.service.limits import Limit


def test_a_burst_is_allowed_then_the_rate() -> None:
    limit = Limit(2, 5)
    assert [limit.wait_s("a", 100.0) for _ in range(10)] == [0.0] * 10
    assert limit.wait_s("a", 100.0) == pytest.approx(0.5)
    assert limit.wait_s("b", 100.0) == 0.0
    assert limit.wait_s("a", 100.5) == 0.0
    assert limit.wait_s("a", 100.5) == pytest.approx(0.5)
    assert [limit.wait_s("a", 200.0) for _ in range(10)] == [0.0] * 10


def test_who_is_refused_owes_nothing_for_it() -> None:
    limit = Limit(1, 5)
    waits = [limit.wait_s("a", 0.0) for _ in range(500)]
    assert waits.count(0.0) == 5
    assert max(waits) == pytest.approx(1.0)


def test_a_rate_below_one_in_the_burst_lets_one_through() -> None:
    limit = Limit(0.1, 5)
    assert limit.wait_s("a", 0.0) == 0.0
    assert limit.wait_s("a", 5.0) == pytest.approx(5.0)
    assert limit.wait_s("a", 10.0) == 0.0


def test_without_a_rate_all_is_allowed() -> None:
    assert {Limit(0, 5).wait_s("a", 0.0) for _ in range(1_000)} == {0.0}


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_MOST", 3)
    limit = Limit(1, 5)
    for asker in "abcdefg":
        limit.wait_s(asker, 0.0)
    assert list(limit._until) == ["e", "f", "g"]


def test_a_key_that_asks_too_often_is_told_when_to_come_back(serve: Callable[..., Service]) -> None:
    service = serve(rate_limit=1)
    answers = [service.ask("GET", "/v1/page?user_id=u5", key="serve") for _ in range(7)]
    assert [answer.status_code for answer in answers].count(200) >= 5
    refused = answers[-1]
    assert refused.status_code == 429
    assert refused.json()["code"] == "too_many_requests"
    assert 1 <= int(refused.headers["Retry-After"]) <= 2
    assert service.ask("GET", "/v1/page?user_id=u5", key="admin").status_code == 200
    assert 'matinee_limited_total{asker="key"}' in service.ask("GET", "/metrics").text


def test_a_viewer_is_held_to_a_rate_of_its_own(serve: Callable[..., Service]) -> None:
    service = serve(viewer_rate_limit=1)

    def token_of(viewer: str) -> str:
        asked = service.ask("POST", "/v1/tokens", json={"user_id": viewer}, key="serve")
        return str(asked.json()["token"])

    mine, other = token_of("u5"), token_of("u8")
    answers = [service.ask("GET", "/v1/page?user_id=u5", key=mine) for _ in range(7)]
    assert answers[-1].status_code == 429
    assert service.ask("GET", "/v1/page?user_id=u8", key=other).status_code == 200


def test_guessing_keys_is_slow(serve: Callable[..., Service]) -> None:
    service = serve(viewer_rate_limit=1)
    found = [service.ask("GET", "/v1/models", key=f"matinee_{k}").status_code for k in range(7)]
    assert found[0] == 401
    assert found[-1] == 429
    assert service.ask("GET", "/v1/models").status_code == 200  # who has a key is not guessing


def test_a_longer_burst_is_a_setting(serve: Callable[..., Service]) -> None:
    service = serve(rate_limit=0.01, rate_burst=300)
    found = [service.ask("GET", "/v1/models").status_code for _ in range(4)]
    assert found == [200, 200, 200, 429]
