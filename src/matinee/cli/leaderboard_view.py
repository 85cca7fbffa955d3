"""A leaderboard as a terminal table."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

COLUMNS = ("recall@20", "rmse", "coverage@20", "novelty@10", "diversity@10", "mae")


def render_leaderboard(document: Mapping[str, Any], console: Console) -> None:
    """Models, best first, each value with its 95 % interval; fewer columns on narrow terminals."""
    simulated = " [yellow](simulated data)[/yellow]" if document.get("simulated") else ""
    console.print(f"\n[b]{escape(document['data'])}[/b]{simulated} · {document['split']} split")
    by = document["by"]
    columns = [c for c in (by, *COLUMNS) if any(_cell(m, c) != "-" for m in document["models"])]
    columns = columns[: max(2, (console.width - 34) // 14)]
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("model", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("fit s", justify="right", no_wrap=True)
    models = sorted(document["models"], key=lambda m: -(_value(m, by) or 0.0))
    best = next((m["name"] for m in models if m["name"] != "oracle"), None)
    for model in models:
        name = f"[b]{model['name']}[/b]" if model["name"] == best else model["name"]
        cells = [_cell(model, column, interval=column in columns[:2]) for column in columns]
        table.add_row(name, *cells, f"{model['fit_s']:.1f}")
    console.print(table)
    for text in (_closed(models, by), _tied(document, best), _settings(models)):
        if text:
            console.print(text, highlight=False)
    for line in document.get("notes", ()):
        console.print(f"[dim]{escape(line)}[/dim]")


def _closed(models: Sequence[Mapping[str, Any]], by: str) -> str | None:
    """How far the best model gets from popularity to the oracle, where there is one."""
    values = {model["name"]: _value(model, by) for model in models}
    oracle, popularity = values.pop("oracle", None), values.get("popularity")
    if oracle is None or popularity is None or oracle <= popularity:
        return None
    name = max(values, key=lambda each: values[each] or 0.0)
    share = ((values[name] or 0.0) - popularity) / (oracle - popularity)
    return f"{name} closes {share:.0%} of the gap from popularity to the oracle in {by.upper()}"


def _tied(document: Mapping[str, Any], best: str | None) -> str | None:
    """Which models these viewers are too few to tell from the best one."""
    names = [
        d["model"]
        for d in document.get("differences", ())
        if d["metric"] == document["by"] and d["against"] == best and (d["p_holm"] or 0) > 0.05
    ]
    if not names:
        return None
    by = document["by"].upper()
    return f"not told apart from {best} by {by} (paired, p > 0.05): {', '.join(names)}"


def _settings(models: Sequence[Mapping[str, Any]]) -> str | None:
    """The settings of the models that have some, as --model takes them."""
    recipes = [m["recipe"] for m in models if m["recipe"].startswith(f"{m['name']}:")]
    return f"settings: {'  '.join(recipes)}" if recipes else None


def _value(model: Mapping[str, Any], metric: str) -> float | None:
    return (model["metrics"].get(metric) or {}).get("value")


def _cell(model: Mapping[str, Any], metric: str, interval: bool = False) -> str:
    value = _value(model, metric)
    if value is None:
        return "-"
    low, high = model["metrics"][metric]["low"], model["metrics"][metric]["high"]
    if not interval or low is None:
        return f"{value:.3f}"
    return f"{value:.3f} [dim]±{(high - low) / 2:.3f}[/dim]"


def render_ratings(document: Mapping[str, Any], console: Console) -> None:
    """Rating predictors by RMSE, and which share of the ratings their intervals cover."""
    simulated = " [yellow](simulated data)[/yellow]" if document.get("simulated") else ""
    console.print(f"\n[b]{escape(document['data'])}[/b]{simulated} · {document['split']} split")
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("model", no_wrap=True)
    for column in ("rmse", "mae", "in 50 %", "in 80 %", "in 95 %", "fit s"):
        table.add_column(column, justify="right", no_wrap=True)
    for place, model in enumerate(document["models"]):
        covered = {round(100 * c["nominal"]): c["value"] for c in model["coverage"]}
        rmse = model["metrics"]["rmse"]
        table.add_row(
            f"[b]{model['name']}[/b]" if place == 0 else model["name"],
            f"{rmse['value']:.4f} [dim]±{(rmse['high'] - rmse['low']) / 2:.4f}[/dim]",
            f"{model['metrics']['mae']['value']:.4f}",
            *(f"{100 * covered[level]:.1f} %" for level in (50, 80, 95)),
            f"{model['fit_s']:.1f}",
        )
    console.print(table)
    for line in document.get("notes", ()):
        console.print(f"[dim]{escape(line)}[/dim]")
