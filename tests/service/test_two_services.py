"""Two services with workspaces of their own, one database and one bucket serve the same version."""

import time
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from tests.conftest import tables
from tests.service.buckets import Bucket, settings_of
from tests.service.conftest import Service, fill

from matinee.errors import ArtefactError, InputError
from matinee.service.app import create_app
from matinee.settings import Settings
from matinee.store.index import version
from matinee.store.opening import Store, open_store
from matinee.training.from_events import signalled
from matinee.training.versions import Outcome, Terms, new_version

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def _make(store: Store, asked: str) -> Outcome:
    return new_version(
        store.database,
        store.versions,
        lambda weights: signalled(store.database, weights),
        Terms(asked, 0.3, force=True, kept=1),
    )


def _until_served(service: Service, artefact_id: str) -> None:
    until = time.monotonic() + 30
    while service.ask("GET", "/v1/models").json()["served"] != artefact_id:
        assert service.page("u5")["rows"]
        assert time.monotonic() < until
        time.sleep(0.1)


def test_two_services_swap_together(bucket: Bucket, url: str, tmp_path: Path) -> None:
    one, two, trainer = (settings_of(tmp_path / name, url) for name in ("one", "two", "trainer"))
    keys = fill(one, tables(), None)
    store = open_store(trainer)
    with TestClient(create_app(one)) as first, TestClient(create_app(two)) as second:
        services = [
            Service(client, settings, keys, tables())
            for client, settings in ((first, one), (second, two))
        ]
        for model in ("popularity", "ease", "item_knn"):
            made = _make(store, model)
            assert version(store.database, made.artefact_id).place.startswith(
                "s3://models/matinee/"
            )
            for service in services:
                _until_served(service, made.artefact_id)
                assert service.page("u5")["policy"].startswith(model)
        bucket.server.stop()  # what was fetched is served on, and a new start finds its copy
        assert all(service.page("u8")["rows"] for service in services)
        with TestClient(create_app(two)) as again:
            late = Service(again, two, keys, tables())
            assert late.page("u5")["degraded"] == []
    left = {path.name for path in (tmp_path / "one" / "versions").iterdir()}
    assert len(left) <= 3
    store.database.close()


def test_files_of_removed_versions_leave_the_bucket(
    bucket: Bucket, url: str, tmp_path: Path
) -> None:
    settings = settings_of(tmp_path, url)
    fill(settings, tables(), None)
    store = open_store(settings)
    made = [_make(store, "popularity").artefact_id for _ in range(3)]
    there = bucket.names()
    assert len(there) == 2
    assert there < set(made)
    gone = (set(made) - there).pop()
    with pytest.raises(ArtefactError, match=r"expected the bucket to answer, got .*NoSuchKey"):
        store.versions.fetch(gone, f"s3://models/matinee/{gone}")
    store.versions.remove(gone)  # again
    store.database.close()


def test_a_bucket_cannot_write_elsewhere_and_its_absence_is_told(
    bucket: Bucket, url: str, tmp_path: Path
) -> None:
    store = open_store(settings_of(tmp_path / "home", url))
    bucket.client.put_object(Bucket="models", Key="matinee/x/files.json", Body=b'["../../y"]')
    bucket.client.put_object(Bucket="models", Key="matinee/x/../../y", Body=b"evil")
    with pytest.raises(ArtefactError, match=r"expected names of files in it, got '\.\./\.\./y'"):
        store.versions.fetch("x", "s3://models/matinee/x")
    assert not list(tmp_path.rglob("y"))
    with pytest.raises(ArtefactError, match="expected it in a bucket, got /somewhere"):
        store.versions.fetch("x", "/somewhere")
    bucket.server.stop()
    with pytest.raises(ArtefactError, match="s3://models/matinee/x: expected the bucket to answer"):
        store.versions.fetch("x", "s3://models/matinee/x")
    store.database.close()


def test_an_address_that_is_none_is_told(tmp_path: Path) -> None:
    for wrong in ("models", "s3://", "s3://UPPER/x", "https://models/x", "s3://models/../x y"):
        with pytest.raises(InputError, match="MATINEE_ARTEFACTS: expected such as s3://bucket"):
            open_store(Settings(home=tmp_path, artefacts=wrong))
