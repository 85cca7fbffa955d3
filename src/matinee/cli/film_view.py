"""Recommendations as a terminal table."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from matinee.api import Recommendations


def render_recommendations(found: "Recommendations", why: bool, console: Console) -> None:
    """One line a film; with `why` each part of its score on a line of its own."""
    simulated = " [yellow](simulated data)[/yellow]" if found.simulated else ""
    console.print(
        f"\n[b]{escape(found.question)}[/b] · {escape(found.data)}{simulated} · {found.model}"
    )
    table = Table(box=None, pad_edge=False, show_header=True, header_style="dim")
    table.add_column("", justify="right")
    table.add_column("film", ratio=2)
    table.add_column("score", justify="right")
    table.add_column("why (adds up to the score)" if why else "mainly because", ratio=3)
    for place, item in enumerate(found.items, 1):
        title = escape(item.title) + (f" [dim]({item.year})[/dim]" if item.year else "")
        parts = item.reasons if why else item.reasons[:1]
        lines = [(_signed(part.contribution) if why else "") + escape(part.text) for part in parts]
        lines += [f"[dim]{escape(text)}[/dim]" for text in item.what_if]
        table.add_row(str(place), title, f"{item.score:.3f}", "\n".join(lines))
    console.print(table)
    for text in found.notes:
        console.print(f"[dim]{escape(text)}[/dim]")


def _signed(contribution: float) -> str:
    colour = "red" if contribution < 0 else "green"
    return f"[{colour}]{contribution:+.3f}[/{colour}] "
