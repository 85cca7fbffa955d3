"""The HTML report of predicted ratings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import altair as alt
import polars as pl

from matinee.errors import InputError
from matinee.exploration.picture import Picture, picture
from matinee.reports.glossary import METRICS, protocol
from matinee.reports.page import Figure, write_page

_LEVELS = (50, 80, 95)  # per cent, in the table
_PERCENT = alt.Axis(format="%")


def write_ratings(document: Mapping[str, Any], folder: Path) -> Path:
    """Write `ratings.html` and its `pictures/` into `folder`, and give the page's path.

    `document` is what `evaluate --task rating --json` prints.
    """
    if missing := {"data", "split", "models"} - document.keys():
        raise InputError(f"ratings: expected data, split and models, got no {sorted(missing)}")
    drawn = [calibration_picture(document["models"])]
    return write_page(
        folder,
        "ratings.html",
        "ratings.html.j2",
        drawn,
        title=f"{document['data']}: predicted ratings",
        kicker="ratings",
        heading=str(document["data"]),
        simulated=bool(document.get("simulated", False)),
        contents=[
            ("models", "Models"),
            ("calibration", "Calibration"),
            ("protocol", "How it was measured"),
        ],
        split=str(document["split"]),
        protocol=protocol(str(document["split"])),
        models=[
            model | {"covered": {round(100 * c["nominal"]): c for c in model["coverage"]}}
            for model in document["models"]
        ],
        levels=_LEVELS,
        figures=[Figure.of(one) for one in drawn],
        words=[(name, METRICS[name]) for name in ("rmse", "mae")],
        notes=list(document.get("notes") or []),
    )


def calibration_picture(models: list[Mapping[str, Any]]) -> Picture:
    """Share of the ratings that intervals cover, against the share that they claim."""
    shares = pl.DataFrame(
        [
            (model["name"], share["nominal"], share["value"])
            for model in models
            for share in model["coverage"]
        ],
        schema={"model": pl.String, "nominal": pl.Float64, "covered": pl.Float64},
        orient="row",
    )
    off = shares.with_columns(off=(pl.col("covered") - pl.col("nominal")).abs())
    first = off.filter(pl.col("model") == models[0]["name"]).sort("off", descending=True)
    worst = first.row(0, named=True)
    sentence = (
        f"Intervals of {worst['model']} that claim {worst['nominal']:.0%} cover "
        f"{worst['covered']:.1%} of the hidden ratings: nowhere are they further off."
    )
    x = alt.X("nominal:Q", title="Share that intervals claim", axis=_PERCENT)
    base = alt.Chart(shares).encode(
        x=x,
        y=alt.Y("covered:Q", title="Share of ratings in them", axis=_PERCENT),
        color=alt.Color("model:N", title=None),
        tooltip=[
            alt.Tooltip("model:N"),
            alt.Tooltip("nominal:Q", format=".0%", title="claimed"),
            alt.Tooltip("covered:Q", format=".1%", title="covered"),
        ],
    )
    ends = alt.Chart(pl.DataFrame({"nominal": [0.0, 1.0], "covered": [0.0, 1.0]}))
    ideal = ends.mark_line(style="quiet").encode(x=x, y="covered:Q")
    chart = (ideal + base.mark_line() + base.mark_point(filled=True)).properties(height=360)
    return picture("calibration", "Do intervals cover what they claim?", sentence, chart)
