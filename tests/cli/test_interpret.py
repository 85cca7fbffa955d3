"""interpret, once from the command to the page."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from matinee.cli.app import app
from matinee.errors import InputError
from matinee.reports import write_interpretation
from matinee.reports.limits import LIMITS

POLICY = """
name = "small <b>policy</b>"
[candidates]
model = "ease:ridge=100"
n = 40
[ranker]
kind = "lambdamart"
trees = 20
least = 20
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    folder = tmp_path_factory.mktemp("interpret")
    policy = folder / "small.toml"
    policy.write_text(POLICY)
    arguments = ["interpret", "-d", "starter", "--policy", str(policy), "-o", str(folder), "--json"]
    home = {"MATINEE_HOME": str(folder / "home")}
    result = CliRunner().invoke(app, arguments, env=home, catch_exceptions=False)
    assert result.exit_code == 0
    return json.loads(result.stdout), folder / "interpretation.html"


def test_the_document_says_what_was_learnt_from_and_what_was_found(
    found: tuple[dict[str, Any], Path],
) -> None:
    document, _ = found
    assert document["simulated"] is True
    assert document["protocol"]["by"] in {"time", "viewers"}
    assert {one["name"] for one in document["quality"]["overall"]} >= {
        "small <b>policy</b>",
        "linear",
        "ebm",
        "first stage alone",
    }
    names = [one["feature"] for one in document["importance"]]
    assert len(names) == len(set(names)) > 20
    assert document["learnt_from"]["viewers"] > 50
    assert {one["kind"] for one in document["effects"]} == {"genre", "director"}
    assert (
        document["reasons"]["counterfactuals"]["found"]
        == (document["reasons"]["counterfactuals"]["verified"])
    )
    assert document["plane"]["steps"]
    assert document["shapes"]


def test_under_each_picture_stands_what_may_be_concluded(
    found: tuple[dict[str, Any], Path],
) -> None:
    html = found[1].read_text()
    figures = re.findall(
        r'<figure id="([^"]+)">.*?</figure>\s*<p class="soft">(.*?)</p>', html, re.S
    )
    drawn = re.findall(r'<figure id="([^"]+)">', html)
    assert [name for name, _ in figures] == drawn
    assert len(drawn) > 20
    for _, text in figures:
        assert "may" in text
        assert "not" in text
    assert (found[1].parent / "pictures" / "deletion.svg").exists()
    assert "<b>policy</b>" not in html
    assert "Simulated data" in html


def test_the_card_is_whole(found: tuple[dict[str, Any], Path]) -> None:
    html = found[1].read_text()
    for heading in ("What it was trained on", "What it is for", "Quality", "For whom"):
        assert f"<h3>{heading}</h3>" in html
    assert "What must not be concluded" in html


def test_each_limit_says_both(found: tuple[dict[str, Any], Path]) -> None:
    for text in LIMITS.values():
        assert text.startswith("You may")
        assert "may not" in text


def test_half_a_document_is_refused(found: tuple[dict[str, Any], Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a whole document, got no"):
        write_interpretation({"data": "x"}, tmp_path)


def test_a_policy_without_a_ranker_has_nothing_to_look_into(tmp_path: Path) -> None:
    policy = tmp_path / "plain.toml"
    policy.write_text('[candidates]\nmodel = "ease"')
    result = CliRunner().invoke(app, ["interpret", "-d", "starter", "--policy", str(policy)])
    assert isinstance(result.exception, InputError)
    assert "expected a policy with a ranker, got plain without" in str(result.exception)
