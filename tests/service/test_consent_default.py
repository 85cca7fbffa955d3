"""What counts where a viewer has said nothing: a setting, on either database."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError
from tests.service.conftest import Service, event

from matinee.settings import PURPOSES, Settings
from matinee.store.all_events import events_for
from matinee.store.catalogue import read_tables
from matinee.store.choices import choices_of, refusing
from matinee.store.lake import read_lake, snapshot
from matinee.store.opening import open_store
from matinee.store.people import put_consent


@pytest.mark.parametrize("default", [(), ("improvement",), PURPOSES])
def test_silence_counts_as_the_setting_has_it_and_what_was_said_counts_always(
    serve: Callable[..., Service], default: tuple[str, ...]
) -> None:
    service = serve(None, consent_default=default)
    store = open_store(service.settings)
    database, now = store.database, int(time.time())
    put_consent(database, store.key, "u5", dict.fromkeys(PURPOSES, True), "tests", now)
    put_consent(database, store.key, "u8", dict.fromkeys(PURPOSES, False), "tests", now)
    everybody = set(service.tables.ratings["user_id"])
    silent = everybody - {"u5", "u8"}
    for purpose in PURPOSES:
        wanted = (silent if purpose in default else set()) | {"u5"}
        assert set(events_for(database, purpose)["user_id"]) == wanted
        assert everybody - refusing(database, purpose) == wanted
        for user in ("u5", "u8", "u11", "nobody"):
            allowed = user == "u5" or (user != "u8" and purpose in default)
            assert choices_of(database, user).allows(purpose) is allowed
    learnt = (silent if "improvement" in default else set()) | {"u5"}
    assert set(read_tables(database).ratings["user_id"]) == learnt
    snapshot(store.log, store.lake)
    assert set(read_lake(store.lake).collect()["user_id"]) == set(map(store.key.pseudonym, learnt))
    store.database.close()


def test_a_viewer_who_was_asked_first_is_known_from_the_next_page_on(
    serve: Callable[..., Service],
) -> None:
    service = serve(None, consent_default=())
    likes = [event("like", film, user_id="newcomer") for film in ("m11", "m12", "m13")]
    service.send(*likes)
    before = service.page("newcomer")
    assert before["personal"] is False
    assert service.ask("GET", "/v1/users/newcomer/consent").json()["personalisation"] is None
    said = service.ask("PUT", "/v1/users/newcomer/consent", json={"personalisation": True})
    assert said.json()["personalisation"] is True
    assert service.page("newcomer")["personal"] is True
    service.ask("PUT", "/v1/users/newcomer/consent", json={"personalisation": False})
    assert service.page("newcomer")["rows"] == before["rows"]


def test_by_default_silence_is_yes_and_a_purpose_that_is_none_is_refused(tmp_path: Path) -> None:
    assert Settings(home=tmp_path).consent_default == PURPOSES
    with pytest.raises(ValidationError, match="personalisation"):
        Settings(home=tmp_path, consent_default=("advertising",))  # type: ignore[arg-type]
