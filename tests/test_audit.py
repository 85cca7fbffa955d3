"""scripts/audit_dependencies.py: what is known fails, what could not be asked says so."""

import json
from pathlib import Path
from typing import Any

import pytest
from scripts.audit_dependencies import REQUIREMENTS, audit, main

FILES = [Path("requirements/core.txt"), Path("requirements/dev.txt")]
SOUND = {"name": "idna", "version": "3.20", "vulns": []}
HOLED = {
    "name": "mako",
    "version": "1.0",
    "vulns": [
        {"id": "PYSEC-1", "fix_versions": ["1.4", "2.0"], "aliases": []},
        {"id": "PYSEC-2", "fix_versions": [], "aliases": []},
    ],
}
UNKNOWN = {"name": "six", "skip_reason": "Dependency not found on PyPI: six (1.17.0)"}


def said(*packages: dict[str, Any]) -> tuple[str, str]:
    return json.dumps({"dependencies": packages, "fixes": []}), "No known vulnerabilities found"


def test_sound_files_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(FILES, lambda _: said(SOUND, SOUND), required=True) == 0
    assert capsys.readouterr().out.splitlines() == [
        "requirements/core.txt: 2 packages, no known vulnerability",
        "requirements/dev.txt: 2 packages, no known vulnerability",
    ]


def test_a_known_vulnerability_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(FILES[:1], lambda _: said(SOUND, HOLED), required=False) == 1
    assert capsys.readouterr().out.splitlines() == [
        "requirements/core.txt: mako 1.0: PYSEC-1, mended in 1.4, 2.0",
        "requirements/core.txt: mako 1.0: PYSEC-2, not mended",
    ]


@pytest.mark.parametrize("required", [False, True])
def test_a_database_that_is_away_is_no_clean_bill(
    required: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []

    def away(path: Path) -> tuple[str, str]:
        asked.append(path)
        return "", "Traceback\n  ...\nConnectionError: no such host\n"

    assert main(FILES, away, required) == int(required)
    assert capsys.readouterr().out == (
        "requirements/core.txt: not audited: ConnectionError: no such host\n"
    )
    assert asked == FILES[:1]


@pytest.mark.parametrize("required", [False, True])
def test_packages_that_the_database_does_not_know_are_not_called_sound(
    required: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(FILES[:1], lambda _: said(SOUND, UNKNOWN), required) == int(required)
    assert capsys.readouterr().out == (
        "requirements/core.txt: not audited: 1 of 2 packages: Dependency not found on PyPI: "
        "six (1.17.0)\n"
    )


def test_pip_audit_takes_these_options(tmp_path: Path) -> None:
    """Of a file with nothing in it, so that nobody is asked."""
    (tmp_path / "none.txt").write_text("")
    output, errors = audit(tmp_path / "none.txt")
    assert json.loads(output)["dependencies"] == [], errors


def test_every_file_of_requirements_is_there_to_be_audited() -> None:
    names = {path.name for path in REQUIREMENTS.glob("*.txt")}
    assert names == {"core.txt", "dev.txt", "service.txt"}
