"""A viewer erased: no trace in any table, file or statistic; the certificate says so."""

import dataclasses
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sqlalchemy import select
from tests.service.conftest import Service, event
from typer.testing import CliRunner

from matinee import training
from matinee.cli.app import app
from matinee.dataset import Dataset
from matinee.errors import InputError
from matinee.models.blend import Blend
from matinee.schema import Tables
from matinee.service.erasing import Hearing
from matinee.store.catalogue import import_tables
from matinee.store.erasures import hold_to_certificate, read_erasures
from matinee.store.lake import read_lake, snapshot
from matinee.store.opening import Store, open_store
from matinee.store.people import Profile, put_profile
from matinee.store.retention import Retention
from matinee.store.served import add_artefact, go_live, read_exposures
from matinee.store.tables import metadata
from matinee.store.workspace import Workspace
from matinee.training.erasing import replay_tombstones, settle_what_can_be
from matinee.training.from_events import tables_of_signals
from matinee.training.keeping import due
from matinee.training.learnt import Learnt, keep_statistics

GONE = "gone for ever 4711"
ALS = "als:factors=4,epochs=2"


@pytest.fixture
def lately(lately: Tables) -> Tables:
    """One of the viewers has an id that is nowhere by chance."""
    renamed = pl.col("user_id").replace({"u5": GONE})
    return dataclasses.replace(lately, ratings=lately.ratings.with_columns(renamed))


@pytest.fixture
def store(service: Service) -> Iterator[Store]:
    """The store of the service, as another program opens it; models, lake, profile, pages."""
    store = open_store(service.settings)
    workspace, now = Workspace(service.settings.home), int(time.time())
    data = Dataset.from_tables(tables_of_signals(store.database))
    for text in ("ease", ALS):
        trained = training.fit(text, data, 0)
        training.save(trained, workspace.model_folder("database", trained.name), data)
        keep_statistics(workspace, data, trained.recipe)
    snapshot(store.log, store.lake, 100)
    put_profile(store.database, store.key, Profile(GONE, "home"), now)
    service.ask("PUT", f"/v1/users/{GONE}/consent", json={"experiments": False})
    service.ask("PUT", f"/v1/users/{GONE}/taste/taken_out/m12")
    service.send(event("play", "m13", user_id=GONE, position_s=5))
    service.page(GONE)
    while not read_exposures(store.database, user_id=GONE).height:
        time.sleep(0.01)  # pages are written after they were sent
    yield store
    store.database.close()


def erased(service: Service) -> dict[str, Any]:
    found = service.ask("DELETE", f"/v1/users/{GONE}")
    assert found.status_code == 200, found.text
    document: dict[str, Any] = found.json()
    return document


