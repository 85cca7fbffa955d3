"""A page in the terminal: a block of lines for each row."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from matinee.api import ViewerPage
    from matinee.page import Card

_TOLD = 3  # films of a row that come with a reason


def render_page(page: "ViewerPage", console: Console) -> None:
    """Each row's first films with what put them there, the others by name."""
    simulated = " [yellow](simulated data)[/yellow]" if page.simulated else ""
    day = f" · {page.day}" if page.day else ""
    console.print(
        f"\n[b]{escape(page.question)}[/b] · {escape(page.data)}{simulated}{day} · "
        f"{escape(page.model)}"
    )
    for row in page.rows:
        console.print(f"\n[bold cyan]{escape(row.title)}[/bold cyan]")
        table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
        table.add_column(ratio=2)
        table.add_column(ratio=3, style="dim")
        for card in row.cards[:_TOLD]:
            table.add_row(f"  {_named(card)}", escape(_why(card, row.kind)))
        console.print(table)
        if more := row.cards[_TOLD:]:
            console.print("  " + " · ".join(_named(card) for card in more))
    console.print()
    for text in page.notes:
        console.print(f"[dim]{escape(text)}[/dim]")


def _named(card: "Card") -> str:
    return escape(card.title) + (f" [dim]({card.year})[/dim]" if card.year else "")


def _why(card: "Card", kind: str) -> str:
    """What the row states and the film of the history that adds most, beside that of the title."""
    stated = [reason.text for reason in card.reasons if reason.contribution is None]
    adding = [reason for reason in card.reasons if (reason.contribution or 0) > 0]
    films = [reason.text for reason in adding if reason.item_id is not None]
    if kind == "because_you_watched" and len(films) > 1:
        return f"also {films[1]}"
    # What a term of the model explains behind its colon is for --json.
    terms = [] if stated else [reason.text.partition(": ")[0] for reason in adding]
    return " · ".join([*stated, *(films or terms)[:1]])
