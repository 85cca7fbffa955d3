"""A replay as terminal tables."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

GROUPS = {
    "feedback": "films in the viewer's history",
    "tenure": "since the viewer's first event",
    "age": "since the model was fitted",
    "calendar": "when",
}


def render_replay(document: Mapping[str, Any], console: Console) -> None:
    """Policies side by side, NDCG@10 by group, and the two sentences."""
    simulated = " [yellow](simulated data)[/yellow]" if document["simulated"] else ""
    fits = len(document["refits"])
    console.print(
        f"\n[b]{escape(document['data'])}[/b]{simulated} · replay, {document['asked']:,} likes "
        f"asked, {fits} fit{'' if fits == 1 else 's'}"
    )
    console.print(_whole(document, console.width))
    names = [policy["name"] for policy in document["policies"]]
    names = names[: max(2, (console.width - 36) // 12)]
    for respect, title in GROUPS.items():
        console.print(f"\n[b]NDCG@10[/b] by {title}", highlight=False)
        console.print(_by(document["by"][respect], names))
    console.print(f"\n{escape(document['sentence'])}", highlight=False)
    console.print(f"\n{escape(document['narrowing_sentence'])}\n", highlight=False)
    for line in document["notes"]:
        console.print(f"[dim]{escape(line)}[/dim]", highlight=False)


def _whole(document: Mapping[str, Any], width: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("policy")
    named = {"hit_rate@20": "hit@20", "hit_rate@10": "hit@10", "mrr@100": "mrr@100"}
    shown = list(named)[: 1 if width < 92 else 3]
    columns = ["ndcg@10", "less trending", "doubling", *(named[metric] for metric in shown)]
    for column in (*columns, "fit s", "answer s")[: 8 if width >= 92 else 4]:
        table.add_column(column, justify="right", no_wrap=True)
    for policy in document["policies"]:
        metrics = policy["metrics"]
        cells = [
            _interval(metrics["ndcg@10"]),
            _difference(policy["difference"]),
            _difference(policy["doubling"]),
            *(_figure(metrics[metric]["value"]) for metric in shown),
            f"{policy['fit_s']:.1f}",
            f"{policy['answer_s']:.1f}",
        ]
        table.add_row(policy["name"], *cells[: len(table.columns) - 1])
    return table


def _by(groups: list[Mapping[str, Any]], names: list[str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("", no_wrap=True)
    table.add_column("likes", justify="right", no_wrap=True)
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    for group in groups:
        cells = [_interval(group["policies"][name]["metrics"]["ndcg@10"]) for name in names]
        table.add_row(group["label"], f"{group['events']:,}", *cells)
    return table


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _interval(figure: Mapping[str, float | None]) -> str:
    value, low, high = figure["value"], figure["low"], figure["high"]
    if value is None or low is None or high is None:
        return _figure(value)
    return f"{value:.3f} [dim]±{(high - low) / 2:.3f}[/dim]"


def _difference(found: Mapping[str, float | None] | None) -> str:
    if found is None or found["value"] is None:
        return "-"
    value, low, high = found["value"], found["low"], found["high"]
    if low is None or high is None:
        return f"{value:+.3f}"
    return f"{value:+.3f} [dim]±{(high - low) / 2:.3f}[/dim]"