def traces(service: Service, store: Store) -> list[str]:
    """Where the viewer's id or pseudonym stands: tables, bytes of files, what files hold."""
    words = [GONE, store.key.pseudonym(GONE)]
    found = []
    with store.database.reading() as connection:
        for table in metadata.tables.values():
            text = str(connection.execute(select(table)).all())
            found += [f"table {table.name}" for word in words if word in text]
    for path in sorted(service.settings.home.rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        if path.suffix == ".parquet":  # compressed
            content += str(pl.read_parquet(path).to_dicts()).encode()
        found += [path.name for word in words if word.encode() in content]
    return found


def states(certificate: dict[str, Any]) -> dict[str, str]:
    return {place["place"]: place["state"] for place in certificate["places"]}


def test_an_erased_viewer_is_in_no_table_file_or_statistic(service: Service, store: Store) -> None:
    before = traces(service, store)
    assert {
        "table events",
        "table consents",
        "table taken_out",
        "table profiles",
        "table pages",
    } <= set(before)
    assert any(name.endswith(".parquet") for name in before)
    assert "users.npy" in before
    certificate = erased(service)
    assert traces(service, store) == []
    assert GONE not in json.dumps(certificate)
    told = states(certificate)
    assert told["database: events"] == told["snapshot files"] == told["model ease"] == "done"
    assert told["sums over viewers and their ledgers"] == "done"
    assert told["model als"] == told["memory of workers"] == "pending"
    assert "out of reach" in told.values()


def test_sums_and_linear_models_are_those_of_a_refit_without_the_viewer(
    service: Service, store: Store
) -> None:
    erased(service)
    data = Dataset.from_tables(tables_of_signals(store.database))
    assert GONE not in data.users.ids.to_list()
    workspace = Workspace(service.settings.home)
    (folder,) = workspace.statistic_folders("database")
    learnt, about = Learnt.load(folder)
    assert learnt.statistic.difference(Learnt.of(data, learnt.weighing).statistic) == 0
    assert about["fingerprint"] == training.fingerprint(data)
    ease = training.load(workspace.model_folder("database", "ease"))
    refit = training.fit("ease", data, 0)
    rows = data.histories.take(np.arange(5))
    np.testing.assert_allclose(
        ease.scorer.score(rows), refit.scorer.score(rows), rtol=1e-5, atol=1e-6
    )


def test_what_is_marked_is_trained_again_as_if_the_viewer_had_never_been(
    service: Service, store: Store
) -> None:
    """The same seed, without the viewer: the same model, a blend of both too."""
    workspace = Workspace(service.settings.home)
    data = Dataset.from_tables(tables_of_signals(store.database))
    blend = training.fit(Blend(("ease", ALS), (0.5, 0.5)), data, 0)
    training.save(blend, workspace.model_folder("database", "blend"), data)
    certificate = erased(service)
    assert states(certificate)["model blend"] == "pending"
    path = service.settings.home / "certificate.json"
    path.write_text(json.dumps(certificate))
    environment = {
        "MATINEE_HOME": str(service.settings.home),
        "MATINEE_DATABASE_URL": service.settings.database_url.get_secret_value(),  # type: ignore[union-attr]
        "COLUMNS": "200",
    }

    def ran(*arguments: str) -> dict[str, Any]:
        result = CliRunner().invoke(app, [*arguments, "--json"], env=environment)
        assert result.exit_code == 0, result.output
        document: dict[str, Any] = json.loads(result.stdout)
        return document

    assert states(ran("verify", str(path)))["model als"] == "pending"
    ran("database", "erasures", "--retrain")
    checked = ran("verify", str(path))
    assert checked["settled_at"] is not None
    assert states(checked)["model als"] == "done"
    assert states(checked)["memory of workers"] == "pending"
    without = Dataset.from_tables(tables_of_signals(store.database))
    rows = without.histories.take(np.arange(5))
    for name, recipe in (("als", ALS), ("blend", blend.recipe)):
        again = training.load(workspace.model_folder("database", name)).scorer.score(rows)
        refit = training.fit(recipe, without, 0).scorer.score(rows)
        np.testing.assert_allclose(again, refit, rtol=1e-5, atol=1e-6)


def test_a_model_that_is_not_trained_again_in_time_goes(service: Service, store: Store) -> None:
    workspace = Workspace(service.settings.home)
    due_at = erased(service)["due_at"]
    als = workspace.model_folder("database", "als")
    assert due(als) == due_at
    assert settle_what_can_be(store, workspace, due_at - 1) == 1
    assert als.is_dir()
    assert settle_what_can_be(store, workspace, due_at) == 0
    assert not als.exists()
    assert read_erasures(store.database, outstanding=True) == []


def test_old_versions_are_deleted_and_never_served_again(service: Service, store: Store) -> None:
    now, versions = int(time.time()), dict[str, Path]()
    for name in ("old", "running"):
        versions[name] = store.versions.local(name)
        versions[name].mkdir(parents=True)
        add_artefact(store.database, name, str(versions[name]), {}, now - 5)
        go_live(store.database, name)
    told = states(erased(service))
    assert told["artefact old"] == "done"
    assert told["artefact running"] == "pending"
    assert not versions["old"].exists()
    with pytest.raises(InputError, match=r"expected one that may serve, got 'old': refused"):
        go_live(store.database, "old")
    add_artefact(store.database, "new", "somewhere", {}, now + 5)
    go_live(store.database, "new")
    with pytest.raises(InputError, match=r"made after the last erasure, got 'running'"):
        go_live(store.database, "running")
    settle_what_can_be(store, Workspace(service.settings.home), now)
    assert not versions["running"].exists()


def test_nothing_comes_for_the_viewer_later_and_erasing_again_is_no_error(
    service: Service, store: Store
) -> None:
    erased(service)
    answer = service.send(event("like", "m11", user_id=GONE))["events"][0]
    assert (answer["state"], answer["code"]) == ("refused", "erased")
    assert service.page(GONE)["personal"] is False
    assert import_tables(store.database, store.key, service.tables, int(time.time()))[1] == 0
    assert erased(service)["places"]
    assert traces(service, store) == []


def test_other_workers_hear_of_it_through_the_database(
    serve: Callable[..., Service], lately: Tables
) -> None:
    first, second = serve(), serve()
    worker = second.client.app.state.worker  # type: ignore[attr-defined]
    hearing = Hearing(worker)
    assert hearing.look() is False
    second.page(GONE)
    assert GONE in worker.viewers.remembered()
    assert GONE in worker.live.served.data.users.ids.to_list()
    first.keys = second.keys
    erased(first)
    assert hearing.look() is True
    assert GONE not in worker.viewers.remembered()
    assert GONE not in worker.live.served.data.users.ids.to_list()


def test_a_certificate_that_was_changed_is_not_believed(service: Service, store: Store) -> None:
    certificate = erased(service)
    assert hold_to_certificate(store.key, json.dumps(certificate))["number"]
    certificate["places"][0]["state"] = "pending"
    with pytest.raises(InputError, match="certificate: expected a text signed with the key"):
        hold_to_certificate(store.key, json.dumps(certificate))
    for text in ("", "[]", "{}", "null"):
        with pytest.raises(InputError, match="certificate: expected the JSON document"):
            hold_to_certificate(store.key, text)


def test_who_comes_back_with_a_backup_is_erased_again(service: Service, store: Store) -> None:
    erased(service)
    with store.database.writing() as connection:  # a backup of before, restored
        for table in ("tombstones", "erasures"):
            connection.execute(metadata.tables[table].delete())
    now = int(time.time())
    assert import_tables(store.database, store.key, service.tables, now)[1] > 0
    snapshot(store.log, store.lake)
    assert traces(service, store) != []
    assert replay_tombstones(store, Workspace(service.settings.home), now, 7) == 1
    assert traces(service, store) == []
    assert read_lake(store.lake).collect().height > 0
    answer = service.send(event("like", "m11", user_id=GONE))["events"][0]
    assert answer["code"] == "erased"


def test_erasing_needs_a_key_of_scope_admin(service: Service) -> None:
    for scope in ("serve", "ingest"):
        found = service.ask("DELETE", f"/v1/users/{GONE}", key=scope)
        assert found.json()["code"] == "wrong_scope"


def test_what_expires_leaves_the_memory_of_a_worker(serve: Callable[..., Service]) -> None:
    service = serve()
    worker = service.client.app.state.worker  # type: ignore[attr-defined]
    old = int(time.time()) - 40 * 86_400
    service.send(event("like", "m12", user_id="newcomer") | {"timestamp": old})
    service.page("newcomer")
    before = worker.live.served
    assert "newcomer" in worker.viewers.remembered()
    hearing = Hearing(worker, Retention(30, 30))
    assert hearing.look() is True
    assert worker.viewers.remembered() == []
    assert worker.live.served is not before
    assert service.page("newcomer")["personal"] is False
    assert hearing.look() is False
