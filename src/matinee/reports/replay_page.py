"""The HTML report of a replay."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from matinee.errors import InputError
from matinee.reports.page import Figure, write_page
from matinee.reports.replay_pictures import doubling_picture, group_pictures, width_pictures

_RESPECTS = {
    "feedback": "Films in the viewer's history",
    "tenure": "Since the viewer's first event",
    "age": "Since the model was fitted",
    "calendar": "When",
}


def write_replay(document: Mapping[str, Any], folder: Path) -> Path:
    """Write `replay.html` and its `pictures/` into `folder`, and give the page's path.

    `document` is what `replay --json` prints.
    """
    if missing := {"data", "policies", "by", "narrowing", "sentence"} - document.keys():
        raise InputError(f"replay: expected a replay's document, got no {sorted(missing)}")
    quality = [one for one in (doubling_picture(document), *group_pictures(document)) if one]
    width = width_pictures(document)
    return write_page(
        folder,
        "replay.html",
        "replay.html.j2",
        [*quality, *width],
        title=f"{document['data']}: replay",
        kicker="replay",
        heading=str(document["data"]),
        simulated=bool(document["simulated"]),
        contents=[
            ("policies", "Policies"),
            ("quality", "Quality as feedback grows"),
            ("width", "Whether the world narrows"),
            ("protocol", "How it was measured"),
        ],
        document=document,
        period=[_day(moment) for moment in document["period"]],
        figures=[Figure.of(one) for one in quality],
        widths=[Figure.of(one) for one in width],
        tables=[(_RESPECTS[name], _table(groups)) for name, groups in document["by"].items()],
        slopes=_slopes(document),
        refits=pl.DataFrame(
            [(_day(r["at"]), r["events"], r["viewers"], r["films"]) for r in document["refits"]],
            schema=["fitted", "events before", "viewers", "films"],
            orient="row",
        ),
    )


def _table(groups: list[Mapping[str, Any]]) -> pl.DataFrame:
    """One row a group and policy: figures, difference to trending, and doubling."""
    rows = []
    for group in groups:
        for name, found in group["policies"].items():
            ndcg = found["metrics"]["ndcg@10"]
            rows.append(
                {
                    "group": group["label"],
                    "likes": group["events"],
                    "viewers": group["viewers"],
                    "policy": name,
                    "NDCG@10": ndcg["value"],
                    "low": ndcg["low"],
                    "high": ndcg["high"],
                    "less trending": _signed(found["difference"]),
                    "doubling": _signed(found["doubling"]),
                    "hit@10": found["metrics"]["hit_rate@10"]["value"],
                    "hit@20": found["metrics"]["hit_rate@20"]["value"],
                    "MRR@100": found["metrics"]["mrr@100"]["value"],
                }
            )
    return pl.DataFrame(rows, infer_schema_length=None)


def _slopes(document: Mapping[str, Any]) -> pl.DataFrame:
    """One row a policy and way of looking: how NDCG@10 changes for each doubling."""
    words = {
        "within": ("NDCG@10", "within the same viewer"),
        "between": ("NDCG@10", "between viewers"),
        "lead_within": ("its lead over trending", "within the same viewer"),
        "lead_between": ("its lead over trending", "between viewers"),
    }
    rows = [
        (name, what, where, slope["slope"], slope["low"], slope["high"], slope["p"])
        for name, found in document["growth"].items()
        for key, (what, where) in words.items()
        if (slope := found[key]) is not None
    ]
    columns = ["policy", "of", "seen", "for each doubling", "low", "high", "p"]
    return pl.DataFrame(rows, schema=columns, orient="row", infer_schema_length=None)


def _signed(found: Mapping[str, float | None] | None) -> str | None:
    if found is None or found["value"] is None:
        return None
    if found["low"] is None:
        return f"{found['value']:+.4f}"
    return f"{found['value']:+.4f} ({found['low']:+.4f} to {found['high']:+.4f})"


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")
