"""Versions of what serves: made, compared on viewers that none learnt from, swapped, taken back."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from tests.conftest import tables

from matinee.dataset import Dataset
from matinee.errors import ArtefactError, InputError, UnknownId
from matinee.schema import Tables
from matinee.settings import Settings
from matinee.store.catalogue import import_tables, read_tables, upsert_films
from matinee.store.database import sqlite_url
from matinee.store.index import make_live, refuse_for, roll_back, version
from matinee.store.opening import Store, open_store
from matinee.store.people import read_audit
from matinee.store.served import live_artefact, read_artefacts
from matinee.training import fit
from matinee.training.from_events import Signalled
from matinee.training.holding_out import chances, held_out_stage, without_held_out
from matinee.training.version_folders import load_version
from matinee.training.versions import Outcome, Terms, new_version, unlearnt
from matinee.training.watching import Rhythm, seconds

SHARE = 0.5


@pytest.fixture(scope="module")
def many() -> Tables:
    """900 viewers, so that several hundred of them can be held out."""
    return tables(users=900)


@pytest.fixture
def store(tmp_path: Path, many: Tables) -> Iterator[Store]:
    """A database with all of them."""
    settings = Settings(home=tmp_path, database_url=SecretStr(sqlite_url(tmp_path)))
    opened = open_store(settings)
    import_tables(opened.database, opened.key, many, int(time.time()) - 60)
    yield opened
    opened.database.close()


@pytest.fixture
def make(store: Store) -> Callable[..., Outcome]:
    """Makes a version of the store's database."""

    def made(asked: str, **more: object) -> Outcome:
        terms = Terms(asked, **{"held_out": SHARE, **more})  # type: ignore[arg-type]
        return new_version(
            store.database, store.versions, lambda _: Signalled.of(_read(store)), terms
        )

    return made


def _read(store: Store) -> Dataset:
    return Dataset.from_tables(read_tables(store.database))


def _states(store: Store) -> dict[str, str]:
    return {each.artefact_id: each.state for each in read_artefacts(store.database)}


def test_the_first_version_goes_live_and_an_equal_one_takes_its_place(
    store: Store, make: Callable[..., Outcome]
) -> None:
    first = make("ease")
    assert first.live
    assert version(store.database, first.artefact_id).metrics["check"] is None
    second = make("ease")
    assert second.live
    assert _states(store) == {first.artefact_id: "retired", second.artefact_id: "live"}
    check = version(store.database, second.artefact_id).metrics["check"]
    assert check["viewers"] >= 200
    assert (check["difference"], check["low"], check["high"]) == (0, 0, 0)
    assert check["running"] == check["candidate"] > 0


def test_a_worse_version_is_refused_unless_it_is_forced_and_that_is_audited(
    store: Store, make: Callable[..., Outcome]
) -> None:
    running = make("ease")
    worse = make("popularity")
    assert not worse.live
    check = version(store.database, worse.artefact_id).metrics["check"]
    assert check["high"] < -check["threshold"]
    assert f"{check['candidate']:.4f} against {check['running']:.4f}" in worse.reason
    assert _states(store) == {running.artefact_id: "live", worse.artefact_id: "refused"}
    with pytest.raises(InputError, match=r"which was refused: ndcg@10 .*--force lets it in"):
        make_live(store.database, worse.artefact_id, "me", int(time.time()))
    make_live(store.database, worse.artefact_id, "me", int(time.time()), force=True)
    assert _states(store) == {running.artefact_id: "retired", worse.artefact_id: "live"}
    last = read_audit(store.database).row(-1, named=True)
    assert (last["actor"], last["action"], last["subject"]) == (
        "me",
        "artefact live by force",
        worse.artefact_id,
    )
    better = make("ease")
    assert better.live
    assert version(store.database, better.artefact_id).metrics["check"]["low"] > 0


def test_a_loss_within_the_threshold_passes(store: Store, make: Callable[..., Outcome]) -> None:
    make("ease")
    loss = make("popularity")
    low = version(store.database, loss.artefact_id).metrics["check"]["low"]
    assert make("popularity", threshold=-low + 1e-9).live


def test_too_few_viewers_are_told_and_nothing_is_swapped(
    store: Store, make: Callable[..., Outcome]
) -> None:
    running = make("ease", held_out=0.05)
    again = make("ease", held_out=0.05)
    assert not again.live
    assert again.reason.startswith("expected at least 200 held-out viewers")
    assert live_artefact(store.database).artefact_id == running.artefact_id  # type: ignore[union-attr]
    forced = make("ease", held_out=0.05, force=True)
    assert forced.live
    assert forced.reason.startswith("by force: expected at least 200")


def test_of_two_shares_the_viewers_of_the_smaller_are_compared_on(
    store: Store, make: Callable[..., Outcome]
) -> None:
    make("ease", held_out=0.45)
    wide = make("ease", held_out=0.5)
    narrow = held_out_stage(_read(store), 0.45)
    viewers = version(store.database, wide.artefact_id).metrics["check"]["viewers"]
    assert 200 <= viewers <= narrow.histories.rows
    assert viewers < held_out_stage(_read(store), 0.5).histories.rows


