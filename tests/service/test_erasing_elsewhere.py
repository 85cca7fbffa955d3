"""A viewer erased by one of two services with workspaces of their own, one database, one bucket."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.conftest import tables
from tests.service.buckets import Bucket, settings_of
from tests.service.conftest import fill

from matinee import training
from matinee.dataset import Dataset
from matinee.errors import InputError
from matinee.service.erasing import Hearing
from matinee.service.live import Live
from matinee.store.erasures import last_erased, read_erasures
from matinee.store.index import make_live, roll_back, version
from matinee.store.lake import read_lake, snapshot
from matinee.store.opening import Store, open_store
from matinee.store.served import live_artefact, read_artefacts
from matinee.store.workspace import Workspace
from matinee.store.workspaces import FORGOTTEN_S, own_number, stand
from matinee.training.erased_versions import training_is_due
from matinee.training.erasing import (
    erase_viewer,
    follow_erasures,
    settle_what_can_be,
    train_again,
)
from matinee.training.from_events import signalled, tables_of_signals
from matinee.training.keeping import due
from matinee.training.versions import Terms, new_version

GONE = "gone for ever 4711"
ALS = "als:factors=4,epochs=2"
DAY = 86_400
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@dataclass
class Place:
    """One workspace of the database."""

    store: Store
    workspace: Workspace

    def copies(self) -> set[str]:
        folder = self.workspace.home / "versions"
        return {path.name for path in folder.iterdir()} if folder.is_dir() else set()

    def traces(self) -> list[str]:
        """The files that hold the viewer's id or pseudonym."""
        words, found = [GONE, self.store.key.pseudonym(GONE)], []
        for path in sorted(self.workspace.home.rglob("*")):
            content = path.read_bytes() if path.is_file() else b""
            if path.suffix == ".parquet":  # compressed
                content += str(pl.read_parquet(path).to_dicts()).encode()
            found += [path.name for word in words if word.encode() in content]
        return found


def make(place: Place, asked: str) -> str:
    """A new version that goes live, as the trainer makes it."""
    store = place.store
    while int(time.time()) <= last_erased(store.database)[1]:
        time.sleep(0.05)  # what begins in the second of an erasure may have learnt from it
    made = new_version(
        store.database,
        store.versions,
        lambda weights: signalled(store.database, weights),
        Terms(asked, 0.3, force=True, kept=9),
    )
    return made.artefact_id


@pytest.fixture
def both(bucket: Bucket, url: str, tmp_path: Path) -> Iterator[tuple[Place, Place]]:
    """Two workspaces, each with a lake and a model; the second heard of the first."""
    places = []
    films = tables()
    renamed = films.ratings.with_columns(pl.col("user_id").replace({"u5": GONE}))
    for number, name in enumerate(("one", "two")):
        settings = settings_of(tmp_path / name, url)
        if not number:
            fill(settings, replace(films, ratings=renamed), None)
        store, workspace = open_store(settings), Workspace(settings.home)
        data = Dataset.from_tables(tables_of_signals(store.database))
        trained = training.fit(ALS, data, 0)
        training.save(trained, workspace.model_folder("database", trained.name), data)
        snapshot(store.log, store.lake)
        follow_erasures(store, workspace, int(time.time()))
        places.append(Place(store, workspace))
    yield places[0], places[1]
    for place in places:
        place.store.database.close()


def states(certificate: dict[str, Any]) -> dict[str, str]:
    return {place["place"]: place["state"] for place in certificate["places"]}


def outstanding(place: Place) -> int:
    return len(read_erasures(place.store.database, outstanding=True))


def test_both_workspaces_and_the_bucket_are_reached_and_only_then_it_is_settled(
    both: tuple[Place, Place], bucket: Bucket
) -> None:
    one, two = both
    now = int(time.time())
    old, live = make(one, "popularity"), make(one, "ease")
    for version_id in (old, live):  # the second service served both
        two.store.versions.fetch(version_id, version(two.store.database, version_id).place)
    assert bucket.names() == {old, live}
    assert two.traces() != []
    now = int(time.time())
    certificate = erase_viewer(one.store, one.workspace, GONE, now, 7)
    told = states(certificate)
    assert told[f"artefact {old}"] == "done"
    assert told[f"artefact {live}"] == "pending"
    assert told[f"workspace {own_number(two.workspace.home)}"] == "pending"
    assert told["model als"] == "pending"
    assert told["snapshot files"] == "done"
    assert GONE not in json.dumps(certificate)
    assert bucket.names() == {live}
    assert one.traces() == []

    assert settle_what_can_be(one.store, one.workspace, now) == 1
    assert follow_erasures(two.store, two.workspace, now) is True
    assert follow_erasures(two.store, two.workspace, now) is False
    assert two.traces() == []
    assert two.copies() == {live}
    assert read_lake(two.store.lake).collect().height > 0
    assert due(two.workspace.model_folder("database", "als")) is not None

    new = make(one, "ease")
    train_again(one.store, one.workspace, 0)
    assert settle_what_can_be(one.store, one.workspace, now) == 1, "the other's model waits"
    train_again(two.store, two.workspace, 0)
    settle_what_can_be(two.store, two.workspace, now)
    assert settle_what_can_be(one.store, one.workspace, now) == 0
    assert outstanding(two) == 0
    assert bucket.names() == {new}
    assert live not in one.copies() | two.copies()
    for gone in (old, live):
        with pytest.raises(InputError, match="which was refused: it had learnt from a viewer"):
            make_live(two.store.database, gone, "tests", now, force=True)
    with pytest.raises(InputError, match="expected a version that was live before"):
        roll_back(two.store.database, "tests", now)


