"""What a search found, as a terminal table."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from matinee.reports.tuning_words import effort, verdict


def render_tuning(document: Mapping[str, Any], console: Console) -> None:
    """Default and tuned side by side on the final part, then what to make of it."""
    simulated = " [yellow](simulated data)[/yellow]" if document["simulated"] else ""
    console.print(f"\n[b]{document['data']}[/b]{simulated}")
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("model", no_wrap=True)
    for column in ("measure", "default", "tuned", "difference (95 %)"):
        table.add_column(column, justify="left" if column == "measure" else "right", no_wrap=True)
    for model in document["models"]:
        table.add_row(
            f"[b]{model['name']}[/b]",
            f"{model['metric']}, {model['split']}",
            _figure(model["default"]["final"]),
            _figure(model["tuned"]["final"]),
            _difference(model),
        )
    console.print(table)
    for model in document["models"]:
        console.print(f"\n[b]{model['recipe']}[/b]", soft_wrap=True)
        console.print(verdict(model))
        console.print(f"[dim]{effort(model)}[/dim]")


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _difference(model: Mapping[str, Any]) -> str:
    if model["low"] is None:
        return "0" if model["difference"] == 0 else f"{model['difference']:+.4f}"
    return f"{model['difference']:+.4f} ({model['low']:+.4f} to {model['high']:+.4f})"
