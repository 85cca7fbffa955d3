"""The HTML report of a search for settings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from matinee.errors import InputError
from matinee.reports.page import Figure, write_page
from matinee.reports.tuning_pictures import search_picture, setting_pictures
from matinee.reports.tuning_words import effort, verdict

_MOST = 20  # trials that stand in a table; all are in the pictures


def write_tuning(document: Mapping[str, Any], folder: Path) -> Path:
    """Write `tuning.html` and its `pictures/` into `folder`, and give the page's path.

    `document` is what `tune --json` prints.
    """
    if missing := {"data", "models"} - document.keys():
        raise InputError(f"tuning: expected data and models, got no {sorted(missing)}")
    drawn = {
        model["name"]: [one for one in (search_picture(model), *setting_pictures(model)) if one]
        for model in document["models"]
    }
    return write_page(
        folder,
        "tuning.html",
        "tuning.html.j2",
        [one for pictures in drawn.values() for one in pictures],
        title=f"{document['data']}: tuning",
        kicker="tuning",
        heading=str(document["data"]),
        simulated=bool(document.get("simulated", False)),
        contents=[
            ("found", "What was found"),
            *((f"search-of-{model['name']}", model["name"]) for model in document["models"]),
            ("protocol", "How it was measured"),
        ],
        models=document["models"],
        figures={name: [Figure.of(one) for one in pictures] for name, pictures in drawn.items()},
        verdicts={model["name"]: verdict(model) for model in document["models"]},
        efforts={model["name"]: effort(model) for model in document["models"]},
        best={model["name"]: _best(model) for model in document["models"]},
        notes=list(document.get("notes") or []),
    )


def _best(model: Mapping[str, Any]) -> pl.DataFrame:
    """The best trials, best first."""
    return (
        pl.DataFrame(
            [
                (trial["number"], trial["value"], trial["seconds"], trial["recipe"])
                for trial in model["trials"]
            ],
            schema={
                "trial": pl.Int64,
                model["metric"]: pl.Float64,
                "seconds": pl.Float64,
                "recipe": pl.String,
            },
            orient="row",
        )
        .drop_nulls(model["metric"])
        .sort(model["metric"], "trial", descending=[not model["lower_is_better"], False])
        .head(_MOST)
    )
