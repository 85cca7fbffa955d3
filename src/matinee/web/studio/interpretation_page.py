"""GET studio/interpretation: what serves, looked into; which films speak for which; its card."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from matinee.explanation.links import spoken_for
from matinee.exploration.picture import Picture
from matinee.intake.titles import normalise
from matinee.intake.titles import search as search_titles
from matinee.kernels.threads import one_thread
from matinee.models.blend import FittedBlend
from matinee.reports.interpretation_pictures import (
    calibration_picture,
    curve_picture,
    deletion_picture,
    importance_pictures,
)
from matinee.reports.limits import limit_of
from matinee.reports.segment_pictures import effect_pictures, quality_pictures
from matinee.reports.shape_pictures import plane_picture, shape_pictures
from matinee.service.served import DATABASE, Served
from matinee.service.worker import Worker, WorkerParam
from matinee.store.measured import read_measured
from matinee.store.workspace import Workspace
from matinee.web.route import PageRoute
from matinee.web.shelf import FilmFacts, Shelf, shelf_of
from matinee.web.studio.access import INSIDERS
from matinee.web.studio.card import card_of
from matinee.web.studio.charts import ChartView
from matinee.web.studio.charts import page as charts_page
from matinee.web.studio.interpreting import State, interpreting_of
from matinee.web.studio.words import moment

router = APIRouter(include_in_schema=False, route_class=PageRoute, dependencies=INSIDERS)
_NEAR, _LINKS = 0.55, 12


@dataclass(frozen=True, slots=True)
class LinkView:
    """One film speaks for another."""

    film: FilmFacts
    other: FilmFacts
    added: str
    width: float  # of its bar, of 100


@dataclass(frozen=True, slots=True)
class PartView:
    """A part of a blend, and its weight."""

    name: str
    weight: str
    width: float


@router.get("/studio/interpretation")
def interpretation_page(
    request: Request, worker: WorkerParam, film: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Begins to look into what serves, and shows what is known by now."""
    served = worker.live.served
    state = interpreting_of(request).of(worker, served)
    document = state.document
    shelf = shelf_of(served)
    asked = _film(shelf, film)
    sections = [*sections_of(state), *_measured(worker)]
    return charts_page(
        request,
        "studio/interpretation.html",
        [view for section in sections for view, _ in section.charts],
        served=served.name,
        trained="no model" not in served.degraded,
        state=state,
        document=document,
        sections=sections,
        parts=_parts(served),
        links=[] if document is None else _strongest(document, shelf),
        wanted=film,
        asked=asked,
        spoken=[] if asked is None else _spoken(worker, served, shelf, asked),
        card=card_of(worker, served, document),
    )


@router.get("/studio/interpretation/state")
def state(request: Request, worker: WorkerParam) -> Response:
    """How far it is, for the script of the page."""
    found = interpreting_of(request).of(worker, worker.live.served)
    return JSONResponse({"working": found.working, "said": found.said})


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """Pictures that belong together, each with what may be concluded from it and what not."""

    name: str
    title: str
    text: str
    charts: Sequence[tuple[ChartView, str]]


@lru_cache(maxsize=2)
def sections_of(state: State) -> Sequence[Section]:
    """Those that there is something to show of."""
    if state.document is None:
        return ()
    return [
        Section(name, title, text, [(ChartView.of(one), limit_of(one.name)) for one in pictures])
        for name, title, text, pictures in _sections(state.document)
    ]


def _sections(document: Mapping[str, Any]) -> list[tuple[str, str, str, list[Picture]]]:
    """Name, heading, a sentence and pictures of each part that there is."""
    goes_by = importance_pictures(document["importance"]) if document["importance"] else []
    curves = [curve_picture(one, k) for k, one in enumerate(document["curves"], 1)]
    shapes = shape_pictures(document.get("shapes") or [])
    if document.get("plane"):
        shapes.insert(0, plane_picture(document["plane"]))
    effects = document["effects"]
    found = [
        ("importance", "What it goes by", _GOES_BY.get(document["of"], ""), goes_by),
        (
            "curves",
            "How the score moves",
            "Partial dependence of the features that lose most when permuted, with intervals over "
            "viewers, beside accumulated local effects.",
            curves,
        ),
        ("shapes", "The ranker drawn whole", "Nothing of it is hidden.", shapes),
        (
            "effects",
            "Genres and directors",
            "Where films of a genre or director stand among a viewer's candidates.",
            [*effect_pictures(effects, "genre"), *effect_pictures(effects, "director")],
        ),
        (
            "reasons",
            "Are the reasons true?",
            _changes(document["reasons"]),
            [deletion_picture(document["reasons"])] if document["reasons"] else [],
        ),
    ]
    return [one for one in found if one[3]]


