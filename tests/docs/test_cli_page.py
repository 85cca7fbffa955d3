"""docs/cli.md is what --help says."""

import os
import re
from pathlib import Path

import typer
from typer.testing import CliRunner

from matinee.cli.app import app

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"


def help_of(*arguments: str) -> str:
    result = CliRunner().invoke(
        app, [*arguments, "--help"], env={"COLUMNS": "96", "TERM": "dumb", "NO_COLOR": "1"}
    )
    assert result.exit_code == 0, result.output
    text = re.sub(r"\x1b\[[0-9;]*m", "", result.output)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def commands() -> list[str]:
    return list(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def test_the_page_is_what_help_says() -> None:
    parts = ["# The command line", "Written by `make docs` from `matinee --help`."]
    parts.append(f"```text\n{help_of()}\n```")
    parts += [f"## matinee {name}\n\n```text\n{help_of(name)}\n```" for name in commands()]
    page = "\n\n".join(parts) + "\n"
    if os.environ.get("MATINEE_WRITE_DOCS"):
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page, "run make docs"


def test_every_command_teaches_by_example() -> None:
    for name in commands():
        text = help_of(name)
        assert name == "demo" or f"matinee {name}" in text.split("Usage:")[1][40:], name
