"""Workers follow the live version of the index, and no request fails meanwhile."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from tests.service.conftest import Service

from matinee.dataset import Dataset, Signals
from matinee.service.app import create_app
from matinee.store.catalogue import read_tables
from matinee.store.opening import Store, open_store
from matinee.store.served import read_exposures
from matinee.store.tables import pages
from matinee.training.from_events import Signalled
from matinee.training.versions import Outcome, Terms, new_version


def _make(store: Store, asked: str, *, force: bool = True) -> Outcome:
    def read(_: Signals) -> Signalled:
        return Signalled.of(Dataset.from_tables(read_tables(store.database)))

    return new_version(store.database, store.versions, read, Terms(asked, 0.3, force=force))


def _until(true: Callable[[], bool], most_s: float = 30) -> None:
    until = time.monotonic() + most_s
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


def _served(service: Service) -> str | None:
    found: str | None = service.ask("GET", "/v1/models").json()["served"]
    return found


@pytest.fixture
def store(service: Service) -> Iterator[Store]:
    """The service's database, as another program has it."""
    opened = open_store(service.settings)
    yield opened
    opened.database.close()


def test_a_version_is_swapped_under_requests_and_none_fails(service: Service, store: Store) -> None:
    answers: list[tuple[int, str]] = []
    stop = threading.Event()

    def ask(user_id: str) -> None:
        while not stop.is_set():
            found = service.ask("GET", "/v1/page", params={"user_id": user_id, "rows": 2})
            answers.append((found.status_code, found.json().get("policy", "")))
            time.sleep(0.02)  # else there is no time left for what is waited for

    threads = [threading.Thread(target=ask, args=(id_,)) for id_ in ("u5", "u8", "nobody")]
    for thread in threads:
        thread.start()
    try:
        assert _served(service) is None  # what `train` kept, before there is a version
        made = [_make(store, asked) for asked in ("popularity", "als:factors=4", "item_knn")]
        for outcome in (*made, made[0]):
            path = f"/v1/models/{outcome.artefact_id}/live"
            assert service.ask("POST", path).status_code == 200
            _until(lambda id_=outcome.artefact_id: _served(service) == id_)  # type: ignore[misc]
            count = len(answers)
            _until(lambda count=count: len(answers) > count + 6)  # type: ignore[misc]
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert {status for status, _ in answers} == {200}
    said = {name.partition(":")[0] for _, name in answers}
    assert said == {"ease", "popularity", "als", "item_knn"}
    assert answers[-1][1] == "popularity"


def test_pages_are_logged_with_the_version_that_made_them(service: Service, store: Store) -> None:
    made = _make(store, "popularity")
    _until(lambda: _served(service) == made.artefact_id)
    page = service.page("u5")
    _until(lambda: read_exposures(store.database, user_id="u5").height > 0)
    query = select(pages.c.artefact_id).where(pages.c.page_id == page["page_id"])
    with store.database.reading() as connection:
        assert connection.execute(query).scalar() == made.artefact_id


def test_models_are_listed_and_swapped_over_http_and_problems_told(
    service: Service, store: Store
) -> None:
    first = _make(store, "popularity")
    second = _make(store, "ease", force=False)
    assert not second.live  # 40 viewers are too few
    found = service.ask("GET", "/v1/models").json()["models"]
    states = {each["artefact_id"]: each["state"] for each in found}
    assert states == {first.artefact_id: "live", second.artefact_id: "refused"}
    refused = next(each for each in found if each["state"] == "refused")
    assert refused["refused"]["reason"] == second.reason
    assert refused["check"]["viewers"] < 200
    path = f"/v1/models/{second.artefact_id}/live"
    problem = service.ask("POST", path)
    assert (problem.status_code, problem.json()["code"]) == (409, "model_refused")
    assert second.reason in problem.json()["detail"]
    assert service.ask("POST", "/v1/models/none/live").json()["code"] == "unknown_model"
    for key in ("serve", "ingest"):
        assert service.ask("GET", "/v1/models", key=key).json()["code"] == "wrong_scope"
        assert service.ask("POST", path, key=key).json()["code"] == "wrong_scope"
    forced = service.ask("POST", path, params={"force": True})
    assert forced.json()["state"] == "live"
    _until(lambda: _served(service) == second.artefact_id)


def test_a_version_whose_files_are_lost_is_not_taken_up(service: Service, store: Store) -> None:
    first = _make(store, "popularity")
    _until(lambda: _served(service) == first.artefact_id)
    second = _make(store, "ease", force=False)
    store.versions.remove(second.artefact_id)
    lost = f"/v1/models/{second.artefact_id}/live"
    assert service.ask("POST", lost, params={"force": True}).status_code == 200
    time.sleep(1)
    page = service.page("u5")
    assert page["policy"] == "popularity"
    assert _served(service) == first.artefact_id
    with TestClient(create_app(service.settings)) as client:  # one that has none before it
        again = Service(client, service.settings, service.keys, service.tables)
        page = again.page("u5")
    assert page["degraded"] == ["live version unreadable"]
    assert page["policy"] == "ease"  # what `train` kept