def _measured(worker: Worker) -> Sequence[Section]:
    """What `matinee interpret --data database` measured last."""
    workspace = worker.live.workspace
    found = read_measured(workspace, DATABASE, "interpretation")
    return () if found is None else _anew(workspace, found.at)


@lru_cache(maxsize=2)
def _anew(workspace: Workspace, at: int) -> Sequence[Section]:
    found = read_measured(workspace, DATABASE, "interpretation")
    if found is None:
        return ()
    document = found.document
    text = (
        f"{document['policy']['name']}, fitted anew for it on {moment(at)}. "
        f"{document['protocol']['text']}"
    )
    pictures = [
        *quality_pictures(document["quality"]),
        calibration_picture(document["calibration"]),
    ]
    charts = [(ChartView.of(one), limit_of(one.name)) for one in pictures]
    return [Section("anew", "Quality and chances, by matinee interpret", text, charts)]


_GOES_BY = {
    "ranker": "The features of the ranker. Three answers to one question, which need not agree.",
    "parts": "The parts of the blend: what lists lose when what a part says is permuted among a "
    "viewer's candidates, and how much each moves the scores.",
}


def _changes(reasons: Mapping[str, Any]) -> str:
    if not reasons:
        return ""
    counts = reasons["counterfactuals"]
    return (
        "Films that are named as reasons were taken out of histories, and the model asked again. "
        f"Of {counts['recommendations']:,} recommendations {counts['found']:,} hang on a few "
        f"films of the history; {counts['verified']:,} of these were verified."
    )


def _parts(served: Served) -> list[PartView]:
    """The weights of a blend's parts, each for scores of their usual spread."""
    scorer = served.scorer
    if not isinstance(scorer, FittedBlend) or len(scorer.parts) < 2:
        return []
    pairs = list(zip(scorer.recipe.parts, scorer.recipe.weights, strict=True))
    most = max((abs(weight) for _, weight in pairs), default=1.0) or 1.0
    return [PartView(name, f"{weight:g}", 100 * abs(weight) / most) for name, weight in pairs]


def _strongest(document: Mapping[str, Any], shelf: Shelf) -> list[LinkView]:
    pairs = [
        (shelf.film(one["item_id"]), shelf.film(one["other"]), one["added"])
        for one in document["links"]
    ]
    return _views([(a, b, added) for a, b, added in pairs if a is not None and b is not None])


def _film(shelf: Shelf, text: str) -> FilmFacts | None:
    """The film of this id, else the one whose title is nearest."""
    if (exact := shelf.film(text)) is not None or not normalise(text):
        return exact
    rows = search_titles(shelf.served.data.movies, text, 1).rows()
    return shelf.film(rows[0][0]) if rows and rows[0][3] >= _NEAR else None


def _spoken(worker: Worker, served: Served, shelf: Shelf, film: FilmFacts) -> list[LinkView]:
    scoring = served.maker.scoring
    own = int(scoring.own[film.number])
    if own < 0:
        return []
    with worker.computing, one_thread():
        found = spoken_for(served.scorer, own, _LINKS)
    return _views([(film, shelf.films[int(scoring.places[one.other])], one.added) for one in found])


def _views(pairs: Sequence[tuple[FilmFacts, FilmFacts, float]]) -> list[LinkView]:
    most = max((added for _, _, added in pairs), default=1.0) or 1.0
    return [LinkView(a, b, f"{added:.4g}", 100 * added / most) for a, b, added in pairs]