def test_what_held_out_viewers_did_changes_nothing_of_a_version(
    store: Store, make: Callable[..., Outcome]
) -> None:
    data = _read(store)
    apart = without_held_out(data, SHARE)
    held = set(data.users.ids) - set(apart.users.ids)
    made = make("ease")
    model = load_version(Path(version(store.database, made.artefact_id).place), data)
    found = read_tables(store.database)
    alone = found.ratings.filter(~pl.col("user_id").is_in(held))
    films = Dataset.from_tables(Tables("alone", found.movies, alone, found.scale))
    expected = fit("ease", films).scorer
    np.testing.assert_array_equal(
        model.scorer.score(data.histories),  # type: ignore[union-attr]
        expected.score(data.histories.on(expected.items)),
    )


def test_a_running_version_whose_files_are_gone_gives_way(
    store: Store, make: Callable[..., Outcome]
) -> None:
    lost = make("ease")
    store.versions.remove(lost.artefact_id)
    with pytest.raises(ArtefactError, match=f"version {lost.artefact_id}: expected its files in"):
        store.versions.fetch(lost.artefact_id, "/nowhere")
    assert make("popularity").live


@pytest.mark.parametrize("id_", ["", "..", "a/../..", ".", "/etc"])
def test_an_id_leads_nowhere_else(store: Store, id_: str) -> None:
    for act in (store.versions.remove, store.versions.local):
        with pytest.raises(ArtefactError, match="version: expected an id of the index"):
            act(id_)


def test_roll_back_goes_to_older_versions_one_by_one(
    store: Store, make: Callable[..., Outcome]
) -> None:
    with pytest.raises(InputError, match="rollback: expected a live version, got none"):
        roll_back(store.database, "me", 0)
    made = [make("ease").artefact_id for _ in range(3)]
    order = sorted(made, key=lambda id_: (version(store.database, id_).made_at, id_))
    make_live(store.database, order[2], "me", 0)
    assert roll_back(store.database, "me", 0) == (order[2], order[1])
    assert roll_back(store.database, "me", 0) == (order[1], order[0])
    with pytest.raises(InputError, match="expected a version that was live before"):
        roll_back(store.database, "me", 0)


def test_only_so_many_versions_keep_their_files(store: Store, make: Callable[..., Outcome]) -> None:
    made = [make("ease", kept=1).artefact_id for _ in range(3)]
    there = {path.name for path in Path(version(store.database, made[0]).place).parent.iterdir()}
    states = _states(store)
    gone = [id_ for id_ in made if states[id_] == "refused"]
    assert len(gone) == 1
    assert there == set(made) - set(gone)
    with pytest.raises(InputError, match="refused: its files were removed"):
        make_live(store.database, gone[0], "me", 0, force=True)


def test_what_another_reason_refused_is_not_forced(
    store: Store, make: Callable[..., Outcome]
) -> None:
    made = make("ease").artefact_id
    refuse_for(store.database, made, "erasure", "a viewer of it was erased")
    with pytest.raises(InputError, match=r"refused: a viewer of it was erased$"):
        make_live(store.database, made, "me", 0, force=True)
    with pytest.raises(UnknownId, match="expected one of the index, got 'x'"):
        make_live(store.database, "x", "me", 0)


def test_what_is_new_is_counted(store: Store, make: Callable[..., Outcome], many: Tables) -> None:
    assert unlearnt(store.database, 10) == 20  # events and films, up to 10 each
    made = make("ease")
    assert unlearnt(store.database, 10) == 0
    later = version(store.database, made.artefact_id).made_at + 1
    upsert_films(store.database, many.movies[:2], later)
    event = {"event_id": "0" * 31 + "1", "user_id": "a", "item_id": "m10", "kind": "like"}
    store.log.append([event | {"timestamp": later}], later)
    assert unlearnt(store.database, 10) == 3


def test_a_version_is_due_after_enough_events_or_enough_time() -> None:
    by_events, by_time = Rhythm(100), Rhythm(100, seconds("30m"))
    assert [by_events.due(new, 1e9) for new in (0, 99, 100)] == [False, False, True]
    assert [by_time.due(new, 1_800) for new in (0, 1)] == [False, True]
    assert not by_time.due(1, 1_799)
    for text in ("0s", "6", "h", "-1h", "1w"):
        with pytest.raises(InputError, match="duration: expected such as 30m, 6h or 1d"):
            seconds(text)


@given(st.lists(st.text("abc0é-", min_size=1), unique=True, min_size=1))
def test_who_is_held_out_depends_on_the_id_alone(ids: list[str]) -> None:
    found = chances(pl.Series(ids))
    assert ((found >= 0) & (found < 1)).all()
    for id_, chance in zip(ids, found, strict=True):
        assert chances(pl.Series([id_]))[0] == chance


def test_a_share_of_viewers_is_held_out_and_their_latest_films_are_hidden(many: Tables) -> None:
    data = Dataset.from_tables(many)
    for wrong in (0.0, 0.6, float("nan")):
        with pytest.raises(InputError, match=r"hold out: expected a share above 0 and up to 0\.5"):
            without_held_out(data, wrong)
    assert abs(len(without_held_out(data, 0.2).users) / len(data.users) - 0.8) < 0.04
    stage = held_out_stage(data, 0.2)
    whole = stage.histories.lengths + stage.truth.lengths
    assert (whole >= 5).all()
    np.testing.assert_array_equal(stage.truth.lengths, np.ceil(whole / 5))
    for row in range(stage.histories.rows):
        seen, hidden = stage.histories.take(np.array([row])), stage.truth.take(np.array([row]))
        assert seen.time.max() <= hidden.time.min()
