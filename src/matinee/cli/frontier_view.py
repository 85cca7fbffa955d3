"""What re-ranking gives and takes, on a terminal."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from matinee.reports.frontier_pictures import change, words


def render_frontier(document: Mapping[str, Any], console: Console) -> None:
    """The chosen knobs; each metric as ranked and chosen, on the validation and the test part."""
    simulated = " [yellow](simulated data)[/yellow]" if document["simulated"] else ""
    console.print(
        f"\n[b]{escape(document['data'])}[/b]{simulated} · {document['split']} split · "
        f"{escape(document['model'])}"
    )
    console.print(f"chosen: [b]{words(document['chosen']['knobs'])}[/b]")
    for title, start, chosen in (
        ("validation, used for choosing", document["validation"][0], document["chosen"]),
        ("test", document["test"]["as_ranked"], document["test"]["chosen"]),
    ):
        table = Table(box=None, pad_edge=False, header_style="dim", title_justify="left")
        table.add_column(title, no_wrap=True, min_width=31)
        for column in ("as ranked", "chosen", "change"):
            table.add_column(column, justify="right", no_wrap=True, min_width=11)
        for metric in chosen["metrics"]:
            old, new = start["metrics"][metric], chosen["metrics"][metric]
            table.add_row(metric, _cell(old), _cell(new), change(new, old))
        console.print(table)
        console.print()
    for line in document["notes"]:
        console.print(f"[dim]{escape(line)}[/dim]")


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
