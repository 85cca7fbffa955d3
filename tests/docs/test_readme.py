"""What the README shows is what the commands beside it print."""

import importlib.util
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# With PyTorch one model more is on the board, and in the blend.
pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("torch") is not None,
    reason="the README shows what is printed without the extra `neural`",
)

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PICTURE = ROOT / "docs" / "pictures" / "leaderboard.svg"
WRITE = bool(os.environ.get("MATINEE_WRITE_DOCS"))
LIKES = ["--like", "alein", "--like", "The Matrix"]
ASK = ["recommend", "--data", "starter", *LIKES, "-n", "4", "--why"]
COMPARE = ["evaluate", "--data", "starter"]


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., str]:
    def printed(*arguments: str) -> str:
        settings = {"MATINEE_HOME": str(tmp_path), "COLUMNS": "92", "NO_COLOR": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "matinee", *arguments],
            env=os.environ | settings,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    return printed


def part(name: str) -> str:
    """The README between <!-- name --> and <!-- /name -->."""
    text = README.read_text(encoding="utf-8")
    return text.split(f"<!-- {name} -->\n")[1].split(f"<!-- /{name} -->")[0]


def write(name: str, content: str) -> None:
    text = README.read_text(encoding="utf-8").replace(part(name), content)
    README.write_text(text, encoding="utf-8")


def test_the_excerpt_is_what_the_command_prints(run: Callable[..., str]) -> None:
    lines = [line.rstrip() for line in run(*ASK).strip().splitlines()]
    shown = "```text\n$ matinee " + shlex.join(ASK) + "\n" + "\n".join(lines) + "\n```\n"
    if WRITE:
        write("films", shown)
    assert part("films") == shown


def test_the_leaderboard_is_what_evaluate_finds(run: Callable[..., str], tmp_path: Path) -> None:
    out = ["--out", str(tmp_path / "report")] if WRITE else []
    board = json.loads(run(*COMPARE, "--json", *out))
    shown = table(board)
    if WRITE:
        write("leaderboard", shown)
        PICTURE.parent.mkdir(exist_ok=True)
        picture = tmp_path / "report" / "pictures" / "intervals.svg"
        PICTURE.write_bytes(picture.read_bytes())
    kept, found = numbers(part("leaderboard")), numbers(shown)
    assert kept.keys() == found.keys()
    for name, values in found.items():
        assert kept[name] == pytest.approx(values, abs=0.004), name  # other processors round apart


def table(board: dict[str, Any]) -> str:
    lines = [
        f"`matinee {' '.join(COMPARE)}`: {board['split']} split, {board['users']:,} simulated "
        "viewers asked, 95 % intervals",
        "",
        "| model | NDCG@10 | recall@20 | coverage@20 | RMSE |",
        "|---|---|---|---|---|",
    ]
    for model in board["models"]:
        metrics = model["metrics"]
        ndcg, rmse = metrics["ndcg@10"], metrics["rmse"]["value"]
        lines.append(
            f"| {model['name']} | {ndcg['value']:.3f} ({ndcg['low']:.3f} to {ndcg['high']:.3f}) "
            f"| {metrics['recall@20']['value']:.3f} | {metrics['coverage@20']['value']:.3f} "
            f"| {'' if rmse is None else f'{rmse:.3f}'} |"
        )
    return "\n".join(lines) + "\n"


def numbers(text: str) -> dict[str, list[float]]:
    rows = re.findall(r"^\| (\w+) \| (\d.*)$", text, re.MULTILINE)
    return {name: [float(x) for x in re.findall(r"\d+\.\d+", rest)] for name, rest in rows}
