"""GET studio: the data that is served, its pictures, and where the catalogue lags behind demand."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from fastapi import APIRouter, Request, Response

from matinee.features import sensitive
from matinee.service.problems import Problem
from matinee.service.served import DATABASE, Served
from matinee.service.worker import Worker, WorkerParam
from matinee.store.catalogue import read_tables
from matinee.web.rendering import page as render
from matinee.web.route import PageRoute
from matinee.web.studio.access import INSIDERS

if TYPE_CHECKING:
    from matinee.exploration import Exploration

router = APIRouter(include_in_schema=False, route_class=PageRoute, dependencies=INSIDERS)
_ACCENT = {False: "#c98300", True: "#f4b731"}
_LEAST_FILMS, _GENRES = 5, 18


@dataclass(frozen=True, slots=True)
class Demand:
    """A genre: its share of the films, its share of the likes, and how often one is the other."""

    genre: str
    films: int
    offered: float  # per cent of the catalogue's films
    liked: float  # per cent of all likes
    lift: float


@router.get("/studio")
def data_page(request: Request, worker: WorkerParam) -> Response:
    """What is in the database, as the service reads it."""
    from matinee.exploration import pictures  # noqa: PLC0415  see _explored

    served = worker.live.served
    found = _explored(served, worker)
    missing = [] if not found.cleaned else found.cleaned[0].missing.rows(named=True)
    return render(
        request,
        "studio/data.html",
        figures=_figures(found),
        pictures=[(one.name, one.title, one.sentence) for one in pictures(found)],
        missing=[(row["column"], 100 * row["share"]) for row in missing],
        demand=demand(served),
    )


@router.get("/studio/pictures/{name}.svg")
def picture(worker: WorkerParam, name: str, dark: bool = False) -> Response:
    """One picture of the data, in the colours of the pages."""
    drawn = _drawn(worker.live.served, worker, name, dark)
    return Response(drawn, media_type="image/svg+xml", headers={"Cache-Control": "private"})


def demand(served: Served) -> Sequence[Demand]:
    """Genres by how far likes run ahead of what the catalogue offers, the farthest first."""
    liked = served.data.histories.numbers[served.data.histories.strength > 0]
    if not len(liked):
        return []
    found = []
    for genre, mask in served.masks["genre"].items():
        films = int(mask.sum())
        if films < _LEAST_FILMS or sensitive(f"genre: {genre}", served.maker.layout.unsaid):
            continue
        offered, wanted = 100 * films / len(mask), 100 * float(np.mean(mask[liked]))
        found.append(Demand(genre, films, offered, wanted, wanted / offered))
    return sorted(found, key=lambda one: -one.lift)[:_GENRES]


def _figures(found: "Exploration") -> list[tuple[str, str]]:
    from matinee.exploration.wording import percent  # noqa: PLC0415

    figures = [("Films", f"{found.catalogue.films:,}")] if found.catalogue else []
    if viewing := found.viewing:
        figures += [
            ("Viewers", f"{viewing.users:,}"),
            ("Ratings", f"{viewing.interactions:,}"),
            ("Films with a rating", f"{viewing.rated_items:,}"),
            ("Density", percent(viewing.density)),
        ]
    return figures


# The worker is not compared: what is served decides what its database says.
@lru_cache(maxsize=2)
def _explored(served: Served, worker: Worker) -> "Exploration":
    # What draws takes half a second to import, and 40 MB, which a worker that starts has not.
    from matinee.exploration import explore  # noqa: PLC0415

    del served
    return explore(read_tables(worker.store.database, DATABASE))


@lru_cache(maxsize=64)
def _drawn(served: Served, worker: Worker, name: str, dark: bool) -> str:
    import vl_convert  # noqa: PLC0415

    from matinee.exploration import pictures  # noqa: PLC0415
    from matinee.exploration.picture import look  # noqa: PLC0415

    for one in pictures(_explored(served, worker)):
        if one.name == name:
            spec: dict[str, Any] = one.chart.to_dict()
            shown = look(dark) | {"background": "transparent"}
            for mark in ("mark", "line", "area", "rule"):
                shown[mark] = shown[mark] | {"color": _ACCENT[dark]}
            spec["config"] = shown
            return str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))
    raise Problem(404, "unknown_path", f"name: expected a picture of the data, got {name!r}")
