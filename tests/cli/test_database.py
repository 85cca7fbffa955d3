"""matinee database: made, filled and copied from a terminal."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from matinee.cli.app import app, main
from matinee.store.lake import read_lake
from matinee.store.upgrading import HEAD


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MATINEE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MATINEE_DATABASE_URL", raising=False)
    monkeypatch.delenv("MATINEE_SECRET", raising=False)
    Path("ratings.csv").write_text("user_id,item_id,rating,timestamp\nu,a,3.5,1700000000\nv,b,4,\n")
    return tmp_path / "home"


def document(*arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["database", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_database_is_made_filled_and_copied(home: Path) -> None:
    assert document("upgrade")["revision"] == HEAD
    assert document("upgrade")["database"].endswith("home/matinee.db")
    assert document("import", "--data", "ratings.csv")["new_ratings"] == 2
    assert document("import", "--data", "ratings.csv")["new_ratings"] == 0
    assert document("snapshot")["added"] == 2
    assert document("snapshot")["added"] == 0
    lake = read_lake(home / "lake").collect()
    assert sorted(lake["value"]) == [3.5, 4.0]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("MATINEE_DATABASE_URL", "mysql://me:hush@h/d", "MATINEE_DATABASE_URL: expected sqlite"),
        ("MATINEE_DATABASE_URL", "postgresql://me:hush@127.0.0.1:1/d", "expected it to answer"),
        ("MATINEE_SECRET", "hush", "MATINEE_SECRET: expected at least 16 characters, got 4"),
    ],
)
def test_a_wrong_setting_is_one_line_without_the_secret(
    name: str,
    value: str,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["matinee", "database", "upgrade"])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert "hush" not in error


def test_the_database_is_data_by_its_name() -> None:
    empty = CliRunner().invoke(app, ["explore", "--data", "database"])
    assert "expected films or ratings, got none" in str(empty.exception)
    document("import", "--data", "starter")
    runner = CliRunner()
    found = runner.invoke(app, ["explore", "--data", "database", "--json"])
    assert json.loads(found.stdout)["cleaned"]["ratings"]["rows"] == 107_137
    trained = runner.invoke(app, ["train", "-d", "database", "-m", "popularity", "--json"])
    assert json.loads(trained.stdout)["data"] == "database"
    named = runner.invoke(app, ["import", "ratings.csv", "--name", "database"])
    assert "expected another name than 'database'" in str(named.exception)


def test_what_is_too_old_is_told_and_deleted(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document("import", "--data", "ratings.csv")
    document("snapshot")
    assert document("expire")["events"] == 0, "nothing has an age limit by default"
    monkeypatch.setenv("MATINEE_RETAIN_EVENTS_DAYS", "365")
    told = document("expire", "--dry-run")
    assert (told["events"], told["dry_run"]) == (2, True)
    assert read_lake(home / "lake").collect().height == 2
    assert document("expire")["events"] == 2
    assert read_lake(home / "lake").collect().height == 0
    shown = CliRunner().invoke(app, ["database", "expire"], env={"MATINEE_RETAIN_PAGES_DAYS": "0"})
    assert "0 deleted" in shown.stdout
    assert "pages are kept whatever their age: MATINEE_RETAIN_PAGES_DAYS is 0" in shown.stderr
