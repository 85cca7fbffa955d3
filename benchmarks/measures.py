"""What is measured: each measure returns rows of the table and what its programs said."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from processes import PROGRAMS, SOURCE, Program, alternately
from results import Row

CACHE = Path(__file__).parents[1] / ".bench"
SMALL = 200_000  # rows of the file on which compiled code is warmed up
Measured = tuple[list[Row], dict[str, Any]]


def ratings_file(rows: int) -> Path:
    """The generated file, made by a process of its own."""
    path = CACHE / f"ratings-{rows}" / "ratings.csv"
    if not path.exists():
        subprocess.run([sys.executable, PROGRAMS.parent / "generate.py", str(rows)], check=True)
    return path


def arrays(rows: int) -> Path:
    """The folder of what prepare.py makes of the generated file."""
    folder = CACHE / f"arrays-{rows}"
    if not (folder / "complete.npy").exists():
        Program("matinee", "prepare.py").run(ratings_file(rows), folder)
    return folder


def read(rows: int, repeats: int) -> Measured:
    """ratings.csv to a Dataset, beside Polars reading and sorting it."""
    files = (ratings_file(rows), ratings_file(SMALL))
    own, peer = alternately(
        repeats,
        (Program("matinee", "matinee_read.py"), files),
        (Program("matinee", "polars_read.py"), files),
    )
    shown = [
        Row("read a ratings file", own["seconds"], "s", 1.5, peer["seconds"], "Polars"),
        Row("read a ratings file, peak memory", own["peak_mb"], "MB", 3000),
    ]
    return shown, {"matinee": own, "polars": peer}


def top(rows: int, repeats: int) -> Measured:
    """The best 100 unseen films of every viewer with 128 factors."""
    folder = arrays(rows)
    ours, theirs = Program("matinee", "matinee_top.py"), Program("implicit", "implicit_top.py")
    names = ("factors", "histories")
    runs = [(program, (folder, name, 1)) for name in names for program in (ours, theirs)]
    factors, peer, histories, peer_folding = alternately(repeats, *runs)
    what = "top 100 of every viewer"
    dense = factors["lists"] * factors["items"] * 4 / 1e6
    shown = [
        Row(f"{what}, from factors", factors["seconds"], "s", 1.0, peer["seconds"], "implicit"),
        Row(
            f"{what}, folded in from histories",
            *(histories["seconds"], "s", 1.0, peer_folding["seconds"], "implicit"),
        ),
        Row(f"{what}, peak memory", factors["peak_mb"], "MB", 0.25, dense, "users × items"),
    ]
    facts = {"implicit": peer, "implicit_histories": peer_folding}
    return shown, {"factors": factors, "histories": histories} | facts


def metrics(rows: int, repeats: int) -> Measured:
    """Seven metrics of 20,000 lists of 100."""
    folder = arrays(rows)
    own, rectools, lenskit = alternately(
        repeats,
        (Program("matinee", "matinee_metrics.py"), (folder, 5)),
        (Program("rectools", "rectools_metrics.py"), (folder, 1)),
        (Program("lenskit", "lenskit_metrics.py"), (folder, 1)),
    )
    what = "7 metrics of 20,000 lists"
    shown = [
        Row(what, own["seconds"], "s", 0.2, rectools["seconds"], "RecTools"),
        Row(what, own["seconds"], "s", 0.2, lenskit["seconds"], "LensKit"),
    ]
    return shown, {"matinee": own, "rectools": rectools, "lenskit": lenskit}


def startup(rows: int, repeats: int) -> Measured:
    """matinee --help, from the start of the process to its end."""
    del rows, repeats
    command = [sys.executable, "-m", "matinee", "--help"]
    seconds = []
    for _ in range(11):
        started = time.perf_counter()
        environment = {"PYTHONPATH": str(SOURCE), "PATH": ""}
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
        seconds.append(time.perf_counter() - started)
    every = seconds[1:]  # the first reads the files from the disk
    return [Row("matinee --help", median(every), "s", 0.3)], {"every": every}


MEASURES: dict[str, Callable[[int, int], Measured]] = {
    "read": read,
    "top": top,
    "metrics": metrics,
    "help": startup,
}
