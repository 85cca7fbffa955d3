"""compose.yaml and the Containerfile run commands that exist, with settings that exist."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from matinee.cli.app import app
from matinee.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return found


def _hold_to_command(words: list[str]) -> None:
    """Parsed as the program would, without running it."""
    assert words[0] == "matinee"
    group: Any = typer.main.get_command(app)
    group.commands[words[1]].make_context(words[1], words[2:])


def test_commands_of_the_containers_are_the_program_s(compose: dict[str, Any]) -> None:
    commands = [each["command"] for each in compose["services"].values() if "command" in each]
    assert len(commands) == 2
    text = (ROOT / "Containerfile").read_text()
    found = re.search(r"^CMD \[(.+)\]$", text, re.MULTILINE)
    assert found is not None
    commands.append([word.strip(' "') for word in found[1].split(",")])
    for words in commands:
        _hold_to_command(words)
    with pytest.raises(Exception, match="No such option"):
        _hold_to_command(["matinee", "serve", "--no-such"])


def test_settings_of_the_containers_are_the_program_s(compose: dict[str, Any]) -> None:
    names = set(re.findall(r"MATINEE_[A-Z_]+", (ROOT / "compose.yaml").read_text()))
    names |= set(re.findall(r"MATINEE_[A-Z_]+", (ROOT / "Containerfile").read_text()))
    assert {"MATINEE_DATABASE_URL", "MATINEE_HOME", "MATINEE_ARTEFACTS"} <= names
    assert {name.removeprefix("MATINEE_").lower() for name in names} <= set(Settings.model_fields)


def test_nothing_is_open_to_others_and_no_password_is_written_down(
    compose: dict[str, Any],
) -> None:
    for service in compose["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    text = (ROOT / "compose.yaml").read_text()
    for line in text.splitlines():
        if "PASSWORD" in line and not line.lstrip().startswith("#"):
            assert "${POSTGRES_PASSWORD:?" in line
    assert "USER matinee" in (ROOT / "Containerfile").read_text()


def test_what_the_image_is_built_from_is_there(compose: dict[str, Any]) -> None:
    ignored = (ROOT / ".dockerignore").read_text()
    assert ignored == (ROOT / ".containerignore").read_text()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Containerfile").read_text(), re.M)
    for name in " ".join(copied).split():
        assert (ROOT / name).exists(), name
        assert f"!{name}" in ignored.splitlines(), name
    scraped = yaml.safe_load((ROOT / "deploy" / "prometheus.yml").read_text())["scrape_configs"][0]
    host, port = scraped["static_configs"][0]["targets"][0].split(":")
    assert compose["services"][host]["ports"] == [f"127.0.0.1:{port}:{port}"]
    for volume in compose["services"]["prometheus"]["volumes"]:
        if volume.startswith("./"):
            assert (ROOT / volume.split(":")[0]).exists()
