"""The HTML report of an exploration."""

from pathlib import Path

import polars as pl

from matinee.exploration import Exploration, pictures
from matinee.exploration.catalogue import OUTLIER_RULE
from matinee.exploration.wording import percent
from matinee.reports.page import Figure, write_page

_OF_VIEWING = {"ratings", "popularity", "activity", "ratings-over-time"}


def write_exploration(exploration: Exploration, folder: Path) -> Path:
    """Write `exploration.html` and its `pictures/` into `folder`, and give the page's path."""
    drawn = pictures(exploration)
    figures = [Figure.of(one) for one in drawn]
    catalogue_pictures = [one for one in figures if one.name not in _OF_VIEWING]
    viewing_pictures = [one for one in figures if one.name in _OF_VIEWING]
    contents = [
        ("glance", "At a glance", True),
        ("published", "Tables as published", bool(exploration.published)),
        ("cleaning", "What cleaning changed", True),
        ("cleaned", "Cleaned tables", True),
        ("catalogue", "The catalogue", bool(catalogue_pictures)),
        ("outliers", "Outliers", exploration.catalogue is not None),
        ("viewing", "What viewers did", bool(viewing_pictures)),
    ]
    return write_page(
        folder,
        "exploration.html",
        "exploration.html.j2",
        drawn,
        title=f"{exploration.name}: a first look",
        kicker="data set",
        heading=exploration.name,
        simulated=exploration.simulated,
        contents=[(anchor, words) for anchor, words, there in contents if there],
        exploration=exploration,
        figures=_figures(exploration),
        catalogue_pictures=catalogue_pictures,
        viewing_pictures=viewing_pictures,
        outlier_rule=OUTLIER_RULE,
        outliers=_outliers(exploration),
    )


def _figures(exploration: Exploration) -> list[tuple[str, str]]:
    """The figures that everybody asks for first."""
    found = []
    if exploration.catalogue:
        found.append(("Films", f"{exploration.catalogue.films:,}"))
        found.append(("Genres", f"{exploration.catalogue.genres.height:,}"))
    if viewing := exploration.viewing:
        found += [
            ("Viewers", f"{viewing.users:,}"),
            ("Ratings", f"{viewing.interactions:,}"),
            ("Films with a rating", f"{viewing.rated_items:,}"),
            ("Density", percent(viewing.density)),
        ]
    found.append(("Cells changed", f"{int(exploration.changes['rows'].sum()):,}"))
    found.append(("Rows set aside", f"{int(exploration.quarantine['rows'].sum()):,}"))
    return found


def _outliers(exploration: Exploration, most: int = 10) -> list[tuple[str, pl.DataFrame, int]]:
    """Of each measure the farthest films on either side, and how many there are in all."""
    if exploration.catalogue is None:
        return []
    groups = exploration.catalogue.outliers.partition_by(
        "column", "side", maintain_order=True, include_key=True
    )
    return [
        (
            f"{one['column'][0]}, {one['side'][0]}",
            one.select("title", "year", "value").head(most),
            one.height,
        )
        for one in groups
    ]
