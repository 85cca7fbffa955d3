"""`matinee config check`: every setting, where it comes from, and what it points at."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text
from tests.conftest import tables
from tests.service.buckets import Bucket
from tests.service.conftest import fill
from typer.testing import CliRunner

import matinee.service.settings_check as checking
from matinee.cli.app import app
from matinee.errors import InputError
from matinee.settings import Settings, read_settings
from matinee.store.opening import Store, open_store
from matinee.store.served import add_artefact, go_live
from matinee.store.upgrading import HEAD
from matinee.training.from_events import signalled
from matinee.training.versions import Terms, new_version

SECRET = "nobody should ever read this"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory of the test's own, and no setting but the width of the terminal."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"MATINEE_{name.upper()}", raising=False)
    monkeypatch.setenv("COLUMNS", "300")
    return tmp_path


def checked(status: int = 0) -> dict[str, dict[str, Any]]:
    """The findings by name; of what has the same name the first."""
    result = CliRunner().invoke(app, ["config", "check", "--json"])
    assert result.exit_code == status, result.output
    document = json.loads(result.stdout)
    wrong = sum(each["state"] == "wrong" for each in document["findings"])
    assert document["wrong"] == wrong
    return {each["name"]: each for each in reversed(document["findings"])}


@pytest.fixture
def made(url: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A database with films, of which the environment tells."""
    monkeypatch.setenv("MATINEE_DATABASE_URL", url)
    fill(read_settings(), tables(), None)
    store = open_store(read_settings())
    yield store
    store.database.close()


def test_without_any_setting_all_is_default_and_nothing_is_made(here: Path) -> None:
    found = checked()
    settings = {name for name, each in found.items() if each["source"]}
    assert {name for name in settings if not name.isupper()} == set(Settings.model_fields)
    assert {found[name]["source"] for name in Settings.model_fields} == {"default"}
    assert found["database_url"]["state"] == "warning"
    assert "is not there yet" in found["database_url"]["found"]
    assert list(here.iterdir()) == []


