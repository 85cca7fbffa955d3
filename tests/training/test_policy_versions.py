"""A policy that learns nothing new becomes a version of what the live one has."""

import json
import time
from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.conftest import tables

from matinee import training
from matinee.dataset import Dataset
from matinee.errors import InputError
from matinee.ranking import FittedPolicy
from matinee.ranking.policy import policy_from_toml
from matinee.settings import Settings
from matinee.store.catalogue import import_tables, read_tables
from matinee.store.database import sqlite_url
from matinee.store.erasing import erase
from matinee.store.index import make_live
from matinee.store.opening import Store, open_store
from matinee.store.people import read_audit
from matinee.store.served import add_artefact, live_artefact, read_artefacts
from matinee.training.policy_versions import version_of_policy
from matinee.training.version_folders import load_version, save_version

ASKED = '[candidates]\nmodel = "ease"\n[reranking]\ndiversity = 0.4\n[page]\nrows = 3\n'


@pytest.fixture
def store(tmp_path: Path):
    opened = open_store(Settings(home=tmp_path, database_url=SecretStr(sqlite_url(tmp_path))))
    import_tables(opened.database, opened.key, tables(), int(time.time()) - 60)
    yield opened
    opened.database.close()


def live_ease(store: Store) -> Dataset:
    data = Dataset.from_tables(read_tables(store.database))
    save_version(training.fit("ease", data, 0), store.versions.local("old"), data)
    place = store.versions.keep("old")
    add_artefact(store.database, "old", place, {"name": "ease", "held_out": 0.1, "until": 7}, 5_000)
    make_live(store.database, "old", "test", 5_000)
    return data


def test_it_has_the_weights_of_the_live_one_and_its_own_layout(store):
    data = live_ease(store)
    now = int(time.time())
    artefact_id = version_of_policy(store.database, store.versions, ASKED, "owner", now)
    live = live_artefact(store.database)
    assert (live.artefact_id, live.made_at) == (artefact_id, 5_000)
    assert (live.metrics["held_out"], live.metrics["until"]) == (0.1, 7)
    fitted = load_version(store.versions.fetch(live.artefact_id, live.place), data)
    assert isinstance(fitted, FittedPolicy)
    assert (fitted.policy.page.rows, fitted.reranking.recipe.diversity) == (3, 0.4)
    old = load_version(store.versions.local("old"), data)
    assert (fitted.first.scorer.weights == old.scorer.weights).all()
    assert read_audit(store.database)["actor"].to_list()[-1] == "owner"
    manifest = json.loads((store.versions.local(artefact_id) / "model/manifest.json").read_bytes())
    before = json.loads((store.versions.local("old") / "manifest.json").read_bytes())
    assert manifest["data"] == before["data"]  # as it was learnt, not as the data is now


def test_a_policy_of_a_policy_keeps_what_was_learnt(store):
    live_ease(store)
    now = int(time.time())
    version_of_policy(store.database, store.versions, ASKED, "owner", now)
    again = ASKED.replace("rows = 3", "rows = 4")
    version_of_policy(store.database, store.versions, again, "owner", now + 1)
    states = [each.state for each in read_artefacts(store.database)]
    assert states.count("live") == 1
    assert states.count("retired") == 2
    assert live_artefact(store.database).made_at == 5_000


@pytest.mark.parametrize(
    ("change", "section"),
    [
        (('model = "ease"', 'model = "als"'), "candidates"),
        (("[page]", '[ranker]\nkind = "linear"\n[page]'), "ranker"),
        (("[page]", "[signals]\nlike = 0.5\n[page]"), "signals"),
    ],
)
def test_what_has_to_be_learnt_is_refused(store, change, section):
    live_ease(store)
    text = ASKED.replace(*change)
    policy_from_toml(text, "x")
    with pytest.raises(InputError, match=f"other {section}"):
        version_of_policy(store.database, store.versions, text, "owner", int(time.time()))
    assert live_artefact(store.database).artefact_id == "old"


def test_without_a_live_version_it_says_how_to_make_one(store):
    with pytest.raises(InputError, match=r"expected a live version .* --live"):
        version_of_policy(store.database, store.versions, ASKED, "owner", int(time.time()))


def test_an_erasure_after_the_training_holds_for_the_new_version_too(store):
    live_ease(store)
    erase(store.database, store.key, "u5", int(time.time()))
    with pytest.raises(InputError, match="after the last erasure"):
        version_of_policy(store.database, store.versions, ASKED, "owner", int(time.time()))
    assert live_artefact(store.database).artefact_id == "old"
    (refused,) = [each for each in read_artefacts(store.database) if each.state == "refused"]
    assert not store.versions.local(refused.artefact_id).exists()
