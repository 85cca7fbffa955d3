"""A database that is away: pages go on from what is remembered, events are sent back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, make_url, text
from tests.service.conftest import Service, event, films_of

from matinee.service.guard import PAUSE_S, Guard

pytestmark = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


@contextmanager
def away(url: str) -> Iterator[None]:
    """The server lets nobody into this database, and ends who is in it."""
    own = make_url(url)
    engine = create_engine(own.set(database="postgres"), isolation_level="AUTOCOMMIT")
    change = f'ALTER DATABASE "{own.database}" ALLOW_CONNECTIONS '
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
    with engine.connect() as connection:
        connection.execute(text(change + "false"))
        connection.execute(text(end), {"name": own.database})
        try:
            yield
        finally:
            connection.execute(text(change + "true"))
    engine.dispose()


def soon(found: Callable[[], bool]) -> bool:
    """Whether it is so within a few seconds."""
    import time

    until = time.monotonic() + 5 * PAUSE_S
    while not found():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def test_pages_go_on_and_events_are_sent_back_while_the_database_is_away(
    service: Service, url: str
) -> None:
    before = service.page("u5")
    film = films_of(before)[0]
    service.send(event("not_interested", film, user_id="u5"))
    known = service.page("u5")
    off = {"personalisation": False}
    assert service.ask("PUT", "/v1/users/u8/consent", json=off).status_code == 200
    assert service.page("u8")["personal"] is False
    late = event("like", film, user_id="u5")
    with away(url):
        page = service.page("u5")
        assert page["degraded"] == ["store down"]
        assert page["rows"] == known["rows"]
        assert film not in films_of(page)
        unknown = service.page("u11")
        assert (unknown["degraded"], unknown["personal"]) == (["store down"], False)
        assert films_of(unknown)
        remembered = service.page("u8")
        assert remembered["personal"] is False
        assert any("switched off" in note for note in remembered["notes"])
        listed = service.ask("GET", "/v1/recommendations?user_id=u5").json()
        assert listed["degraded"] == ["store down"]
        assert listed["personal"] is True
        refused = service.ask("POST", "/v1/events", json={"events": [late]})
        assert refused.status_code == 503
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert int(refused.headers["Retry-After"]) >= 1
        assert refused.json()["code"] == "store_unavailable"
        rated = service.ask("PUT", f"/v1/users/u5/ratings/{film}", json={"rating": 5})
        assert rated.status_code == 503
        assert service.ask("GET", "/livez", key=None).status_code == 200
        assert service.ask("GET", "/readyz", key=None).status_code == 503
        metrics = service.ask("GET", "/metrics", key=None).text
        assert 'matinee_degraded_total{reason="store down"} 4.0' in metrics
    assert soon(lambda: service.page("u5")["degraded"] == [])
    assert service.page("u11")["personal"] is True
    assert service.send(late)["accepted"] == 1
    assert service.send(late)["repeated"] == 1


def test_whoever_asks_a_database_that_is_away_does_not_wait(url: str) -> None:
    import threading
    import time

    from matinee.errors import StoreError

    del url
    guard, stuck = Guard(), threading.Event()
    hanging = [threading.Thread(target=guard.ask, args=(stuck.wait,)) for _ in range(4)]
    for thread in hanging:
        thread.start()
    with pytest.raises(StoreError, match="got none in"):
        guard.ask(lambda: 1)
    started = time.monotonic()
    with pytest.raises(StoreError, match="got none a moment ago"):
        guard.ask(lambda: 1)
    assert time.monotonic() - started < 0.1
    stuck.set()
    for thread in hanging:
        thread.join()
    assert guard.ask(lambda: 1) == 1