def test_the_source_of_each_setting_is_told_and_secrets_are_not(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("matinee.toml").write_text(
        f'seed = 3\nbody_limit = 2000\nsecret = "{SECRET}"\n'
        'cors_origins = ["https://films.example"]\n'
    )
    Path("matinee.toml").chmod(0o600)
    monkeypatch.setenv("MATINEE_SEED", "4")
    monkeypatch.setenv("MATINEE_ERASURE_DAYS", "")
    monkeypatch.setenv("MATINEE_DATABASE_URL", f"postgresql://me:{SECRET}@127.0.0.1:1/films")
    found = checked(1)
    told = {name: (found[name]["value"], found[name]["source"]) for name in Settings.model_fields}
    assert told["seed"] == ("4", "environment")
    assert told["body_limit"] == ("2000", "matinee.toml")
    assert told["erasure_days"] == ("7", "default")
    assert told["cors_origins"] == ("https://films.example", "matinee.toml")
    assert told["secret"] == ("********", "matinee.toml")
    assert told["database_url"] == ("postgresql://me:***@127.0.0.1:1/films", "environment")
    assert "expected it to answer" in found["database_url"]["found"]
    assert SECRET not in json.dumps(found)
    table = CliRunner().invoke(app, ["config", "check"])
    assert SECRET not in table.output
    assert table.exit_code == 1
    assert "correct" in json.dumps(found["database_url"])
    for part in ("wrong", "body_limit", "2000"):  # of a narrow table no longer words
        assert part in table.output


@pytest.mark.parametrize(
    ("name", "value", "state", "words"),
    [
        ("HOME", "matinee.toml", "wrong", "cannot be written to"),
        ("DATA", "nowhere", "warning", "no such folder"),
        ("SECRET", "short", "wrong", "fewer than 16 characters"),
        ("DATABASE_URL", "mysql://a/b", "wrong", "expected sqlite"),
        ("DATABASE_URL", "hush hush", "wrong", "got none of both"),
        ("ARTEFACTS", "models", "wrong", "expected such as s3://bucket/folder"),
        ("CORS_ORIGINS", "https://films.example", "wrong", "expected a list as JSON has it"),
        ("CORS_ORIGINS", '["https://films.example/"]', "wrong", "expected such as https://"),
        ("CORS_ORIGINS", '["*"]', "wrong", "expected such as https://"),
        ("POSTER_ORIGINS", '["http://films.example"]', "warning", "is not encrypted"),
        ("POSTER_ORIGINS", '["http://localhost:80"]', "ok", ""),
        ("SIMULATED_VIEWERS", "yes", "warning", "may be any viewer"),
        ("BODY_LIMIT", "many", "wrong", "should be a valid integer"),
        ("ERASURE_DAYS", "31", "wrong", "less than or equal to 30"),
    ],
)
def test_what_is_not_fit_for_use_is_told(
    name: str, value: str, state: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("matinee.toml").write_text("")
    monkeypatch.setenv(f"MATINEE_{name}", value)
    found = checked(int(state == "wrong"))[name.lower()]
    assert (found["state"], found["source"]) == (state, "environment")
    assert words in found["found"]
    assert bool(found["todo"]) == (state != "ok")


def test_a_name_that_is_no_setting_is_told_with_the_nearest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MATINEE_ERASURE_DAY", "3")
    found = checked()["MATINEE_ERASURE_DAY"]
    assert (found["state"], found["value"]) == ("warning", None)
    assert found["found"] == "no setting has this name; did you mean MATINEE_ERASURE_DAYS?"
    Path("matinee.toml").write_text("sede = 3\n")
    found = checked(1)["sede"]
    assert found["found"] == "no setting has this name; did you mean seed?"
    Path("matinee.toml").write_text("seed = [\n")
    refused = CliRunner().invoke(app, ["config", "check"]).exception
    assert isinstance(refused, InputError)
    assert "matinee.toml: expected TOML in UTF-8" in str(refused)


def test_a_list_that_is_no_json_stops_every_command_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from matinee.cli.app import main

    monkeypatch.setenv("MATINEE_CORS_ORIGINS", "https://films.example")
    monkeypatch.setattr("sys.argv", ["matinee", "database", "upgrade"])
    with pytest.raises(SystemExit):
        main()
    assert "cors_origins: expected a list as JSON has it" in capsys.readouterr().err


@pytest.mark.parametrize(("mode", "state"), [(0o600, "ok"), (0o640, "warning"), (0o644, "wrong")])
def test_a_key_that_others_read_is_told(mode: int, state: str, made: Store) -> None:
    path = Path(".matinee") / "secret.key"
    path.chmod(mode)
    found = checked(int(state == "wrong"))
    assert found["secret"]["state"] == state
    assert found["key of the database"]["state"] == "ok"
    assert found["database_url"]["state"] == "ok"
    assert found["live version"]["state"] == "warning"
    path.unlink()
    assert "a key that this workspace has not" in checked(1)["key of the database"]["found"]
    path.write_text("another key of another workspace")
    assert checked(1)["key of the database"]["found"] == "the database was used with another"


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def free(size: int) -> Callable[[Path], SimpleNamespace]:
        return lambda _: SimpleNamespace(free=size)

    for size, state in ((10**10, "ok"), (10**9, "warning"), (10**7, "wrong")):
        monkeypatch.setattr(checking.shutil, "disk_usage", free(size))
        assert checked(int(state == "wrong"))["disk room"]["state"] == state


def test_tables_of_another_version_are_told(made: Store) -> None:
    for revision, state, words in (
        ("0001", "warning", f"an older version (revision 0001, this is {HEAD})"),
        ("9999", "wrong", "a newer matinee"),
    ):
        with made.database.writing() as connection:
            connection.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))
        found = checked(int(state == "wrong"))["database_url"]
        assert found["state"] == state
        assert words in found["found"]
    with made.database.writing() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    assert "without tables" in checked()["database_url"]["found"]


def test_the_live_version_is_read(made: Store) -> None:
    terms = Terms("ease", 0.3, force=True)
    new_version(
        made.database, made.versions, lambda weights: signalled(made.database, weights), terms
    )
    assert checked()["live version"]["state"] == "ok"
    add_artefact(made.database, "lost", "nowhere", {}, int(time.time()) + 5)
    go_live(made.database, "lost")
    found = checked(1)["live version"]
    assert "version lost: expected its files in nowhere" in found["found"]
    assert "rollback" in found["todo"]


def test_a_live_version_of_other_films_is_told(made: Store) -> None:
    terms = Terms("ease", 0.3, force=True)
    new_version(
        made.database, made.versions, lambda weights: signalled(made.database, weights), terms
    )
    with made.database.writing() as connection:
        connection.execute(text("DELETE FROM films WHERE item_id = 'm10'"))
    assert (
        "expected a model of films of the database, got 1 others"
        in (checked(1)["live version"]["found"])
    )


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_bucket_is_asked_whether_it_is_there(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATINEE_ARTEFACTS", "s3://models/matinee")
    assert checked()["artefacts"]["found"] == "the bucket answers"
    monkeypatch.setenv("MATINEE_ARTEFACTS", "s3://nowhere/matinee")
    found = checked(1)["artefacts"]
    assert "s3://nowhere: expected the bucket to answer, got" in found["found"]
    assert "AWS_ENDPOINT_URL" in found["todo"]
    bucket.server.stop()
    assert "expected the bucket to answer" in checked(1)["artefacts"]["found"]