def test_a_service_follows_by_itself(both: tuple[Place, Place]) -> None:
    one, two = both
    live = Live.of(two.store, two.workspace)

    class Viewers:
        def remembered(self) -> list[str]:
            return []

    class Worker:
        store, viewers = two.store, Viewers()

    Worker.live = live  # type: ignore[attr-defined]
    hearing = Hearing(Worker())  # type: ignore[arg-type]
    hearing.look()
    assert two.traces() != []
    erase_viewer(one.store, one.workspace, GONE, int(time.time()), 7)
    assert hearing.look() is True
    assert two.traces() == []


def test_a_snapshot_of_another_workspace_follows_too(both: tuple[Place, Place]) -> None:
    one, two = both
    before = read_lake(two.store.lake).collect().height
    erase_viewer(one.store, one.workspace, GONE, int(time.time()), 7)
    assert snapshot(two.store.log, two.store.lake) == 0
    ids = read_lake(two.store.lake).collect()["user_id"]
    assert 0 < len(ids) < before
    assert two.store.key.pseudonym(GONE) not in ids.to_list()


def test_files_that_a_bucket_kept_for_itself_are_pending_and_go_later(
    both: tuple[Place, Place], bucket: Bucket
) -> None:
    one, _ = both
    old = make(one, "popularity")
    make(one, "ease")
    host, port = bucket.server.get_host_and_port()
    bucket.server.stop()
    now = int(time.time())
    certificate = erase_viewer(one.store, one.workspace, GONE, now, 7)
    (place,) = [p for p in certificate["places"] if p["place"] == f"artefact {old}"]
    assert (place["state"], place["until"]) == ("pending", now + 7 * DAY)
    assert "tried again" in place["note"]
    assert version(one.store.database, old).state == "refused"
    again = type(bucket.server)(ip_address=host, port=port)
    again.start()
    try:
        if old not in bucket.names():
            pytest.skip("the server of the bucket forgot its files")
        settle_what_can_be(one.store, one.workspace, now)
        assert old not in bucket.names()
    finally:
        again.stop()


def test_a_live_version_that_nobody_replaces_in_time_goes(
    both: tuple[Place, Place], bucket: Bucket
) -> None:
    one, two = both
    live = make(one, "ease")
    now = int(time.time())
    due_at = erase_viewer(one.store, one.workspace, GONE, now, 7)["due_at"]
    for place in both:
        settle_what_can_be(place.store, place.workspace, due_at - 1)
    assert live_artefact(one.store.database) is not None
    assert not training_is_due(one.store, now + 3 * DAY)
    assert training_is_due(one.store, now + 4 * DAY)
    for place in (one, two, one):
        settle_what_can_be(place.store, place.workspace, due_at)
    assert live_artefact(one.store.database) is None
    assert bucket.names() == set()
    assert outstanding(one) == 0
    assert {each.state for each in read_artefacts(one.store.database)} == {"refused"}
    assert live not in one.copies()
    assert "no model" in Live.of(two.store, two.workspace).served.degraded


def test_a_workspace_that_is_gone_is_not_waited_for(both: tuple[Place, Place]) -> None:
    one, _ = both
    later = int(time.time()) + FORGOTTEN_S + 1
    stand(one.store.database, one.workspace.home, later)
    certificate = erase_viewer(one.store, one.workspace, GONE, later, 0)
    assert not [name for name in states(certificate) if name.startswith("workspace ")]
    settle_what_can_be(one.store, one.workspace, later + 1)
    assert outstanding(one) == 0


def test_models_made_anew_are_as_if_the_viewer_had_never_been(both: tuple[Place, Place]) -> None:
    one, two = both
    erase_viewer(one.store, one.workspace, GONE, int(time.time()), 7)
    follow_erasures(two.store, two.workspace, int(time.time()))
    train_again(two.store, two.workspace, 0)
    data = Dataset.from_tables(tables_of_signals(two.store.database))
    assert GONE not in data.users.ids.to_list()
    again = training.load(two.workspace.model_folder("database", "als")).scorer
    refit = training.fit(ALS, data, 0).scorer
    rows = data.histories.take(np.arange(5))
    np.testing.assert_allclose(again.score(rows), refit.score(rows), rtol=1e-5, atol=1e-6)
