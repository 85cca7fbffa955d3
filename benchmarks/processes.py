"""Each measured thing runs in a process of its own, so that its peak of memory is its own.

This module and run.py import the standard library alone: Linux counts what the parent held when
it forked towards the child's peak.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from environments import interpreter

PROGRAMS = Path(__file__).parent / "programs"
SOURCE = Path(__file__).parents[1] / "src"


@dataclass(frozen=True, slots=True)
class Program:
    """A file of programs/ and what runs it: "matinee" or the name of a peer."""

    runner: str
    file: str

    def run(self, *arguments: object) -> dict[str, Any]:
        """What it reports, in a fresh process."""
        python = sys.executable if self.runner == "matinee" else interpreter(self.runner)
        environment = dict(os.environ)
        if self.runner == "matinee":
            environment["PYTHONPATH"] = str(SOURCE)
        else:
            environment.pop("PYTHONPATH", None)
        if self.runner == "implicit":  # as its README asks: its own threads do the work
            environment["OPENBLAS_NUM_THREADS"] = "1"
        done = subprocess.run(
            [python, PROGRAMS / self.file, *map(str, arguments)],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{self.runner} {self.file}: exit {done.returncode}")
        return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def alternately(repeats: int, *runs: tuple[Program, tuple[object, ...]]) -> list[dict[str, Any]]:
    """What each program reports, its seconds the medians over the repeats of all processes.

    The programs take turns, so that a machine that grows slow is slow for all.
    """
    reports: list[list[dict[str, Any]]] = [[] for _ in runs]
    for _ in range(repeats):
        for place, (program, arguments) in enumerate(runs):
            reports[place].append(program.run(*arguments))
    merged = []
    for found in reports:
        timings = [name for name in found[-1] if name.endswith("seconds")]
        every = {name: [s for report in found for s in report[name]] for name in timings}
        middle = {name: median(seconds) for name, seconds in every.items()}
        peak = max(report["peak_mb"] for report in found)
        merged.append(found[-1] | middle | {"every": every, "peak_mb": peak})
    return merged
