"""What is served: the newest model or policy of the database, whatever is kept of others."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.ranking.policies import RANKERS, fitted_policy
from tests.service.conftest import Service, event, fill, films_of

from matinee import training
from matinee.dataset import Dataset
from matinee.ranking import Reranking
from matinee.schema import Tables
from matinee.service.live import Live
from matinee.service.served import Served, read_served
from matinee.service.viewers import Viewers
from matinee.settings import Settings
from matinee.store.catalogue import read_tables
from matinee.store.opening import Store, open_store
from matinee.store.served import read_exposures
from matinee.store.workspace import Workspace
from matinee.training.policy_keeping import save_policy


@pytest.fixture
def settings(tmp_path: Path, url: str, lately: Tables) -> Settings:
    if not url.startswith("sqlite"):
        pytest.skip("what is kept in the workspace does not depend on the database")
    made = Settings(home=tmp_path, database_url=SecretStr(url))
    fill(made, lately)
    return made


@pytest.fixture
def store(settings: Settings) -> Store:
    return open_store(settings)


def served(settings: Settings, store: Store) -> Served:
    return read_served(store, Workspace(settings.home))


def test_a_policy_that_was_kept_later_is_served_also_when_the_data_has_grown(
    settings: Settings, store: Store
) -> None:
    assert served(settings, store).name.startswith("ease")
    data = Dataset.from_tables(read_tables(store.database))
    policy = fitted_policy(data, RANKERS[1], Reranking(places=8, exploration=2), n=20)
    save_policy(policy, Workspace(settings.home).policy_folder("database", "mine"), data)
    rate = event("rate", "m12", user_id="u5", value=5)
    assert store.log.append([rate], int(time.time()))[0].state == "accepted"
    found = served(settings, store)
    assert found.name == "policy mine"
    known = found.standing("u5", Viewers(), int(time.time()))
    page = found.maker.page(known.history, cards=8)
    picks = next(row for row in page.rows if row.kind == "top_picks")
    assert found.maker.policy is not None
    slate = found.maker.policy.slate(known.history, 60, found.maker.shown)
    chances = slate.propensities[0][: len(picks.cards)].tolist()
    assert [card.propensity for card in picks.cards] == chances
    assert min(chances) < 1
    others = [card for row in page.rows if row is not picks for card in row.cards]
    assert {card.propensity for card in others} == {1.0}


def test_a_model_that_is_damaged_or_of_other_films_is_passed_over(
    settings: Settings, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    workspace = Workspace(settings.home)
    data = Dataset.from_tables(read_tables(store.database))
    movies = data.movies.with_columns(item_id="other " + data.movies["item_id"])
    tables = read_tables(store.database)
    ratings = tables.ratings.with_columns(item_id="other " + tables.ratings["item_id"])
    others = Dataset.from_tables(replace(tables, movies=movies, ratings=ratings))
    folder = workspace.model_folder("database", "popularity")
    training.save(training.fit("popularity", others, 0), folder, others)
    os.utime(folder, (2e9, 2e9))
    assert served(settings, store).name.startswith("ease")
    assert "expected a model of films of the database" in caplog.text
    weights = next(workspace.model_folder("database", "ease").glob("*.npy"))
    weights.write_bytes(b"damaged")
    assert served(settings, store).degraded == ("no model",)


def test_a_new_model_is_taken_up_while_it_runs(settings: Settings, store: Store) -> None:
    live = Live.of(store, Workspace(settings.home))
    before = live.served
    assert live.refresh() is False
    data = Dataset.from_tables(read_tables(store.database))
    folder = Workspace(settings.home).model_folder("database", "als")
    training.save(training.fit("als:factors=4", data, 0), folder, data)
    live.start(every_s=0.05)
    until = time.monotonic() + 30
    while live.served is before and time.monotonic() < until:
        time.sleep(0.05)
    live.stop()
    assert live.served.name.startswith("als")


def test_the_pages_of_a_service_are_written_before_it_ends(service: Service) -> None:
    pages = [service.page(f"u{k}")["page_id"] for k in (5, 8, 11)]
    service.client.app.state.worker.pages.close()  # type: ignore[attr-defined]
    database = service.client.app.state.worker.store.database  # type: ignore[attr-defined]
    assert set(read_exposures(database)["page_id"]) == set(pages)
    assert films_of(service.page("u5"))
