"""What was measured: rows of a table, and the file that records a run."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

README = Path(__file__).with_name("README.md")
RESULTS = Path(__file__).parents[1] / ".bench" / "results"
HEADER = ("what", "matinee", "peer", "ratio", "target", "met")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure beside a peer's (or none) and the most that it may be."""

    what: str
    matinee: float
    unit: str
    most: float  # of the ratio where there is a peer, else of the figure
    peer: float | None = None
    peer_name: str = ""

    @property
    def ratio(self) -> float | None:
        """matinee's figure over the peer's."""
        return None if self.peer is None else self.matinee / self.peer

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return (self.matinee if self.ratio is None else self.ratio) <= self.most

    def cells(self) -> tuple[str, ...]:
        """As the table shows it."""
        peer = "" if self.peer is None else f"{_figure(self.peer, self.unit)} ({self.peer_name})"
        ratio = "" if self.ratio is None else f"{self.ratio:.3g}"
        target = f"≤ {self.most:.3g}" + (f" {self.unit}" if self.ratio is None else "")
        own = _figure(self.matinee, self.unit)
        return (self.what, own, peer, ratio, target, "yes" if self.met else "NO")


def _figure(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 1000 else f"{value:.3g} {unit}"


def table(rows: Sequence[Row]) -> str:
    """A Markdown table with aligned columns."""
    lines = [HEADER, *(row.cells() for row in rows)]
    widths = [max(len(line[k]) for line in lines) for k in range(len(HEADER))]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    )


def machine() -> dict[str, object]:
    """Processor, cores and memory: what a figure of speed depends on."""
    model = platform.processor() or platform.machine()
    about = Path("/proc/cpuinfo")
    if about.exists():
        names = [line for line in about.read_text().splitlines() if line.startswith("model name")]
        model = names[0].partition(":")[2].strip() if names else model
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return {"cpu": model, "cores": os.cpu_count(), "memory_gib": round(memory)}


def record(name: str, rows: Sequence[Row], facts: dict[str, object]) -> Path:
    """Write one measure's rows and whatever its programs said."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    when = datetime.now(UTC).isoformat(timespec="seconds")
    whole = {"name": name, "when": when, "machine": machine(), "python": platform.python_version()}
    shown = [asdict(row) | {"ratio": row.ratio, "met": row.met} for row in rows]
    path.write_text(json.dumps(whole | {"rows": shown, "facts": facts}, indent=1))
    return path


def recorded(names: Sequence[str]) -> tuple[list[Row], dict[str, object]]:
    """The rows of the last runs of these measures on the whole file, and their machine."""
    paths = [RESULTS / f"{name}.json" for name in names]
    found = [json.loads(path.read_text()) for path in paths if path.exists()]
    rows = [
        Row(**{key: value for key, value in row.items() if key not in ("ratio", "met")})
        for each in found
        for row in each["rows"]
    ]
    return rows, found[0]["machine"] if found else {}


def publish(names: Sequence[str]) -> None:
    """Put the last recorded run of each measure on the generated 20M file into README.md."""
    rows, about = recorded(names)
    if not rows:
        raise SystemExit(f"{RESULTS}: expected a run on the whole file, got none")
    where = f"{about['cores']} cores, {about['memory_gib']} GiB, {about['cpu']}"
    before, _, rest = README.read_text().partition("<!-- table -->\n")
    _, _, after = rest.partition("<!-- /table -->")
    new = f"<!-- table -->\n{where}\n\n{table(rows)}\n<!-- /table -->"
    README.write_text(before + new + after)
