"""The HTML report of a leaderboard."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from matinee.errors import InputError
from matinee.evaluation import DENOMINATORS, HEADLINE, LOWER_IS_BETTER, ORACLE
from matinee.reports.glossary import METRICS, protocol
from matinee.reports.leaderboard_pictures import interval_picture, trade_picture
from matinee.reports.page import Figure, write_page

# The columns of the first table; all others stand in the one below it.
_FIRST = (
    "recall@20",
    "coverage@20",
    "novelty@10",
    "diversity@10",
    "serendipity@10",
    "rmse",
    "mae",
)


def write_leaderboard(leaderboard: Mapping[str, Any], folder: Path) -> Path:
    """Write `leaderboard.html` and its `pictures/` into `folder`, and give the page's path.

    `leaderboard` is the document that `evaluate --json` prints; what it may lack (`by`,
    `simulated`, counts, `differences`, `denominators`, `notes`) is left out of the page.
    """
    if missing := {"data", "split", "models"} - leaderboard.keys():
        raise InputError(f"leaderboard: expected data, split and models, got no {sorted(missing)}")
    results = _results(leaderboard)
    metrics = results["metric"].unique(maintain_order=True).to_list()
    with_value = set(results.drop_nulls("value")["metric"])
    by = str(leaderboard.get("by", HEADLINE))
    first = [name for name in (by, *_FIRST) if name in with_value]
    rest = [name for name in metrics if name in with_value and name not in first]
    drawn = [one for one in (interval_picture(results, by), trade_picture(results, by)) if one]
    stated = dict(leaderboard.get("denominators") or {})
    differences = pl.DataFrame(list(leaderboard.get("differences") or []), infer_schema_length=None)
    return write_page(
        folder,
        "leaderboard.html",
        "leaderboard.html.j2",
        drawn,
        title=f"{leaderboard['data']}: leaderboard",
        kicker="leaderboard",
        heading=str(leaderboard["data"]),
        simulated=bool(leaderboard.get("simulated", False)),
        contents=[
            ("models", "Models"),
            ("pictures", "Pictures"),
            *([("differences", "Differences")] if differences.height else []),
            ("protocol", "How it was measured"),
        ],
        split=str(leaderboard["split"]),
        protocol=protocol(str(leaderboard["split"])),
        counts=_counts(leaderboard),
        by=by.upper(),
        models=_ordered(leaderboard["models"], by),
        first=first,
        rest=rest,
        best=_best(results),
        lower_is_better=LOWER_IS_BETTER,
        figures=[Figure.of(one) for one in drawn],
        differences=differences,
        words=[
            (
                name,
                METRICS.get(_family(name), ""),
                stated.get(name) or DENOMINATORS.get(_family(name), ""),
            )
            for name in metrics
        ],
        notes=list(leaderboard.get("notes") or []),
    )


def _results(leaderboard: Mapping[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (str(model["name"]), metric, figure["value"], figure["low"], figure["high"])
            for model in leaderboard["models"]
            for metric, figure in model["metrics"].items()
        ],
        schema={
            "name": pl.String,
            "metric": pl.String,
            "value": pl.Float64,
            "low": pl.Float64,
            "high": pl.Float64,
        },
        orient="row",
    )


def _ordered(models: list[dict[str, Any]], by: str) -> list[dict[str, Any]]:
    """Best first; models without a figure last."""

    def place(model: dict[str, Any]) -> float:
        value = (model["metrics"].get(by) or {}).get("value")
        return float("inf") if value is None else -float(value)

    return sorted(models, key=place)


def _best(results: pl.DataFrame) -> dict[str, float]:
    """The best value of each metric, the oracle's aside."""
    values = results.filter(pl.col("name") != ORACLE).drop_nulls("value")
    best = {}
    for (metric,), group in values.group_by("metric"):
        family = _family(str(metric))
        if family not in {"popularity_bias", "prediction_coverage"}:  # no better and worse
            lower = family in LOWER_IS_BETTER
            best[str(metric)] = sorted(group["value"], reverse=not lower)[0]
    return best


def _counts(leaderboard: Mapping[str, Any]) -> list[tuple[str, str]]:
    words = {
        "users": "Viewers asked",
        "left_out": "Left out: nothing to find",
        "ratings": "Hidden ratings",
        "candidates": "Films that may be recommended",
        "catalogue": "Films in all",
    }
    return [(said, f"{leaderboard[name]:,}") for name, said in words.items() if name in leaderboard]


def _family(metric: str) -> str:
    return metric.partition("@")[0]
