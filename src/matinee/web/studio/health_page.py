"""GET studio/health: how the service answers, and whether what comes in is as it was."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from prometheus_client.parser import text_string_to_metric_families

from matinee.service.worker import Worker, WorkerParam
from matinee.store.catalogue import changed_at
from matinee.web.route import PageRoute
from matinee.web.studio import charts
from matinee.web.studio.access import INSIDERS
from matinee.web.studio.charts import ChartView
from matinee.web.studio.counting import counting_of
from matinee.web.studio.data_page import told
from matinee.web.studio.rates import Span, spans, whole
from matinee.web.studio.words import moment

router = APIRouter(include_in_schema=False, route_class=PageRoute, dependencies=INSIDERS)
_Buckets = Mapping[float, float]  # seconds -> answers that took no longer


@dataclass(frozen=True, slots=True)
class RouteHealth:
    """One route since the service started."""

    route: str
    count: int
    median: str
    slowest: str  # of a hundred, the second slowest
    failed: int
    width: float  # of its bar, per cent of the busiest


@router.get("/studio/health")
def health_page(
    request: Request,
    worker: WorkerParam,
    minutes: Annotated[int, Query(ge=5, le=240)] = 60,
    again: bool = False,
) -> Response:
    """Rates and times of the last minutes, what was degraded, drift, events, pages, every route."""
    text = worker.metrics.text().decode()
    since = time.time() - 60 * minutes
    samples = worker.recent.samples()
    count = counting_of(request).of(worker, "drift", counted, again)
    trained = None if count.document is None else count.document["trained_at"]
    return charts.page(
        request,
        "studio/health.html",
        _charts(spans(samples, since)),
        minutes=minutes,
        lately=whole(samples, since),
        begun=moment(int(samples[0].at)),
        pulse=_pulse(worker),
        count=count,
        counted_at=moment(count.at),
        trained=None if trained is None else moment(trained),
        age_days=None if trained is None else (time.time() - trained) / 86_400,
        routes=routes(text),
        events=labelled(text, "matinee_events_total", "state"),
        degraded=labelled(text, "matinee_degraded_total", "reason"),
        pages=labelled(text, "matinee_pages_logged_total", "state"),
    )


@router.get("/studio/health/state")
def state(request: Request, worker: WorkerParam) -> Response:
    """Whether drift is still being looked for."""
    return told(counting_of(request).of(worker, "drift", counted, False))


def counted(worker: Worker) -> Mapping[str, Any]:
    """The document of drift."""
    from matinee.web.studio.drifting import drift_document  # noqa: PLC0415  see ChartView.of

    return drift_document(worker)


def _pulse(worker: Worker) -> Mapping[str, str]:
    """How the database is, and what is served from it."""
    begun = time.perf_counter()
    changed = changed_at(worker.store.database)
    answered = 1000 * (time.perf_counter() - begun)
    served = worker.live.served
    behind = max(changed - served.read_at, 0)
    return {
        "Database answers in": f"{answered:.1f} ms",
        "Catalogue behind the database": "not at all" if not behind else f"{behind:,} s",
        "Serving": served.name,
        "Missing now": ", ".join(served.degraded) or "nothing",
    }


def _charts(seen: Sequence[Span]) -> Sequence[ChartView]:
    from matinee.web.studio.rate_pictures import latency_picture, rate_picture  # noqa: PLC0415

    drawn = (rate_picture(seen), latency_picture(seen))
    return [ChartView.of(one) for one in drawn if one is not None]


def routes(text: str) -> Sequence[RouteHealth]:
    """Each route of a text of Prometheus, the busiest first."""
    buckets: dict[str, dict[float, float]] = defaultdict(lambda: defaultdict(float))
    failed: dict[str, float] = defaultdict(float)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == "matinee_request_seconds_bucket":
                buckets[sample.labels["route"]][float(sample.labels["le"])] += sample.value
            elif sample.name == "matinee_requests_total" and sample.labels["status"] >= "500":
                failed[sample.labels["route"]] += sample.value
    counts = {route: int(max(found.values())) for route, found in buckets.items()}
    busiest = max(counts.values(), default=1)
    return [
        RouteHealth(
            route,
            count,
            within(buckets[route], 0.5),
            within(buckets[route], 0.99),
            int(failed[route]),
            100 * count / busiest,
        )
        for route, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        if count
    ]


def within(buckets: _Buckets, share: float) -> str:
    """The bound of the first bucket in which that share of the answers lies.

    >>> within({0.01: 5, 0.1: 9, float("inf"): 10}, 0.5)
    '≤ 10 ms'
    >>> within({0.01: 5, 0.1: 9, float("inf"): 10}, 0.99)
    '> 100 ms'
    """
    bounds = sorted(buckets)
    wanted = share * buckets[bounds[-1]]
    last = 0.0
    for bound in bounds:
        if buckets[bound] >= wanted and bound != float("inf"):
            return f"≤ {1000 * bound:g} ms"
        if bound != float("inf"):
            last = bound
    return f"> {1000 * last:g} ms"


def labelled(text: str, name: str, label: str) -> Sequence[tuple[str, int]]:
    """The values of a counter by one of its labels, the largest first."""
    found: dict[str, float] = defaultdict(float)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == name:
                found[sample.labels[label]] += sample.value
    return sorted(((k, int(v)) for k, v in found.items()), key=lambda pair: -pair[1])
