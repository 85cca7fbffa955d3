"""The HTML report of what re-ranking gives and takes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from matinee.errors import InputError
from matinee.reports.frontier_pictures import change, frontier_pictures, words
from matinee.reports.glossary import METRICS, protocol
from matinee.reports.page import Figure, write_page


def write_frontier(document: Mapping[str, Any], folder: Path) -> Path:
    """Write `frontier.html` and its `pictures/` into `folder`, and give the page's path.

    `document` is what `frontier --json` prints.
    """
    if missing := {"data", "validation", "chosen", "test"} - document.keys():
        raise InputError(
            f"frontier: expected data, validation, chosen and test, got no {sorted(missing)}"
        )
    drawn = frontier_pictures(document)
    metrics = list(document["chosen"]["metrics"])
    start, chosen = (document["test"][name]["metrics"] for name in ("as_ranked", "chosen"))
    early, picked = document["validation"][0]["metrics"], document["chosen"]["metrics"]
    return write_page(
        folder,
        "frontier.html",
        "frontier.html.j2",
        drawn,
        title=f"{document['data']}: what re-ranking gives and takes",
        kicker="re-ranking",
        heading=str(document["data"]),
        simulated=bool(document.get("simulated", False)),
        contents=[
            ("chosen", "What was chosen"),
            ("pictures", "How it was chosen"),
            ("protocol", "How it was measured"),
        ],
        model=document["model"],
        split=document["split"],
        protocol=protocol(str(document["split"])),
        setting=words(document["chosen"]["knobs"]),
        rows=[
            (
                name,
                (early[name], picked[name], change(picked[name], early[name])),
                (start[name], chosen[name], change(chosen[name], start[name])),
                document["differences"].get(name),
            )
            for name in metrics
        ],
        figures=[Figure.of(one) for one in drawn],
        settings=_table(document, metrics),
        meanings=[(name, METRICS[name.partition("@")[0]]) for name in metrics],
        notes=list(document.get("notes") or []),
    )


def _table(document: Mapping[str, Any], metrics: list[str]) -> pl.DataFrame:
    """Every setting on the validation part."""
    return pl.DataFrame(
        [
            {"setting": words(one["knobs"]), **{name: one["metrics"][name] for name in metrics}}
            for one in document["validation"]
        ],
        infer_schema_length=None,
    )
