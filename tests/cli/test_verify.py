"""recommend --verify: each counterfactual is the model's own answer."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from matinee.cli.app import app


def asked(home: Path, *more: str) -> str:
    arguments = ["recommend", "-d", "starter", "-m", "ease", "-n", "5", "--user", "v0007", *more]
    environment = {"MATINEE_HOME": str(home), "COLUMNS": "200", "NO_COLOR": "1"}
    result = CliRunner().invoke(app, arguments, env=environment, catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_each_counterfactual_is_confirmed_or_said_not_to_be_found(tmp_path: Path) -> None:
    items: list[dict[str, Any]] = json.loads(asked(tmp_path, "--verify", "--json"))["items"]
    assert [item["counterfactual"]["place"] for item in items] == [1, 2, 3, 4, 5]
    found = 0
    for item in items:
        change = item["counterfactual"]
        assert change["n"] == 5
        if change["item_ids"]:
            found += 1
            assert change["verified"]
            assert change["place_without"] > 5
            assert f"place {change['place_without']}, asked again" in item["what_if"][0]
        else:
            assert not change["verified"]
            assert change["place_without"] is None
            assert item["what_if"][0].startswith("no set of up to 5 films")
    assert found


@pytest.mark.parametrize("verify", [True, False])
def test_the_terminal_says_it_where_it_was_asked(tmp_path: Path, verify: bool) -> None:
    shown = asked(tmp_path, "--why", *(["--verify"] if verify else []))
    assert ("asked again" in shown) == verify
