"""GET studio/catalogue: what its keeper should look at, and what viewers want more of."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import quote

import polars as pl
from fastapi import APIRouter, Query, Request, Response

from matinee.service.problems import Problem
from matinee.service.served import Served
from matinee.service.worker import Worker, WorkerParam
from matinee.web.route import PageRoute
from matinee.web.studio import charts
from matinee.web.studio.access import INSIDERS
from matinee.web.studio.charts import ChartView
from matinee.web.studio.counting import Count, counting_of
from matinee.web.studio.data_page import told
from matinee.web.studio.words import moment

router = APIRouter(include_in_schema=False, route_class=PageRoute, dependencies=INSIDERS)
_SHOWN: Final = 12  # films of a finding, on the page; the file has all
_FILM: Final = ("item_id", "title", "year", "genres", "directors", "language", "runtime")


@dataclass(frozen=True, slots=True)
class FilmLine:
    """A film of a list."""

    title: str
    year: int | None
    href: str


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding with its first films."""

    name: str
    title: str
    text: str
    count: int
    share: float  # per cent of the films
    first: Sequence[FilmLine]


@dataclass(frozen=True, slots=True)
class SegmentView:
    """A segment and where to buy for it."""

    number: int
    name: str
    viewers: int
    share: float  # per cent of the viewers grouped
    leanings: Sequence[tuple[str, float, float]]
    advice: str


@router.get("/studio/catalogue")
def catalogue_page(
    request: Request,
    worker: WorkerParam,
    segment: Annotated[int, Query(ge=0, le=50)] = 0,
    again: bool = False,
) -> Response:
    """Findings with their films, segments of taste, and demand against supply of one of them."""
    count = counting_of(request).of(worker, "catalogue", counted, again)
    found = count.document or {"findings": (), "segments": (), "pages": 0, "since": None}
    segments: Sequence[Mapping[str, Any]] = found["segments"]
    if segments and segment >= len(segments):
        detail = f"segment: expected one of 0 to {len(segments) - 1}, got {segment}"
        raise Problem(404, "unknown_path", detail, "segment")
    chosen = segments[segment] if segments else None
    return charts.page(
        request,
        "studio/catalogue.html",
        _charts(chosen),
        count=count,
        counted_at=moment(count.at),
        pages=found["pages"],
        since=None if found["since"] is None else moment(found["since"]),
        findings=[_finding(worker.live.served, one) for one in found["findings"]],
        segments=_segments(segments),
        chosen=chosen,
        number=segment,
    )


@router.get("/studio/catalogue/state")
def state(request: Request, worker: WorkerParam) -> Response:
    """Whether it is still being counted."""
    return told(counting_of(request).of(worker, "catalogue", counted, False))


@router.get("/studio/catalogue/{name}.csv")
def films(request: Request, worker: WorkerParam, name: str) -> Response:
    """All films of a finding; or demand.csv, every cell of every segment that may be shown."""
    count = counting_of(request).of(worker, "catalogue", counted, False)
    table = _demand(count) if name == "demand" else _films(worker.live.served, count, name)
    headers = {"Content-Disposition": f'attachment; filename="{quote(name)}.csv"'}
    headers |= {"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}
    return Response(as_csv(table), media_type="text/csv; charset=utf-8", headers=headers)


def counted(worker: Worker) -> Mapping[str, Any]:
    """The catalogue's document; it reads all ratings and events once."""
    from matinee.web.studio.curated import catalogue_document  # noqa: PLC0415  see ChartView.of

    return catalogue_document(worker)


def as_csv(table: pl.DataFrame) -> str:
    """A table as a spreadsheet reads it: what looks like a formula is text.

    >>> as_csv(pl.DataFrame({"title": ["=1+1", "Heat"]}))
    "title\\r\\n'=1+1\\r\\nHeat\\r\\n"
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(table.columns)
    for row in table.iter_rows():
        writer.writerow([_safe(value) for value in row])
    return text.getvalue()


def _safe(value: object) -> object:
    if isinstance(value, list):
        value = ", ".join(value)
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


def _films(served: Served, count: Count, name: str) -> pl.DataFrame:
    findings = (count.document or {"findings": ()})["findings"]
    for one in findings:
        if one["name"] == name:
            listed = pl.DataFrame({"item_id": one["item_ids"]}, schema={"item_id": pl.String})
            movies = served.data.movies.select(_FILM)
            return listed.join(movies, on="item_id", how="left", maintain_order="left")
    known = ", ".join([*(one["name"] for one in findings), "demand"])
    raise Problem(404, "unknown_path", f"name: expected one of {known}, got {name[:60]!r}")


def _demand(count: Count) -> pl.DataFrame:
    parts = [
        pl.DataFrame(one["cells"]).select(pl.lit(one["name"]).alias("segment"), pl.all())
        for one in (count.document or {"segments": ()})["segments"]
        if one["cells"]
    ]
    return pl.concat(parts) if parts else pl.DataFrame({"segment": []})


def _finding(served: Served, found: Mapping[str, Any]) -> FindingView:
    lines = []
    for item_id in found["item_ids"][:_SHOWN]:
        number = served.number(item_id)
        if number >= 0:
            title, year = served.data.movies.select("title", "year").row(number)
            href = f"/films/{quote(item_id, safe='')}"
            lines.append(FilmLine(title or item_id, year, href))
    ids = found["item_ids"]
    share = 100 * len(ids) / max(found["films"], 1)
    return FindingView(found["name"], found["title"], found["text"], len(ids), share, lines)


def _segments(found: Sequence[Mapping[str, Any]]) -> Sequence[SegmentView]:
    from matinee.web.studio.demand_pictures import sentence_of  # noqa: PLC0415

    return [
        SegmentView(
            number,
            one["name"],
            one["viewers"],
            100 * one["share"],
            [(name, 100 * here, here / everybody) for name, here, everybody in one["leanings"]],
            sentence_of(one),
        )
        for number, one in enumerate(found)
    ]


def _charts(segment: Mapping[str, Any] | None) -> Sequence[ChartView]:
    if segment is None:
        return ()
    from matinee.web.studio.demand_pictures import gap_picture, map_picture  # noqa: PLC0415

    drawn = (gap_picture(segment), map_picture(segment))
    return [ChartView.of(one) for one in drawn if one is not None]
